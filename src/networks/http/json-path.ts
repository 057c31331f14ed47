import { isJsonObject } from '../../json.js';

const STEP =
  /\.([A-Za-z_][A-Za-z0-9_-]{0,99})|\[(\d{1,6})\]|\['([^'\\\]]{1,100})'\]|\["([^"\\\]]{1,100})"\]/y;
const MAX_LENGTH = 500;

/**
 * Reads a JSON path of names and indexes, such as `$.results[0]['is ok']` (a part of RFC 9535).
 * @returns its steps; undefined where it is not one
 */
export function parseJsonPath(path: string): (string | number)[] | undefined {
  if (!path.startsWith('$') || path.length > MAX_LENGTH) return undefined;
  const steps: (string | number)[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    if (!match) return undefined;
    const [, name, index, single, double] = match;
    steps.push(index === undefined ? (name ?? single ?? double ?? '') : Number(index));
  }
  return steps;
}

/** The value at the steps of a path; undefined where there is none. */
export function valueAt(value: unknown, steps: readonly (string | number)[]): unknown {
  let found = value;
  for (const step of steps) {
    if (typeof step === 'number') {
      if (!Array.isArray(found)) return undefined;
      found = (found as unknown[])[step];
    } else {
      if (!isJsonObject(found) || !Object.hasOwn(found, step)) return undefined;
      found = found[step];
    }
  }
  return found;
}
