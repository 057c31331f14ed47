/** A text and where each of its UTF-16 units comes from. */
export interface TextView {
  text: string;
  /**
   * Offsets in the original text: unit `i` of {@link TextView.text} was made of `starts[i]` up to
   * `ends[i]`. Both are undefined where the text is the original itself.
   */
  starts?: Uint32Array;
  ends?: Uint32Array;
}

/** Rounds of decoding: a URL in JSON in HTML in JSON has four. */
const MAX_ROUNDS = 4;
/**
 * Percent-encoding, the escapes of JSON and JavaScript, and the character references of HTML.
 * Bytes of 128 and more are left alone: what is looked for is ASCII.
 */
const ESCAPE =
  /%([0-7][0-9a-f])|\\(?:u\{0{0,4}([0-9a-f]{1,4})\}|u([0-9a-f]{4})|x([0-9a-f]{2})|([/"'\\|+=&]))|&(?:#x0{0,6}([0-9a-f]{1,4})|#0{0,6}(\d{1,5})|(amp|quot|apos|lt|gt|sol|plus|equals|lowbar|vert));/gi;
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
  sol: '/',
  plus: '+',
  equals: '=',
  lowbar: '_',
  vert: '|',
};
const MAY_ESCAPE = /[%\\&]/;
const INVISIBLE =
  // eslint-disable-next-line no-control-regex
  /[\s\u0000-\u001f\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

/**
 * Returns `text` as it is and decoded once, twice and so on, until nothing changes: at most
 * {@link MAX_ROUNDS} times. Linear in the length of `text`.
 */
export function listDecodedViews(text: string): TextView[] {
  const views: TextView[] = [{ text }];
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const decoded = decodeOnce(views.at(-1)!);
    if (decoded === undefined) break;
    views.push(decoded);
  }
  return views;
}

/** The text in which every escape has been resolved, as often as it takes. */
export function decodeEscapes(text: string): string {
  return MAY_ESCAPE.test(text) ? listDecodedViews(text).at(-1)!.text : text;
}

/**
 * The view without blanks, line ends, control and invisible characters; the same where it has none.
 */
export function squeezeView(view: TextView): TextView {
  if (!INVISIBLE.test(view.text)) return view;
  const builder = new ViewBuilder(view);
  for (let at = 0; at < view.text.length; at += 1) {
    const unit = view.text[at]!;
    if (!INVISIBLE.test(unit)) builder.add(unit, at, at + 1);
  }
  return builder.build();
}

function decodeOnce(view: TextView): TextView | undefined {
  if (!MAY_ESCAPE.test(view.text)) return undefined;
  const builder = new ViewBuilder(view);
  let copied = 0;
  for (const match of view.text.matchAll(ESCAPE)) {
    for (; copied < match.index; copied += 1) builder.add(view.text[copied]!, copied, copied + 1);
    copied = match.index + match[0].length;
    builder.add(readEscape(match), match.index, copied);
  }
  if (copied === 0) return undefined;
  for (; copied < view.text.length; copied += 1) {
    builder.add(view.text[copied]!, copied, copied + 1);
  }
  return builder.build();
}

function readEscape([
  ,
  percent,
  braced,
  unicode,
  byte,
  plain,
  hex,
  decimal,
  name,
]: RegExpExecArray): string {
  if (plain !== undefined) return plain;
  if (name !== undefined) return NAMED[name.toLowerCase()]!;
  if (decimal !== undefined) return String.fromCharCode(Number(decimal));
  return String.fromCharCode(Number.parseInt((percent ?? braced ?? unicode ?? byte ?? hex)!, 16));
}

/** Collects the units of a view that is made of another one. */
class ViewBuilder {
  readonly #from: TextView;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  readonly #units: string[] = [];

  constructor(from: TextView) {
    this.#from = from;
    this.#starts = new Uint32Array(from.text.length);
    this.#ends = new Uint32Array(from.text.length);
  }

  /** Adds one UTF-16 unit that stands for the units from `start` up to `end` of the older view. */
  add(unit: string, start: number, end: number): void {
    const { starts, ends } = this.#from;
    const size = this.#units.push(unit);
    this.#starts[size - 1] = starts?.[start] ?? start;
    this.#ends[size - 1] = ends?.[end - 1] ?? end;
  }

  build(): TextView {
    return { text: this.#units.join(''), starts: this.#starts, ends: this.#ends };
  }
}
