import { findNearMatches } from '../../near-match.js';
import {
  EVENT_MACROS,
  HASHED_MACROS,
  NAMED_HASHES,
  POSTBACK_MACROS,
  type Filter,
  type Macro,
  type MacroSource,
  type MacroText,
  type Part,
  type PostbackMacro,
} from './macros.js';
import { HASHES, type HashName } from './template.js';

/** What is wrong with a template: what was found, and what is expected. */
export interface Mistake {
  found: string;
  expected: string;
}

/** A macro, or `{{` and `}}`, which are one brace each. */
const MACRO = /\{\{|\}\}|\{([^{}]{0,200})\}/g;
const DECIMALS = /^0(?:\.(0{1,12}))?$/;
/** The only variables that a template may name. */
const VARIABLE = /^POSTBACK_HTTP_[A-Z0-9_]{1,100}$/;
const ENV_PREFIX = 'env:';
/** Fields of a person that have no macro, as people might write them. */
const PERSONAL =
  /^(?:e_?mail|phone|user_?id|(?:first|last|full)_?name|name|address|city|postal|zip)/;

const KNOWN: readonly string[] = [
  ...POSTBACK_MACROS,
  ...EVENT_MACROS,
  'env:POSTBACK_HTTP_…',
  ...HASHED_MACROS.map((name) => `${name}|sha256`),
];

/**
 * Reads a text with macros such as `{value|0.00}`.
 * @returns its parts, or the first mistake
 */
export function parseMacroText(text: string): MacroText | Mistake {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(MACRO)) {
    const literal = text.slice(end, match.index);
    if (/[{}]/.test(literal)) return unbalanced(text);
    if (literal !== '') parts.push(literal);
    end = match.index + match[0].length;
    if (match[1] === undefined) {
      parts.push(match[0].slice(1));
      continue;
    }
    const macro = parseMacro(match[1]);
    if ('found' in macro) return macro;
    parts.push(macro);
  }
  const rest = text.slice(end);
  if (/[{}]/.test(rest)) return unbalanced(text);
  if (rest !== '') parts.push(rest);
  return parts;
}

/** Whether a result of {@link parseMacroText} is a mistake. */
export function isMistake(read: MacroText | Mistake): read is Mistake {
  return !Array.isArray(read);
}

/** The macros of a text. */
export function macrosOf(text: MacroText): Macro[] {
  return text.filter((part) => typeof part !== 'string');
}

function unbalanced(text: string): Mistake {
  return {
    found: quote(text),
    expected: 'each { to begin a macro such as {click_id} and end in }',
  };
}

function parseMacro(inner: string): Macro | Mistake {
  const [name = '', ...words] = inner.split('|');
  if (name.startsWith(ENV_PREFIX)) return parseVariable(name.slice(ENV_PREFIX.length), words);
  const hash = isHashed(name) ? words.find(isHash) : undefined;
  const source = findSource(name, hash);
  if (source === undefined) return refuseName(name);
  const others = hash === undefined ? words : words.filter((word) => word !== hash);
  const isMoney = name === 'value' || name === 'quantity';
  return applyWords({ source, name, words: others, mayFormat: isMoney });
}

function parseVariable(name: string, words: readonly string[]): Macro | Mistake {
  if (!VARIABLE.test(name)) {
    return {
      found: quote(`{${ENV_PREFIX}${name}}`),
      expected: 'a variable whose name begins with POSTBACK_HTTP_, in capitals, digits and _',
    };
  }
  if (words.length > 0) {
    return {
      found: quote(`{${ENV_PREFIX}${name}|${words.join('|')}}`),
      expected: 'a variable without filters',
    };
  }
  const source: MacroSource = { from: 'variable', name };
  return { source, name: `${ENV_PREFIX}${name}`, filters: [], isRaw: false, isRequired: false };
}

function findSource(name: string, hash: HashName | undefined): MacroSource | undefined {
  if (isPostbackMacro(name)) return { from: 'postback', name };
  const named = NAMED_HASHES.get(name);
  if (named !== undefined) return { from: 'event', key: named };
  if ((EVENT_MACROS as readonly string[]).includes(name)) return { from: 'event', key: name };
  return hash === undefined ? undefined : { from: 'event', key: `${name}|${hash}` };
}

interface MacroWords {
  source: MacroSource;
  name: string;
  /** The filters that the template wrote. */
  words: readonly string[];
  /** Whether the value is a number. */
  mayFormat: boolean;
}

function applyWords({ source, name, words, mayFormat }: MacroWords): Macro | Mistake {
  const filters: Filter[] = [];
  let [isRaw, isRequired] = [false, false];
  for (const word of words) {
    const decimals = DECIMALS.exec(word);
    if (word === 'raw') isRaw = true;
    else if (word === 'required') isRequired = true;
    else if (word.startsWith('default:'))
      filters.push({ by: 'default', text: word.slice('default:'.length) });
    else if (decimals && mayFormat)
      filters.push({ by: 'decimals', digits: decimals[1]?.length ?? 0 });
    else if (isHash(word) && !mayFormat) filters.push({ by: 'hash', hash: word });
    else return refuseFilter(name, word);
  }
  return { source, name, filters, isRaw, isRequired };
}

function refuseFilter(name: string, word: string): Mistake {
  return {
    found: `the filter ${quote(word)} of {${name}}`,
    expected:
      'raw, required, default:TEXT, a hash (md5, sha1, sha256, sha512), or decimals of a number ' +
      'such as 0.00',
  };
}

function refuseName(name: string): Mistake {
  const found = quote(`{${name}}`);
  if (isHashed(name) || PERSONAL.test(name)) {
    return {
      found,
      expected:
        'a hash such as {email|sha256}, {phone|sha256} or {user_id|sha256}; plain personal data ' +
        'is never sent',
    };
  }
  const near = findNearMatches(name, KNOWN);
  const meant = near.length === 0 ? '' : ` (did you mean {${near.join('} or {')}}?)`;
  return { found: `the unknown macro ${found}${meant}`, expected: `one of ${KNOWN.join(', ')}` };
}

function isHashed(name: string): boolean {
  return (HASHED_MACROS as readonly string[]).includes(name);
}

function isHash(word: string): word is HashName {
  return (HASHES as readonly string[]).includes(word);
}

function isPostbackMacro(name: string): name is PostbackMacro {
  return (POSTBACK_MACROS as readonly string[]).includes(name);
}

const MAX_SHOWN = 100;

/** A text of a template as an error shows it. */
export function quote(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}
