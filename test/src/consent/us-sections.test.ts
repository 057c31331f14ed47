import { describe, expect, it, test } from 'vitest';

import { evaluateConsent } from '../../../src/consent/consent.js';
import { readGpp } from '../../../src/consent/gpp.js';
import { readUsPrivacy } from '../../../src/consent/us-privacy.js';
import { readUsSection } from '../../../src/consent/us-sections.js';
import { makeGpp, makeTcf } from '../../kit/consent-strings.js';

const BOTH = ['sale', 'targeted advertising'];
const GPC = 'Global Privacy Control';

/**
 * Test vectors of the IAB Tech Lab's own library: what it encodes for the values that its tests
 * set. Source:
 * https://github.com/IABTechLab/iabgpp-es/tree/fd0546e/modules/cmpapi/test/encoder/section (read
 * 2026-11-30).
 */
const VECTORS: [id: number, name: string, text: string, optOuts: string[]][] = [
  [7, 'usnat', 'CAAAAAAAAABA.QA', []],
  [7, 'usnat', 'CVVVkkkkkpFY.YA', ['sale', 'sharing', 'targeted advertising', GPC]],
  [7, 'usnat', 'BVVVkkkkkpFY', ['sale', 'sharing', 'targeted advertising']],
  [7, 'usnat', 'BAAAVVVVUQA.QA', []],
  [7, 'usnat', 'BVQqAAAAAgA.QA', []],
  [8, 'usca', 'BAAAAABA.QA', []],
  [8, 'usca', 'BVWSSSVY.YA', ['sale', 'sharing', GPC]],
  [9, 'usva', 'BAAAABA', []],
  [9, 'usva', 'BVWSSVY', BOTH],
  [10, 'usco', 'BAAAAEA.QA', []],
  [10, 'usco', 'BVWSSVg.YA', [...BOTH, GPC]],
  [10, 'usco', 'BVWSSVg', BOTH],
  [11, 'usut', 'BAAAAAQA', []],
  [11, 'usut', 'BVVkklWA', BOTH],
  [12, 'usct', 'BAAAAAEA.QA', []],
  [12, 'usct', 'BVWSSZFg.YA', [...BOTH, GPC]],
  [13, 'usfl', 'BAAAAABA', []],
  [13, 'usfl', 'BVWSSZlY', BOTH],
  [14, 'usmt', 'BAAAAABA.QA', []],
  [14, 'usmt', 'BVWSSZFY.YA', [...BOTH, GPC]],
  [15, 'usor', 'BAAAAAABAA.QA', []],
  [15, 'usor', 'BVWSSRpFYA.YA', [...BOTH, GPC]],
  [16, 'ustx', 'BAAAAAQA.QA', []],
  [16, 'ustx', 'BVWSSVWA.YA', [...BOTH, GPC]],
  [17, 'usde', 'BAAAAAABAA.QA', []],
  [17, 'usde', 'BVWSSSSVYA.YA', [...BOTH, GPC]],
  [18, 'usia', 'BAAAAAQA.QA', []],
  [18, 'usia', 'BVVkklWA.YA', [...BOTH, GPC]],
  [19, 'usne', 'BAAAAAQA.QA', []],
  [19, 'usne', 'BVWSSVWA.YA', [...BOTH, GPC]],
  [20, 'usnh', 'BAAAAABA.QA', []],
  [20, 'usnh', 'BVWSSZFY.YA', [...BOTH, GPC]],
  [22, 'ustn', 'BAAAAAQA.QA', []],
  [22, 'ustn', 'BVWSSVWA.YA', [...BOTH, GPC]],
  [23, 'usmn', 'BAAAAAQA.QA', []],
  [23, 'usmn', 'BVWSSVWA.YA', [...BOTH, GPC]],
  [24, 'usmd', 'BQAA.QA', []],
  [24, 'usmd', 'BVVU.YA', [...BOTH, GPC]],
  [25, 'usin', 'BQAA.AAA', []],
  [25, 'usin', 'BVVV.kkk', BOTH],
  [26, 'usky', 'BQAA.AAA', []],
  [26, 'usky', 'BVVV.kkk', BOTH],
  [27, 'usri', 'BQAA.AAA', []],
  [27, 'usri', 'BVVV.kkk', BOTH],
];

describe('K29: the US sections of GPP', () => {
  test.each(VECTORS)('section %i (%s) %s', (id, name, text, optOuts) => {
    expect(readUsSection(id, text)).toEqual({ name, optOuts });
    const reading = readGpp(makeGpp({ [id]: text }), undefined);
    expect(reading.optOut ?? false).toBe(optOuts.length > 0);
    for (const one of optOuts)
      expect(reading).toMatchObject({ says: expect.stringContaining(one) as string });
  });

  /**
   * Whole strings of
   * https://github.com/IABTechLab/iabgpp-es/blob/fd0546e/modules/cmpapi/test/GppModel.test.ts.
   */
  test.each<[string, string | undefined, object]>([
    ['DBABTA~1YNN', undefined, { says: 'sections uspv1, no opt-out and no EU section' }],
    ['DBABTA~1YYN', undefined, { says: 'uspv1 opts out of sale', optOut: true }],
    ['DBABLA~BVQqAAAAAgA.QA', undefined, { says: 'sections usnat, no opt-out and no EU section' }],
    ['DBABLA~CAAAAAAAAABA.QA', undefined, { says: 'sections usnat, no opt-out and no EU section' }],
    [
      'DBABMA~CPSG_8APSG_8ANwAAAAENAwCgAAAAAAAAAAYgACPAAAA.IDKQA4AAgAKAGQAygAAA.YAAAAAAAAAAA',
      undefined,
      { level: 'none' },
    ],
    [
      'DBACNYA~CPSG_8APSG_8ANwAAAENAwCgAAAAAAAAAAAAAAAAAAAA.IAAA.YAAAAAAAAAAA~1YNN',
      undefined,
      { level: 'none' },
    ],
    ['DBAA', undefined, { says: 'no section' }],
    // The sample of case S07, with the sections that apply in every form.
    ...[undefined, '7', 'usnat', '7,8', '[7]', '0'].map(
      (sid): [string, string | undefined, object] => ['DBABLA~BVQVAAAAAg.Y', sid, { optOut: true }],
    ),
    ['DBABLA~BVQVAAAAAg.Y', '8', { says: 'sections usnat, no opt-out and no EU section' }],
    ['DBABLA~BVQVAAAAAg.Y', '-1', { says: 'sections usnat, no opt-out and no EU section' }],
  ])('%s with gpp_sid %s', (text, sid, expected) => {
    const reading = readGpp(text, sid);
    expect(reading).toMatchObject(expected);
    if (!('optOut' in expected)) expect(reading.optOut).toBeUndefined();
  });

  it('reads the level of the EU and the opt-out of the US from one string', () => {
    const reading = readGpp(makeGpp({ 2: makeTcf([1, 3]), 8: 'BVWSSSVY' }), undefined);
    expect(reading).toMatchObject({
      level: 'full',
      optOut: true,
      says: 'purposes 1, 3; usca opts out of sale, sharing',
    });
  });

  it('keeps the opt-out of one section next to another that cannot be read', () => {
    expect(readGpp(makeGpp({ 8: 'BVWSSSVY', 9: '!' }), undefined)).toMatchObject({ optOut: true });
    expect(readGpp(makeGpp({ 2: 'Bx', 8: 'BVWSSSVY' }), undefined)).toMatchObject({ optOut: true });
  });

  test.each(['', '!', 'B', 'AAAAAAAAAA', 'DVVVkkkkkpFY'])(
    'cannot read the usnat section "%s"',
    (text) => {
      expect(readUsSection(7, text)).toEqual({
        name: 'usnat',
        problem: 'its section usnat cannot be read',
      });
      expect(readUsSection(2, text)).toBeUndefined();
    },
  );
});

describe('K29: us_privacy', () => {
  test.each<[string, object]>([
    ['1YYN', { says: 'opted out of sale', optOut: true }],
    [' 1yyn ', { says: 'opted out of sale', optOut: true }],
    ['1NYN', { says: 'opted out of sale', optOut: true }],
    ['1-Y-', { says: 'opted out of sale', optOut: true }],
    ['1YNN', { says: 'no opt-out' }],
    ['1---', { says: 'no opt-out' }],
    ['2YYN', { problem: 'it is not a US Privacy string such as 1YNN' }],
    ['1YY', { problem: 'it is not a US Privacy string such as 1YNN' }],
    ['yes', { problem: 'it is not a US Privacy string such as 1YNN' }],
  ])('%s', (text, reading) => {
    expect(readUsPrivacy(text)).toEqual(reading);
  });

  it('says no level: the default decides, and the use of data is limited', () => {
    const event = { consentLevel: 'not_set', consent: { usPrivacy: '1YYN', gpc: true } } as const;
    expect(evaluateConsent(event, 'full')).toMatchObject({
      level: 'full',
      source: 'default',
      optOut: 'us_privacy and gpc',
    });
    expect(evaluateConsent(event, 'not_set')).toMatchObject({
      level: 'not_set',
      optOut: 'us_privacy and gpc',
    });
  });
});
