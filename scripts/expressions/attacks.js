// Texts that make a regular expression take its longest, made of the expression itself.
import { RegExpParser, visitRegExpAST } from '@eslint-community/regexpp';

/** What follows a run so that the rest of an expression does not match. */
const ENDINGS = ['', '\u0000', '\n\u0001!', 'a\u0000'];
/** What many expressions treat alike, besides the characters that an expression names. */
const USUAL = [
  ' ',
  '\n',
  '\t',
  '0',
  'a',
  'A',
  '-',
  '.',
  '/',
  '@',
  '"',
  '%',
  '\\',
  '{',
  '\u0000',
  '\u00e9',
];
const MAX_PREFIXES = 5;
const MAX_PUMPS = 10;

/**
 * Returns whether an expression can look at any number of characters from one start.
 * @param {string} source
 * @param {string} flags
 */
export function isUnbounded(source, flags) {
  return quantifiersOf(parse(source, flags)).length > 0;
}

/**
 * Yields texts of about `length` characters: what stands before a part that repeats, that part (or
 * one character that it takes) again and again, and an ending that should not match.
 * @param {string} source
 * @param {string} flags
 * @param {number} length
 */
export function* attacksOn(source, flags, length) {
  const tree = parse(source, flags);
  const quantifiers = quantifiersOf(tree);
  const characters = charactersOf(tree);
  const prefixes = new Set(['']);
  const pumps = new Set();
  for (const quantifier of quantifiers) {
    prefixes.add(before(quantifier));
    pumps.add(before(quantifier));
    pumps.add(sample(quantifier.element));
    for (const one of characters) if (takes(quantifier.element, one)) pumps.add(one);
  }
  for (const alternative of tree.pattern.alternatives) pumps.add(sampleOf(alternative.elements));
  pumps.delete('');
  if (pumps.size === 0) for (const one of USUAL) pumps.add(one);
  for (const prefix of [...prefixes].slice(0, MAX_PREFIXES)) {
    for (const pump of [...pumps].slice(0, MAX_PUMPS)) {
      const run = prefix + pump.repeat(Math.ceil(length / pump.length));
      for (const ending of ENDINGS) yield run + ending;
    }
  }
}

function parse(source, flags) {
  return new RegExpParser({ ecmaVersion: 2025 }).parseLiteral(
    `/${source.replace(/^$/, '(?:)')}/${flags}`,
  );
}

function quantifiersOf(tree) {
  const found = [];
  visitRegExpAST(tree, {
    onQuantifierEnter: (node) => void (node.max === Infinity && found.push(node)),
  });
  return found;
}

/** Characters that an expression names, the ends of its ranges, and the usual ones. */
function charactersOf(tree) {
  const found = new Set();
  visitRegExpAST(tree, {
    onCharacterEnter: (node) => void found.add(String.fromCodePoint(node.value)),
    onCharacterClassRangeEnter: (node) => void found.add(String.fromCodePoint(node.min.value)),
  });
  return new Set([...found, ...USUAL]);
}

/** Whether an element of an expression is one character long and takes `character`. */
function takes(element, character) {
  if (element.type === 'Group' || element.type === 'CapturingGroup') {
    return element.alternatives.some(
      ({ elements }) => elements.length === 1 && takes(elements[0], character),
    );
  }
  if (!['Character', 'CharacterSet', 'CharacterClass'].includes(element.type)) return false;
  return toExpression(element).test(character);
}

function toExpression(element) {
  let root = element;
  while (root.parent) root = root.parent;
  const flags = root.flags?.raw?.replace(/[gy]/g, '') ?? '';
  return new RegExp(`^(?:${element.raw})$`, flags);
}

/** A text that matches what stands before an element, from the outermost alternative on. */
function before(element) {
  let text = '';
  for (let node = element; node.parent; node = node.parent) {
    if (node.parent.type !== 'Alternative') continue;
    const { elements } = node.parent;
    text = sampleOf(elements.slice(0, elements.indexOf(node))) + text;
  }
  return text;
}

function sampleOf(elements) {
  return elements.map(sample).join('');
}

/** A short text that an element matches; empty for assertions and references. */
function sample(element) {
  switch (element.type) {
    case 'Character':
      return String.fromCodePoint(element.value);
    case 'CharacterSet':
    case 'CharacterClass':
      return (
        [...charactersOf(element), ...'bz9_+=(<[~é文'].find((one) => takes(element, one)) ?? ''
      );
    case 'Group':
    case 'CapturingGroup':
      return sampleOf(element.alternatives[0]?.elements ?? []);
    case 'Quantifier':
      return sample(element.element).repeat(Math.min(Math.max(element.min, 1), element.max));
    default:
      return '';
  }
}
