import { Buffer } from 'node:buffer';
import { listSecretTexts } from './secret.js';

const MASK = '***';
/** Length of the pieces of a secret that are recognised, in characters. */
const PIECE = 8;
/** Minimum number of different characters in a piece; `00000000` is part of too many ordinary ids. */
const MIN_VARIETY = 3;
/** Shortest secret that is masked at all, in characters. */
const MIN_LENGTH = 4;

/** Pieces of every known secret in every encoding, lower case; and shorter secrets, whole. */
interface Index {
  /** Number of secrets it was made of. */
  size: number;
  pieces: Set<string>;
  short: Set<string>;
}

let index: Index = { size: 0, pieces: new Set(), short: new Set() };

/**
 * Replaces each part of `text` that repeats 8 or more consecutive characters of a known secret by
 * `***`, with the letters and digits that touch it. Recognises a secret as it is, URL-encoded, in base64 (at any offset), in hex and
 * JSON-escaped, whatever the case of its letters, whole or cut off. Linear in the length of `text`.
 */
export function maskSecrets(text: string): string {
  if (text.length < MIN_LENGTH) return text;
  const { pieces, short } = currentIndex();
  if (pieces.size === 0 && short.size === 0) return text;
  const folded = foldCase(text);
  let masked = '';
  let copied = 0;
  let end = 0;
  let start = -1;
  const flush = (): void => {
    if (start < 0) return;
    while (start > copied && isTokenCharacter(folded.charCodeAt(start - 1))) start -= 1;
    while (isTokenCharacter(folded.charCodeAt(end))) end += 1;
    masked += text.slice(copied, start) + MASK;
    copied = end;
    start = -1;
  };
  for (let at = 0; at < text.length; at += 1) {
    if (at < copied) continue;
    const length = matchAt(folded, at, pieces, short);
    if (length === 0) continue;
    if (start >= 0 && at > end) flush();
    if (start < 0) start = at;
    end = Math.max(end, at + length);
  }
  flush();
  return copied === 0 ? text : masked + text.slice(copied);
}

/** Letters, digits and the other characters of base64: what touches a piece belongs to the same token. */
function isTokenCharacter(code: number): boolean {
  const isAlphanumeric = (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39);
  return isAlphanumeric || code === 0x5f || code === 0x2b || code === 0x2d || code === 0x3d || code === 0x2f;
}

/** How many characters at `at` repeat a secret; 0 where none do. */
function matchAt(folded: string, at: number, pieces: ReadonlySet<string>, short: ReadonlySet<string>): number {
  if (pieces.has(folded.slice(at, at + PIECE))) return PIECE;
  for (const secret of short) if (folded.startsWith(secret, at)) return secret.length;
  return 0;
}

function currentIndex(): Index {
  const texts = listSecretTexts();
  if (texts.size === index.size) return index;
  const made: Index = { size: texts.size, pieces: new Set(), short: new Set() };
  for (const text of texts) {
    for (const variant of listEncodings(text)) addVariant(made, foldCase(variant));
  }
  index = made;
  return index;
}

function addVariant({ pieces, short }: Index, variant: string): void {
  if (variant.length < MIN_LENGTH) return;
  if (variant.length < PIECE) short.add(variant);
  for (let at = 0; at + PIECE <= variant.length; at += 1) {
    const piece = variant.slice(at, at + PIECE);
    if (new Set(piece).size >= MIN_VARIETY) pieces.add(piece);
  }
}

/** How an answer may spell a secret that it echoes. */
function* listEncodings(text: string): Generator<string> {
  yield text;
  const percent = encodeURIComponent(text.toWellFormed());
  yield percent;
  yield percent.replaceAll('%20', '+');
  yield encodeURIComponent(percent);
  yield JSON.stringify(text).slice(1, -1);
  yield text.replaceAll('/', String.raw`\/`);
  const bytes = Buffer.from(text, 'utf8');
  yield bytes.toString('hex');
  yield* listBase64(bytes);
}

/**
 * Base64 and base64url of a secret at each of the three offsets it can have within a longer text,
 * such as `id:secret` of Basic authentication. Characters that depend on its neighbours are left out.
 */
function* listBase64(bytes: Buffer): Generator<string> {
  for (const [offset, shared] of [
    [0, 0],
    [1, 2],
    [2, 3],
  ] as const) {
    const whole = Math.floor((bytes.length + offset) / 3) * 3;
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]).subarray(0, whole);
    yield padded.toString('base64').slice(shared);
    yield padded.toString('base64url').slice(shared);
  }
}

/** Lower-cases ASCII letters, so that positions stay as they are. */
function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
