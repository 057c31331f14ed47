import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import type { JsonObject } from '../../src/json.js';

/** A JSON Schema checker, as an editor or a pipeline of our users has one. */
export function compileSchema(schema: JsonObject): (value: unknown) => boolean {
  const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  return ajv.compile(schema);
}
