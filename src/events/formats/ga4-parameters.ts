import type { JsonObject } from '../../json.js';
import { isJsonObject } from '../../json.js';
import { isPresent, wrongType } from '../field-values.js';

/** The parameters of an event. */
export interface Ga4Parameters {
  values: JsonObject;
  /**
   * Names of those that the export holds as integers (`int_value`): their unit may differ from that
   * of decimals.
   */
  integers: ReadonlySet<string>;
}

const NO_INTEGERS: ReadonlySet<string> = new Set();

/**
 * Reads `event_params`, a list of `{key, value}` with the value in one of four fields by its type
 * (64-bit integers come as text), or `params`, an object. @throws FieldProblem for anything else
 */
export function readGa4Parameters(list: unknown, path: string): Ga4Parameters {
  if (!isPresent(list)) return { values: {}, integers: NO_INTEGERS };
  if (isJsonObject(list)) return { values: list, integers: NO_INTEGERS };
  if (!Array.isArray(list)) throw wrongType(path, 'an array of {key, value}', list);
  const values: JsonObject = {};
  const integers = new Set<string>();
  for (const item of list as unknown[]) {
    if (!isJsonObject(item) || typeof item['key'] !== 'string' || !isJsonObject(item['value']))
      continue;
    const { string_value, int_value, double_value, float_value } = item['value'];
    const value = [string_value, int_value, double_value, float_value].find((found) =>
      isPresent(found),
    );
    if (value === undefined) continue;
    values[item['key']] = value;
    if (value === int_value) integers.add(item['key']);
  }
  return { values, integers };
}
