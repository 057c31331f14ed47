/** A value of a column; bytes come as buffers. */
export type SqlValue = string | number | null | Uint8Array;

/** A row of a log by column, in the form that the shared readers take. */
export type SqlRow = Record<string, SqlValue>;
