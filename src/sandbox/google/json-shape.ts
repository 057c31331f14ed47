import { isJsonObject } from '../../json.js';
import type { FieldViolation } from './refusals.js';

/** A value's place in a protocol buffer message, as Google's JSON reader checks it. */
export type Shape = (value: unknown, path: string) => FieldViolation[];

function makeShape(holds: (value: unknown) => boolean, type: string): Shape {
  return (value, path) =>
    holds(value)
      ? []
      : [
          {
            field: path,
            description: `Invalid value at '${path}' (${type}), ${JSON.stringify(value)}`,
          },
        ];
}

export const textShape = makeShape((value) => typeof value === 'string', 'TYPE_STRING');
export const flagShape = makeShape((value) => typeof value === 'boolean', 'TYPE_BOOL');
/** A double may come as text too. */
export const numberShape = makeShape(
  (value) =>
    typeof value === 'number' ||
    (typeof value === 'string' && value !== '' && Number.isFinite(Number(value))),
  'TYPE_DOUBLE',
);
/** RFC 3339, with `Z` or an offset, at most nanoseconds. */
export const momentShape = makeShape(
  (value) =>
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(value) &&
    !Number.isNaN(Date.parse(value)),
  'type.googleapis.com/google.protobuf.Timestamp',
);

export function enumShape(name: string, values: readonly string[]): Shape {
  return makeShape(
    (value) => typeof value === 'string' && values.includes(value),
    `type.googleapis.com/google.ads.datamanager.v1.${name}`,
  );
}

export function listShape(each: Shape): Shape {
  return (value, path) => {
    // A single value stands for a list of one.
    const items = Array.isArray(value) ? (value as unknown[]) : [value];
    return items.flatMap((item, index) => each(item, `${path}[${index}]`));
  };
}

/** A message: fields by their JSON names; null counts as absent. */
export function messageShape(fields: Readonly<Record<string, Shape>>): Shape {
  return (value, path) => {
    if (!isJsonObject(value)) return makeShape(() => false, 'a message')(value, path);
    return Object.entries(value).flatMap(([name, given]) => {
      const shape = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (shape) return given === null ? [] : shape(given, join(path, toSnakeCase(name)));
      return [
        {
          field: path,
          description:
            'Invalid JSON payload received. Unknown name ' +
            `"${name}"${path === '' ? '' : ` at '${path}'`}: Cannot find field.`,
        },
      ];
    });
  };
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
