import { createHash } from 'node:crypto';
import fc from '../../kit/property.js';
import { describe, expect, test } from 'vitest';

import { isNotAValue, isPlaceholderHash } from '../../../src/identity/not-a-value.js';

export const WORDS = [
  'null undefined none nan NaN NULL None N/A n/a N.A. unknown UNKNOWN unset not_set not-set NotSet not_available'.split(
    ' ',
  ),
  'not_provided "null" \'undefined\' (none) [none] <null> null, - -- — . ? {} [] "" () undefined_undefined'.split(
    ' ',
  ),
  [
    '(not set)',
    '(not provided)',
    'not set',
    'Not Available',
    '[object Object]',
    'null null',
    ' null ',
    'not%20set',
  ],
].flat();
export const MACROS = (
  '{gclid} {{ttclid}} {{{x}}} ${gclid} $(gclid) #{gclid} [CLICK_ID] [[click]] %%CLICK%% %gclid% <click_id> __CLICKID__ ' +
  '%7Bgclid%7D %7B%7Bgclid%7D%7D %257Bgclid%257D %5BCLICK_ID%5D %3Cid%3E *|EMAIL|* ##CLICKID## $CLICK_ID @@id@@ &lt;id&gt;'
).split(' ');

describe('K08, K16: text that stands for no value', () => {
  test.each([...WORDS, ...MACROS])('%j', (text) => {
    expect(isNotAValue(text)).toBe(true);
  });

  test.each(
    (
      'NA Na Noa Nora Nanette Norway Una Umar Uno nullable None-such Knull unknown@example.com nobody 0 1 DE ' +
      'a@example.com EAIaIQobChMI_-__x 3b0f7a1e O’Neill Ñ <a@b.example> +1 (650)555 __x 50% {x'
    ).split(' '),
  )('%j is a value', (text) => {
    expect(isNotAValue(text)).toBe(false);
  });

  test('no id, hash, number or address is one', () => {
    const value = fc.oneof(
      fc.uuid(),
      fc.emailAddress(),
      fc.ipV4(),
      fc.stringMatching(/^[0-9a-f]{64}$/),
      fc.stringMatching(/^[A-Za-z0-9_]{20,60}$/).filter((text) => !text.startsWith('__')),
      fc.integer().map((number) => `+${Math.abs(number)}1`),
    );
    fc.assert(fc.property(value, (text) => !isNotAValue(text)));
  });

  test('takes time in proportion to the text, whatever comes', () => {
    for (const text of [
      '{'.repeat(8192),
      '%25'.repeat(2700),
      `"${' '.repeat(8000)}x`,
      '<'.repeat(8000),
      '_'.repeat(8000),
    ]) {
      isNotAValue(text);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => typeof isNotAValue(text) === 'boolean'),
    );
  });
});

describe('the hash of a text that stands for no value', () => {
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  test.each([
    '',
    ' ',
    '\n',
    'null',
    'NULL',
    'Null',
    'undefined',
    'none',
    'None',
    'N/A',
    'n/a',
    'nan',
    'NaN',
    '(not set)',
  ])('%j', (text) => {
    expect(isPlaceholderHash(hash(text))).toBe(true);
  });

  test('no other hash is one', () => {
    fc.assert(fc.property(fc.uuid(), (text) => !isPlaceholderHash(hash(text))));
  });
});
