import { isMistake, macrosOf, parseMacroText } from './parse-text.js';
import type { Macro, MacroText } from './macros.js';
import {
  DEFAULT_LIMIT,
  EACH,
  type EndpointTemplate,
  type SignatureRule,
  type TemplateJson,
} from './template.js';

/** A JSON body whose texts are parsed. */
export type BodyNode =
  | { kind: 'text'; text: MacroText }
  | { kind: 'plain'; json: string }
  | { kind: 'events' }
  | { kind: 'list'; items: readonly BodyNode[] }
  | { kind: 'object'; fields: readonly (readonly [name: string, node: BodyNode])[] };

/** A template whose texts are parsed, for rendering. */
export interface Endpoint {
  template: EndpointTemplate;
  /** The address up to the query, without `?`. */
  path: MacroText;
  /** The query without `?`; empty where there is none. */
  query: MacroText;
  headers: readonly (readonly [name: string, text: MacroText])[];
  form: readonly (readonly [name: string, text: MacroText])[] | undefined;
  body: BodyNode | undefined;
  /** The object of one event, where the body lists events. */
  each: BodyNode | undefined;
  /** Events a request. */
  maxEvents: number;
  sign: (Omit<SignatureRule, 'secret'> & { variable: string }) | undefined;
  /** Keys of the payload's values that the template uses. */
  keys: ReadonlySet<string>;
  /** Macros that must have a value, by name and source. */
  required: readonly Macro[];
  /** Whether a request says which events are tests. */
  marksTests: boolean;
  /** Variables of the request, by name. */
  variables: readonly string[];
}

/** The object of one event where the body lists events and the template does not say how. */
const DEFAULT_EACH: TemplateJson = {
  click_id: '{click_id}',
  event: '{event}',
  goal: '{goal}',
  value: '{value|raw}',
  currency: '{currency}',
  event_time: '{event_time_iso}',
  dedupe_id: '{dedupe_id}',
};

/** Parses the texts of a checked template. */
export function compileTemplate(template: EndpointTemplate): Endpoint {
  const { url, headers = {}, form, body, sign, limit = DEFAULT_LIMIT } = template;
  const [address, query] = splitOnce(url, '?');
  const lists = body !== undefined && JSON.stringify(body).includes(JSON.stringify(EACH));
  const each = lists ? compileBody(template.each ?? DEFAULT_EACH) : undefined;
  const parts = {
    path: parse(address),
    query: parse(query),
    headers: compileTexts(headers),
    form: form && compileTexts(form),
    body: body === undefined ? undefined : compileBody(body),
    each,
  };
  const macros = listMacros(parts);
  const required = listRequired(template, macros);
  return {
    template,
    ...parts,
    maxEvents: each ? limit : 1,
    sign: sign && compileSign(sign),
    keys: new Set([...macros, ...required].flatMap(keyOf)),
    required,
    marksTests: macros.some(({ source }) => source.from === 'postback' && source.name === 'test'),
    variables: listVariables(macros, sign),
  };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Parses a text that was checked before. */
function parse(text: string): MacroText {
  const read = parseMacroText(text);
  if (isMistake(read)) throw new TypeError(`unchecked template: ${read.found}`);
  return read;
}

function compileTexts(texts: Readonly<Record<string, string>>): [string, MacroText][] {
  return Object.entries(texts).map(([name, text]) => [name, parse(text)]);
}

function compileBody(json: TemplateJson): BodyNode {
  if (json === EACH) return { kind: 'events' };
  if (typeof json === 'string') return { kind: 'text', text: parse(json) };
  if (typeof json !== 'object' || json === null)
    return { kind: 'plain', json: JSON.stringify(json) };
  if (isList(json)) return { kind: 'list', items: json.map(compileBody) };
  return {
    kind: 'object',
    fields: Object.entries(json).map(([name, value]) => [name, compileBody(value)] as const),
  };
}

function isList(json: object): json is readonly TemplateJson[] {
  return Array.isArray(json);
}

function compileSign({ secret, ...rest }: SignatureRule): Endpoint['sign'] {
  return { ...rest, variable: secret.slice('{env:'.length, -1) };
}

function listMacros({
  path,
  query,
  headers,
  form = [],
  body,
  each,
}: Pick<Endpoint, 'path' | 'query' | 'headers' | 'form' | 'body' | 'each'>): Macro[] {
  const texts = [path, query, ...headers.map(([, text]) => text), ...form.map(([, text]) => text)];
  return [...texts.flatMap(macrosOf), ...macrosIn(body), ...macrosIn(each)];
}

function macrosIn(node: BodyNode | undefined): Macro[] {
  switch (node?.kind) {
    case 'text':
      return macrosOf(node.text);
    case 'list':
      return node.items.flatMap(macrosIn);
    case 'object':
      return node.fields.flatMap(([, inner]) => macrosIn(inner));
    default:
      return [];
  }
}

/**
 * The macros that must have a value: those that the template names, and the click id, without which
 * a postback says nothing, unless the template has a default for it.
 */
function listRequired({ required = [] }: EndpointTemplate, macros: readonly Macro[]): Macro[] {
  const hasDefault = ({ filters }: Macro): boolean => filters.some(({ by }) => by === 'default');
  const named = required.flatMap((name) => macrosOf(parse(`{${name}}`)));
  const used = macros.filter(
    (macro) => macro.isRequired || (macro.name === 'click_id' && !hasDefault(macro)),
  );
  const byName = new Map([...named, ...used].map((macro) => [macro.name, macro]));
  return [...byName.values()];
}

/** The key of the payload's value that a macro needs; none for a macro of the postback. */
function keyOf({ source }: Macro): string[] {
  return source.from === 'event' ? [source.key] : [];
}

function listVariables(macros: readonly Macro[], sign: SignatureRule | undefined): string[] {
  const used = macros.flatMap(({ source }) => (source.from === 'variable' ? [source.name] : []));
  const secret = sign ? [compileSign(sign)?.variable ?? ''] : [];
  return [...new Set([...used, ...secret])];
}
