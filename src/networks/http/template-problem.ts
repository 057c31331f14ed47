/**
 * What is wrong with a template. Its message holds no value of a variable, and no more of the file
 * than the macro or word that is wrong.
 */
export class TemplateProblem extends Error {
  override readonly name = 'TemplateProblem';
  constructor(
    /** JSON path of the place, such as `$.headers["X-Key"]`. */
    readonly path: string,
    readonly found: string,
    readonly expected: string,
  ) {
    super(`${path}: found ${found}; expected ${expected}`);
  }
}

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The JSON path of a field of what `path` names. */
export function childPath(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return PLAIN_NAME.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

/** The type of a JSON value, for an error. Never the value, which could be a secret. */
export function describeJson(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string'
    ? 'a text'
    : `${typeof value === 'object' ? 'an' : 'a'} ${typeof value}`;
}
