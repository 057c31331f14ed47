import type { MacroSource } from './macros.js';
import { isMistake, macrosOf, parseMacroText } from './parse-text.js';
import { countEach } from './read-content.js';
import { EACH, type EndpointTemplate } from './template.js';
import { childPath, TemplateProblem } from './template-problem.js';

/** Checks what the fields of a template say together. @throws TemplateProblem */
export function checkTogether(template: EndpointTemplate): void {
  checkContent(template);
  checkLists(template);
  checkMacros(template);
  const { body, form, sign, name } = template;
  if (sign?.over === 'body' && body === undefined && form === undefined)
    throw new TemplateProblem('$.sign.over', '"body" without a body', '"query" or "url"');
  if (name === 'http') throw new TemplateProblem('$.name', '"http"', 'another name');
}

function checkContent({ method, body, form }: EndpointTemplate): void {
  if (body !== undefined && form !== undefined)
    throw new TemplateProblem('$.form', 'body and form', 'one of them');
  if (method !== 'GET' || (body === undefined && form === undefined)) return;
  const content = body === undefined ? 'form' : 'body';
  throw new TemplateProblem(`$.${content}`, `a ${content} with GET`, 'POST or PUT as method');
}

function checkLists({ body, each, limit }: EndpointTemplate): void {
  const lists = countEach(body);
  if (lists > 1) throw new TemplateProblem('$.body', `${EACH} ${lists} times`, 'it once');
  const given = Object.entries({ each, limit }).find(([, value]) => value !== undefined);
  if (given && lists === 0)
    throw new TemplateProblem(`$.${given[0]}`, `a body without ${EACH}`, `"${EACH}" in the body`);
  if (countEach(each) > 0)
    throw new TemplateProblem('$.each', EACH, 'the object of one event, without it');
}

/**
 * Where a request lists events, what stands around the list belongs to none of them, and what
 * stands in an event is kept for the next attempt, so that it holds no variable.
 */
function checkMacros({ url, headers, body, each }: EndpointTemplate): void {
  if (countEach(body) === 0) return;
  for (const [path, text] of [...listTexts(url, '$.url'), ...listTexts(headers, '$.headers')])
    refuseMacro(path, text, (from) => from !== 'variable', 'a macro of an event in $.each only');
  for (const [path, text] of listTexts(body, '$.body'))
    refuseMacro(path, text, (from) => from !== 'variable', 'a macro of an event in $.each only');
  for (const [path, text] of listTexts(each, '$.each'))
    refuseMacro(path, text, (from) => from === 'variable', 'a variable outside of $.each');
}

/** The texts of a part of a template, with their paths. */
function listTexts(part: unknown, path: string): [path: string, text: string][] {
  if (typeof part === 'string') return part === EACH ? [] : [[path, part]];
  if (typeof part !== 'object' || part === null) return [];
  const isList = Array.isArray(part);
  return Object.entries(part).flatMap(([key, inner]: [string, unknown]) =>
    listTexts(inner, childPath(path, isList ? Number(key) : key)),
  );
}

function refuseMacro(
  path: string,
  text: string,
  isWrong: (from: MacroSource['from']) => boolean,
  expected: string,
): void {
  const read = parseMacroText(text);
  const wrong = isMistake(read)
    ? undefined
    : macrosOf(read).find(({ source }) => isWrong(source.from));
  if (wrong) throw new TemplateProblem(path, `{${wrong.name}}`, expected);
}
