import { InternalError } from '../../../errors.js';
import type { SqlRow, SqlValue } from './database.js';

/** Reads one column. `name` is for the error. */
type Column<T> = (value: SqlValue | undefined, name: string) => T;

type Columns = Readonly<Record<string, Column<unknown>>>;

/** The struct that {@link rowReader} makes of a row. */
type Struct<C extends Columns> = { [Name in keyof C]: ReturnType<C[Name]> };

/** Reads text that is always there. */
export const text: Column<string> = (value, name) => String(need(value, name));

/** Reads a whole number that is always there. */
export const integer: Column<number> = (value, name) => Number(need(value, name));

/** Reads text, or undefined for NULL. */
export const optionalText: Column<string | undefined> = (value) =>
  value === null || value === undefined ? undefined : String(value);

/** Reads a whole number, or undefined for NULL. */
export const optionalInteger: Column<number | undefined> = (value) =>
  value === null || value === undefined ? undefined : Number(value);

/** Reads a sum or count: 0 for NULL, which SQL makes of no rows. */
export const total: Column<number> = (value) => Number(value ?? 0);

/** Reads packed ids: bytes, or JSON text. */
export const packed: Column<Uint8Array | string> = (value, name) => {
  const found = need(value, name);
  return found instanceof Uint8Array ? found : String(found);
};

/**
 * Returns a function that turns a row of one statement into a struct.
 * @param columns a reader for each column that the statement selects, by its name or alias
 * @throws InternalError `log_damaged`, from the function, where a column that is always set is NULL
 */
export function rowReader<C extends Columns>(columns: C): (row: SqlRow) => Struct<C> {
  const readers = Object.entries(columns);
  return (row) => {
    const struct: Record<string, unknown> = {};
    for (const [name, read] of readers) struct[name] = read(row[name], name);
    // Every column has been read by its own reader.
    return struct as Struct<C>;
  };
}

function need(value: SqlValue | undefined, name: string): Exclude<SqlValue, null> {
  if (value !== null && value !== undefined) return value;
  throw new InternalError('log_damaged', `The delivery log is damaged: a row has no ${name}.`, {
    hint: 'Copy delivery.db aside, then restore a backup. To check the whole file: postback doctor',
  });
}
