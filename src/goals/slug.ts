/** Letters that decomposition does not take apart, as they are usually written in ASCII. */
const LATIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
};
const MAX_LENGTH = 60;

/**
 * The id of a new goal: the first of `sources` (its name, then its event) that has anything to say
 * in lower-case ASCII, with `-2`, `-3` … where it is taken.
 */
export function makeSlug(sources: readonly string[], taken: ReadonlySet<string>): string {
  const slug = sources.map(slugify).find((candidate) => candidate !== '') ?? 'goal';
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? slug : `${slug}-${count}`;
    if (!taken.has(candidate)) return candidate;
  }
}

function slugify(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, (letter) => LATIN[letter] ?? (/\p{M}/u.test(letter) ? '' : ' '))
    .replace(/['’]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_LENGTH)
    .replace(/^-|-$/g, '');
}
