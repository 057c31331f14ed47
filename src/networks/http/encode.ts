/** Encodes a value for its place in a request. Pure; never throws. */
export type Encode = (value: string) => string;

/** A lone half of a character has no UTF-8, so that it is replaced before it is encoded. */
function encodeComponent(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}

/** For the query of an address. A server decodes what was meant, whatever the characters. */
export const encodeQuery: Encode = encodeComponent;

/**
 * For the path of an address. `.` and `..` mean another folder, encoded or not (URL Standard,
 * https://url.spec.whatwg.org/#double-dot-path-segment, 2026-12-01), so they are left out.
 */
export const encodePath: Encode = (value) =>
  value === '.' || value === '..' ? '' : encodeComponent(value);

/** For a form (`application/x-www-form-urlencoded`), in which `%20` is a space too. */
export const encodeForm: Encode = encodeComponent;

/** All but printable ASCII, a blank at either end, and `%` itself, so that it can be undone. */
const NOT_IN_HEADER = /[^\x20-\x7e]|%|^ | $/gu;

/**
 * For a header: what a header cannot hold is percent-encoded as UTF-8, so that
 * `decodeURIComponent` gives the value back. A line break never ends the header.
 */
export const encodeHeader: Encode = (value) =>
  value.toWellFormed().replace(NOT_IN_HEADER, (text) => encodeURIComponent(text));

/** Everything that `{x|raw}` may not bring into an address: blanks, controls and what ends it. */
const NOT_IN_ADDRESS = /[^\x21-\x7e]|[#"<>\\^`{|}]/gu;

/** For `raw` in an address: only what no address can hold is encoded. */
export const encodeRawUrl: Encode = (value) =>
  value.toWellFormed().replace(NOT_IN_ADDRESS, (text) => encodeURIComponent(text));

/** A segment that means another folder, also where it is encoded. */
const DOT_SEGMENT = /^(?:\.|%2e){1,2}$/i;

/** For `raw` in the path of an address: a value that is encoded already stays in its segment. */
export const encodeRawPath: Encode = (value) =>
  DOT_SEGMENT.test(value)
    ? ''
    : encodeRawUrl(value).replace(/[/?]/g, (text) => encodeURIComponent(text));

/** For `raw` in a header: only what no header can hold is encoded. */
export const encodeRawHeader: Encode = (value) =>
  value.toWellFormed().replace(/[^\x20-\x7e]/gu, (text) => encodeURIComponent(text));

/** A JSON number, `true`, `false` or `null`, whole. */
const JSON_LITERAL = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?|true|false|null)$/;

/** Whether a raw value is written into JSON without quotes. */
export function isJsonLiteral(value: string): boolean {
  return JSON_LITERAL.test(value);
}
