import { describe, expect, test } from 'vitest';

import { toCountryCode } from '../../../src/identity/country.js';

const CODES = Array.from({ length: 26 * 26 }, (_, index) =>
  String.fromCharCode(65 + Math.floor(index / 26), 65 + (index % 26)),
).filter((code) => toCountryCode(code) === code);

describe('K14: every English name of CLDR', () => {
  test.each(['long', 'short', 'narrow'] as const)(
    'in its %s form, with any apostrophe and without accents',
    (style) => {
      const names = new Intl.DisplayNames(['en'], { type: 'region', style });
      expect(CODES).toHaveLength(249);
      for (const code of CODES) {
        const name = names.of(code) as string;
        for (const form of [
          name,
          name.toUpperCase(),
          name.replaceAll('’', "'"),
          name.replace('&', 'and'),
          ` ${name} `,
        ]) {
          expect([form, toCountryCode(form)]).toEqual([form, code]);
        }
      }
    },
  );

  test.each([
    ['Moldova', 'MD'],
    ['Moldova, Republic of', 'MD'],
    ['Bosnia & Herzegovina', 'BA'],
    ['Côte d’Ivoire', 'CI'],
    ["Cote d'Ivoire", 'CI'],
    ['Ivory Coast', 'CI'],
    ['Laos', 'LA'],
    ['Lao PDR', 'LA'],
    ['Turkey', 'TR'],
    ['Türkiye', 'TR'],
    ['Czechia', 'CZ'],
    ['Czech Republic', 'CZ'],
    ['Korea, Republic of', 'KR'],
    ['Republic of Korea', 'KR'],
    ['Democratic People’s Republic of Korea', 'KP'],
    ['Congo - Kinshasa', 'CD'],
    ['Congo (DRC)', undefined],
    ['DR Congo', 'CD'],
    ['Republic of the Congo', 'CG'],
    ['The Gambia', 'GM'],
    ['Bahamas, The', 'BS'],
    ['U.S.A.', 'US'],
    ['United States of America', 'US'],
    ['U.S. Virgin Islands', 'VI'],
    ['Virgin Islands (British)', 'VG'],
    ['Great Britain', 'GB'],
    ['Republic of China', 'TW'],
    ['Kingdom of Saudi Arabia', 'SA'],
    ['Federal Republic of Germany', 'DE'],
    ['AND', 'AD'],
    ['US-CA', 'US'],
    ['us-ca', 'CA'],
    ['en-US', 'US'],
    ['PT-BR', 'BR'],
    ['DE-BY', 'DE'],
    ['CA-ON', 'CA'],
    ['GB-ENG', 'GB'],
    ['FR-75', 'FR'],
    ['NA', 'NA'],
    ['Atlantis', undefined],
  ])('%s is %s', (name, code) => {
    expect(toCountryCode(name)).toBe(code);
  });
});
