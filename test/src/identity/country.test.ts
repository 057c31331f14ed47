import { describe, expect, test } from 'vitest';
import { isConsentCountry, toCountryCode } from '../../../src/identity/country.js';

describe('toCountryCode', () => {
  test.each([
    ['US', 'US'],
    ['us', 'US'],
    [' gb ', 'GB'],
    ['UK', 'GB'],
    ['EL', 'GR'],
    ['en-US', 'US'],
    ['pt_BR', 'BR'],
    ['zh-Hant-TW', 'TW'],
    ['de_DE.UTF-8', 'DE'],
    ['USA', 'US'],
    ['deu', 'DE'],
    ['United States', 'US'],
    ['united states of america', 'US'],
    ['Germany', 'DE'],
    ["Côte d'Ivoire", 'CI'],
    ['South Korea', 'KR'],
  ])('%j is %s', (text, code) => {
    expect(toCountryCode(text)).toBe(code);
  });

  test.each([
    '',
    ' ',
    'QQ',
    'ZZ',
    'EU',
    'OTHER',
    'en',
    'es-419',
    'en-QQ',
    'Atlantis',
    '49',
    '\0',
    '1'.repeat(5000),
  ])('%j is none', (text) => {
    expect(toCountryCode(text)).toBeUndefined();
  });
});

describe('isConsentCountry', () => {
  test.each(['DE', 'FR', 'IE', 'HR', 'NO', 'IS', 'LI', 'GB', 'CH', 'RE'])('%s', (code) => {
    expect(isConsentCountry(code)).toBe(true);
  });
  test.each(['US', 'TR', 'RS', 'UA', 'JP', 'AD'])('not %s', (code) => {
    expect(isConsentCountry(code)).toBe(false);
  });
});
