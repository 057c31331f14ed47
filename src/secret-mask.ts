import { Buffer } from 'node:buffer';
import { listDecodedViews, squeezeView, type TextView } from './escapes.js';
import { listSecretTexts } from './secret.js';

const MASK = '***';
/** Length of the pieces of a secret that are recognized, in characters. */
const PIECE = 8;
/**
 * Minimum number of different characters in a piece; `00000000` is part of too many ordinary ids.
 */
const MIN_VARIETY = 3;
/** Shortest secret that is masked at all, in characters. */
const MIN_LENGTH = 4;
/** Size of the filter that rules out most places before a piece is cut, in bits; a power of two. */
const FILTER_BITS = 1 << 18;

/** Pieces of every known secret in every encoding, folded; and shorter secrets, whole. */
interface Index {
  /** The version of the list of secrets that it was made of. */
  version: number;
  pieces: Set<string>;
  /** One bit for the hash of the first four characters of each piece. */
  filter: Uint8Array;
  short: Set<string>;
}

let index: Index = makeIndex(0);

/**
 * Replaces each part of `text` that repeats 8 or more consecutive characters of a known secret by
 * `***`, with the letters and digits that touch it. Recognizes a secret as it is, in base64 (at any
 * offset), in hex, whole or cut off, whatever the case of its letters; each of these also with
 * escapes of URLs, JSON and HTML, several times encoded, and with white space or invisible
 * characters between. Linear in the length of `text`.
 */
export function maskSecrets(text: string): string {
  if (text.length < MIN_LENGTH) return text;
  const known = currentIndex();
  if (known.pieces.size === 0 && known.short.size === 0) return text;
  const marked = new Marks(text.length);
  for (const view of listDecodedViews(text)) {
    markPieces(squeezeView(view), known, marked);
    if (known.short.size > 0) markShort(view, known, marked);
  }
  return marked.isEmpty ? text : maskMarked(text, marked);
}

/** Which units of a text belong to a secret. */
class Marks {
  readonly units: Uint8Array;
  isEmpty = true;

  constructor(length: number) {
    this.units = new Uint8Array(length);
  }

  add(start: number, end: number): void {
    this.isEmpty = false;
    this.units.fill(1, start, end);
  }
}

function markPieces(
  { text, starts, ends }: TextView,
  { pieces, filter }: Index,
  marked: Marks,
): void {
  const folded = fold(text);
  for (let at = 0; at + PIECE <= folded.length; at += 1) {
    const bit = hashAt(folded, at);
    if ((filter[bit >> 3]! & (1 << (bit & 7))) === 0) continue;
    if (!pieces.has(folded.slice(at, at + PIECE))) continue;
    marked.add(starts?.[at] ?? at, ends?.[at + PIECE - 1] ?? at + PIECE);
  }
}

function markShort({ text, starts, ends }: TextView, { short }: Index, marked: Marks): void {
  const folded = fold(text);
  for (const secret of short) {
    let at = folded.indexOf(secret);
    for (; at >= 0; at = folded.indexOf(secret, at + secret.length)) {
      const end = at + secret.length;
      marked.add(starts?.[at] ?? at, ends?.[end - 1] ?? end);
    }
  }
}

function maskMarked(text: string, { units }: Marks): string {
  let masked = '';
  let copied = 0;
  for (let at = units.indexOf(1); at >= 0; at = units.indexOf(1, at)) {
    let start = at;
    while (start > copied && isTokenCharacter(text.charCodeAt(start - 1))) start -= 1;
    while (units[at] === 1 || (at < text.length && isTokenCharacter(text.charCodeAt(at)))) at += 1;
    // What touches the mask before it is part of it.
    masked += start === copied && copied > 0 ? '' : text.slice(copied, start) + MASK;
    copied = at;
  }
  return masked + text.slice(copied);
}

/**
 * Letters, digits and the other characters of base64: what touches a piece is part of its token.
 */
function isTokenCharacter(code: number): boolean {
  const letter = code | 0x20;
  if ((letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39)) return true;
  return code === 0x5f || code === 0x2b || code === 0x2d || code === 0x3d || code === 0x2f;
}

function hashAt(text: string, at: number): number {
  let hash = text.charCodeAt(at);
  for (let next = at + 1; next < at + 4; next += 1) hash = (hash * 37 + text.charCodeAt(next)) | 0;
  return hash & (FILTER_BITS - 1);
}

function currentIndex(): Index {
  const { texts, version } = listSecretTexts();
  if (version === index.version) return index;
  const made = makeIndex(version);
  for (const text of texts) {
    for (const variant of listEncodings(text)) addVariant(made, fold(variant));
  }
  index = made;
  return index;
}

function makeIndex(version: number): Index {
  return { version, pieces: new Set(), filter: new Uint8Array(FILTER_BITS / 8), short: new Set() };
}

function addVariant({ pieces, filter, short }: Index, variant: string): void {
  if (variant.length < MIN_LENGTH) return;
  if (variant.length < PIECE) short.add(variant);
  for (let at = 0; at + PIECE <= variant.length; at += 1) {
    const piece = variant.slice(at, at + PIECE);
    if (new Set(piece).size < MIN_VARIETY) continue;
    pieces.add(piece);
    const bit = hashAt(variant, at);
    filter[bit >> 3]! |= 1 << (bit & 7);
  }
}

/** How an answer may spell a secret that it echoes, apart from escapes and the case of letters. */
function* listEncodings(text: string): Generator<string> {
  const plain = squeezeView({ text }).text;
  yield plain;
  // Escapes of ASCII are decoded in the text that is searched; bytes of other characters are not.
  const percent = encodeURIComponent(text.toWellFormed());
  if (plain !== text || /%[89a-f]/i.test(percent)) {
    yield percent;
    yield percent.replaceAll('%20', '+');
    yield encodeURIComponent(percent);
  }
  // An echo that itself looks escaped is decoded before it is searched.
  for (const { text: decoded } of listDecodedViews(plain).slice(1)) yield decoded;
  const bytes = Buffer.from(text, 'utf8');
  yield bytes.toString('hex');
  yield* listBase64(bytes);
}

/**
 * Base64 of a secret at each of the three offsets it can have within a longer text, such as
 * `id:secret` of Basic authentication. Characters that depend on its neighbors are left out.
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
  }
}

/** Lower-cases ASCII and turns base64url into base64; positions stay as they are. */
function fold(text: string): string {
  return text
    .replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
    .replace(/[-_]/g, (mark) => (mark === '-' ? '+' : '/'));
}
