import {
  CLICK_ID_OWNERS,
  PAID_SOURCES,
  SOURCES_WITH_MEDIUM,
} from '../../attribution/click-rules.js';
import { suggestNearMatches } from '../../near-match.js';
import { ENDPOINT_SLUG } from '../names.js';
import { checkTogether } from './check-together.js';
import {
  listOf,
  readChoice,
  readFields,
  readInteger,
  readMacroText,
  readObject,
  readPace,
  readText,
  type Reader,
} from './field-readers.js';
import { parseJsonPath } from './json-path.js';
import { EVENT_MACROS, NAMED_HASHES, POSTBACK_MACROS } from './macros.js';
import { quote } from './parse-text.js';
import { isHeaderName, readBody, readForm, readHeaders } from './read-content.js';
import { checkTemplateUrl, isLiteral } from './read-url.js';
import {
  HASHES,
  METHODS,
  readWindowMs,
  SIGNED_PARTS,
  type EndpointTemplate,
  type SignatureRule,
  type SuccessRule,
} from './template.js';
import { childPath, describeJson, TemplateProblem } from './template-problem.js';

/** Reads each field that a template may have. */
const FIELDS = {
  name: readSlug,
  about: readText,
  sources: listOf(readText),
  method: readChoice(METHODS),
  url: readUrl,
  headers: readHeaders,
  body: readBody,
  form: readForm,
  each: readBody,
  limit: readInteger(1, 1000),
  clickId: readClickId,
  goals: readGoals,
  required: listOf(readRequired),
  window: readWindow,
  requestsPerSecond: readPace,
  success: readSuccess,
  retry: readRetry,
  sign: readSign,
} as const satisfies { [K in keyof Required<EndpointTemplate>]: Reader<unknown> };

/** A template as it may be written: the method follows from the rest. */
type WrittenTemplate = Omit<EndpointTemplate, 'method'> & Partial<Pick<EndpointTemplate, 'method'>>;

/**
 * Checks a template.
 * @throws TemplateProblem with the JSON path, what was found and what is expected
 */
export function readTemplate(raw: unknown): EndpointTemplate {
  const { method, ...fields } = readFields<WrittenTemplate>(raw, '$', FIELDS, ['name', 'url']);
  const hasContent = fields.body !== undefined || fields.form !== undefined;
  const { name, about, sources, ...rest } = fields;
  const template: EndpointTemplate = {
    name,
    ...(about === undefined ? {} : { about }),
    ...(sources === undefined ? {} : { sources }),
    method: method ?? (hasContent ? 'POST' : 'GET'),
    ...rest,
  };
  checkTogether(template);
  return template;
}

/** Reads the name of an endpoint. @throws TemplateProblem */
export function readSlug(value: unknown, path: string): string {
  if (typeof value === 'string' && ENDPOINT_SLUG.test(value)) return value;
  const found = typeof value === 'string' ? quote(value) : describeJson(value);
  throw new TemplateProblem(
    path,
    found,
    'a name of small letters, digits, - and _, at most 40 characters, such as acme',
  );
}

function readUrl(value: unknown, path: string): string {
  const url = readText(value, path).trim();
  readMacroText(url, path);
  checkTemplateUrl(url);
  return url;
}

/** A click parameter as addresses and properties have it. */
const CLICK_FIELD = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const UTM_SOURCE = /^[^\s{}]{1,100}$/;

function readClickId(value: unknown, path: string): EndpointTemplate['clickId'] {
  const read = readFields<{ fields?: string[]; utmSources?: string[] }>(
    value,
    path,
    { fields: listOf(readClickField), utmSources: listOf(readUtmSource) },
    [],
  );
  const { fields = [], utmSources = [] } = read;
  if (fields.length + utmSources.length === 0)
    throw new TemplateProblem(path, 'no fields and no utmSources', 'at least one of them');
  return { fields, utmSources };
}

/** A click belongs to one network: what names a click elsewhere cannot name one here. */
function readClickField(value: unknown, path: string): string {
  const field = readText(value, path);
  if (!CLICK_FIELD.test(field))
    throw new TemplateProblem(path, quote(field), 'the name of a click parameter');
  const owner = CLICK_ID_OWNERS.find(([name]) => name === field)?.[1];
  if (owner !== undefined && owner !== 'other')
    throw new TemplateProblem(path, `${field}, which names a click of ${owner}`, 'another field');
  if (/^utm_/i.test(field))
    throw new TemplateProblem(path, field, 'a click id; utm sources belong in utmSources');
  return field;
}

function readUtmSource(value: unknown, path: string): string {
  const source = readText(value, path).toLowerCase();
  if (!UTM_SOURCE.test(source))
    throw new TemplateProblem(path, quote(source), 'a utm_source without blanks');
  const owner = PAID_SOURCES.get(source) ?? SOURCES_WITH_MEDIUM.get(source);
  if (owner !== undefined && owner !== 'other')
    throw new TemplateProblem(path, `${source}, which names a click of ${owner}`, 'another source');
  return source;
}

const MAX_GOAL_NAME = 256;

function readGoals(value: unknown, path: string): Record<string, string> {
  const entries = Object.entries(readObject(value, path)).map(([goal, name]) => {
    const at = childPath(path, goal);
    const text = readText(name, at);
    if (text.length > MAX_GOAL_NAME)
      throw new TemplateProblem(at, `${text.length} characters`, `at most ${MAX_GOAL_NAME}`);
    return [goal, text] as const;
  });
  return Object.fromEntries(entries);
}

function readRequired(value: unknown, path: string): string {
  const name = readText(value, path).replace(/^\{|\}$/g, '');
  const known = [...POSTBACK_MACROS, ...EVENT_MACROS, ...NAMED_HASHES.keys()];
  if (known.some((one) => one === name)) return name;
  const found = `${quote(name)}.${suggestNearMatches(name, known)}`.replace(/\.$/, '');
  throw new TemplateProblem(path, found, `the name of a macro: ${[...new Set(known)].join(', ')}`);
}

function readWindow(value: unknown, path: string): string {
  const text = readText(value, path);
  if (readWindowMs(text) !== undefined) return text;
  throw new TemplateProblem(path, quote(text), 'a duration such as 10m, 24h or 30d, at most 366d');
}

const readStatus = readInteger(200, 599);

function readSuccess(value: unknown, path: string): SuccessRule {
  return readFields<SuccessRule>(
    value,
    path,
    { status: listOf(readInteger(200, 399)), bodyContains: readAnyText, json: readJsonRule },
    [],
  );
}

function readAnyText(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw new TemplateProblem(path, describeJson(value), 'text');
}

function readJsonRule(value: unknown, path: string): NonNullable<SuccessRule['json']> {
  return readFields<NonNullable<SuccessRule['json']>>(
    value,
    path,
    { path: readPath, equals: readScalar },
    ['path', 'equals'],
  );
}

function readPath(value: unknown, path: string): string {
  const text = readText(value, path);
  if (parseJsonPath(text) !== undefined) return text;
  throw new TemplateProblem(path, quote(text), 'a JSON path such as $.status or $.results[0].ok');
}

function readScalar(value: unknown, path: string): string | number | boolean | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return value;
  throw new TemplateProblem(path, describeJson(value), 'a text, a number, true, false or null');
}

function readRetry(value: unknown, path: string): { status: readonly number[] } {
  return readFields<{ status: number[] }>(value, path, { status: listOf(readStatus) }, ['status']);
}

function readSign(value: unknown, path: string): SignatureRule {
  return readFields<SignatureRule>(
    value,
    path,
    {
      hmac: readChoice(HASHES),
      header: readSignatureHeader,
      secret: readSignatureSecret,
      over: readChoice(SIGNED_PARTS),
      encoding: readChoice(['hex', 'base64'] as const),
      prefix: readText,
    },
    ['hmac', 'header', 'secret', 'over'],
  );
}

function readSignatureHeader(value: unknown, path: string): string {
  const name = readText(value, path);
  if (isHeaderName(name)) return name;
  throw new TemplateProblem(path, quote(name), 'the name of a header');
}

const ONE_VARIABLE = /^\{env:[^{}|]{1,150}\}$/;

function readSignatureSecret(value: unknown, path: string): string {
  const text = readMacroText(value, path);
  if (ONE_VARIABLE.test(text)) return text;
  throw new TemplateProblem(
    path,
    isLiteral(text) ? 'a secret written out' : 'more than one variable',
    'a variable such as {env:POSTBACK_HTTP_ACME_SECRET}',
  );
}
