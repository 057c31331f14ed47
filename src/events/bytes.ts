/** The bytes that JSON and JSON Lines are cut by. */
export const LINE_FEED = 10;
export const CARRIAGE_RETURN = 13;
/** The greatest byte that is blank between records: spaces, controls and NULs. */
export const SPACE = 32;
export const QUOTE = 34;
export const COMMA = 44;
export const COLON = 58;
export const SEMICOLON = 59;
export const OPEN_ARRAY = 91;
export const BACKSLASH = 92;
export const CLOSE_ARRAY = 93;
export const OPEN_OBJECT = 123;
export const CLOSE_OBJECT = 125;

/** Whether a byte opens an object or an array. */
export function isOpening(byte: number): boolean {
  return byte === OPEN_OBJECT || byte === OPEN_ARRAY;
}

/** Whether a byte closes an object or an array. */
export function isClosing(byte: number): boolean {
  return byte === CLOSE_OBJECT || byte === CLOSE_ARRAY;
}

/**
 * By byte: 0 if it may change the depth or the line within a record. One short loop skips all other
 * bytes.
 */
export const IS_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  [LINE_FEED, QUOTE, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT].includes(byte) ? 0 : 1,
);
