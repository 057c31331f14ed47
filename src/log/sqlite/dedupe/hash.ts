/**
 * The first 52 bits of a postback id: what a JavaScript number and an INTEGER PRIMARY KEY hold
 * exactly.
 */
export function hashOf(id: string): number {
  return Number.parseInt(id.slice(0, 13), 16);
}
