import { isJsonObject } from '../../json.js';
import { readMacroText, readObject } from './field-readers.js';
import { quote } from './parse-text.js';
import { isLiteral, isSecretName, refuseLiteralSecret } from './read-url.js';
import { EACH, type TemplateJson } from './template.js';
import { childPath, describeJson, TemplateProblem } from './template-problem.js';

/** Levels of a body at most. */
const MAX_DEPTH = 16;

/** Token characters of a header name (RFC 9110, section 5.1). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~A-Za-z0-9-]{1,100}$/;
/** What the client writes itself, and what decides how a message is framed. */
const OWN_HEADERS =
  /^(?:host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*|accept-encoding)$/i;
/** Headers that hold a secret. */
const SECRET_HEADER = /^(?:authorization|cookie|.*(?:token|secret|password|api-?key).*)$/i;
const NOT_IN_HEADER = /[^\x20-\x7e]/;

export function readHeaders(value: unknown, path: string): Record<string, string> {
  const headers = readTexts(value, path);
  const names = new Set<string>();
  for (const [name, text] of Object.entries(headers)) {
    const at = childPath(path, name);
    if (!HEADER_NAME.test(name))
      throw new TemplateProblem(at, `the name ${quote(name)}`, 'the name of a header');
    if (OWN_HEADERS.test(name))
      throw new TemplateProblem(at, name, 'a header that postback does not write itself');
    if (names.has(name.toLowerCase())) throw new TemplateProblem(at, 'it twice', 'it once');
    names.add(name.toLowerCase());
    if (NOT_IN_HEADER.test(text))
      throw new TemplateProblem(at, 'a character that a header cannot hold', 'printable ASCII');
    if (SECRET_HEADER.test(name) && isLiteral(text)) throw refuseLiteralSecret(at);
  }
  return headers;
}

export function readForm(value: unknown, path: string): Record<string, string> {
  const form = readTexts(value, path);
  for (const [name, text] of Object.entries(form))
    if (isSecretName(name) && isLiteral(text)) throw refuseLiteralSecret(childPath(path, name));
  return form;
}

function readTexts(value: unknown, path: string): Record<string, string> {
  const entries = Object.entries(readObject(value, path));
  return Object.fromEntries(
    entries.map(([name, text]) => [name, readMacroText(text, childPath(path, name))]),
  );
}

export function readBody(value: unknown, path: string): TemplateJson {
  if (!isJsonObject(value) && !Array.isArray(value) && value !== EACH)
    throw new TemplateProblem(path, describeJson(value), 'an object or a list');
  checkJson(value, path, 0);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- JSON of a file, whose texts were checked
  return value as TemplateJson;
}

function checkJson(value: unknown, path: string, depth: number): void {
  if (depth > MAX_DEPTH)
    throw new TemplateProblem(path, `more than ${MAX_DEPTH} levels`, 'a flatter body');
  if (value === EACH) return;
  if (typeof value === 'string') return void readMacroText(value, path);
  if (typeof value !== 'object' || value === null) return;
  const isList = Array.isArray(value);
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    const at = childPath(path, isList ? Number(key) : key);
    checkJson(inner, at, depth + 1);
    if (!isList && typeof inner === 'string' && isSecretName(key) && isLiteral(inner))
      throw refuseLiteralSecret(at);
  }
}

/** Whether a text can be the name of a header that a template may write. */
export function isHeaderName(name: string): boolean {
  return HEADER_NAME.test(name) && !OWN_HEADERS.test(name);
}

/** How often a body has `{each}`. */
export function countEach(body: TemplateJson | undefined): number {
  if (typeof body === 'string') return body === EACH ? 1 : 0;
  if (typeof body !== 'object' || body === null) return 0;
  return Object.values(body).reduce((count: number, one) => count + countEach(one), 0);
}
