import fc from '../kit/property.js';
import { describe, expect, it } from 'vitest';
import { textBefore, trimEndOf } from '../../src/text-ends.js';

const texts = fc
  .array(fc.constantFrom('a', 'b', '.', ' ', '\n', '#', '?'), { maxLength: 12 })
  .map((all) => all.join(''));

describe('trimEndOf', () => {
  it('removes what the expression with `+$` removes', () => {
    fc.assert(
      fc.property(texts, (text) => trimEndOf(text, /[.\s]/) === text.replace(/[.\s]+$/, '')),
    );
  });

  it('looks at each character of a long run once', () => {
    let looks = 0;
    const dots = { test: (character: string) => ++looks > 0 && character === '.' } as RegExp;
    expect(trimEndOf(`${'.'.repeat(100_000)}x`, dots)).toHaveLength(100_001);
    expect(looks).toBe(1);
    expect(trimEndOf(`x${'.'.repeat(100_000)}`, dots)).toBe('x');
    expect(looks).toBe(1 + 100_001);
  });
});

describe('textBefore', () => {
  it('returns what is left without the mark and all after it', () => {
    fc.assert(
      fc.property(texts, (text) => textBefore(text, /[?#]/) === text.replace(/[?#].*$/s, '')),
    );
  });
});
