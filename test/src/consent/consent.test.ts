import fc from '../../kit/property.js';
import { describe, expect, it, test } from 'vitest';
import { evaluateConsent, describeConsent } from '../../../src/consent/consent.js';
import { readGpp } from '../../../src/consent/gpp.js';
import { withoutPersonalIdentifiers } from '../../../src/consent/identifiers.js';
import { readTcf } from '../../../src/consent/tcf.js';
import type { ConsentLevel, ConversionEvent } from '../../../src/events/conversion-event.js';
import { readAudienceMessage } from '../../../src/events/formats/audience.js';
import type { JsonObject } from '../../../src/json.js';
import { makeGpp, makeTcf } from '../../kit/consent-strings.js';
import { makePurchase } from '../../kit/events.js';

function makeEvent(consentLevel: string | undefined, properties: JsonObject): ConversionEvent {
  return readAudienceMessage(makePurchase({ consentLevel }, properties));
}

describe('TCF v2', () => {
  test.each<[readonly number[], ConsentLevel]>([
    [[], 'none'],
    [[2, 3, 4, 5, 24], 'none'],
    [[1], 'anonymous'],
    [[1, 2, 7, 8, 9, 10], 'anonymous'],
    [[1, 3], 'full'],
    [[1, 4], 'full'],
    [[1, 5], 'full'],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 'full'],
  ])('purposes %j are %s', (purposes, level) => {
    expect(readTcf(makeTcf(purposes))).toMatchObject({ level });
    expect(
      readTcf(
        ` ${makeTcf(purposes)}.IFoEUQQgAIQwgIwQABAEAAAAOIAACAIAAAAQAIAgEAACEAAAAAgAQBAAAAAAAGBAAgAAAAAAAFAAE `,
      ),
    ).toMatchObject({
      level,
    });
  });

  it('reads strings of real consent platforms', () => {
    // The example of the IAB's own documentation: created without any consent.
    expect(
      readTcf(
        'COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA.IFoEUQQgAIQwgIwQABAEAAAAOIAACAIAAAAQAIAgEAACEAAAAAgAQBAAAAAAAGBAAgAAAAAAAFAAECAAAgAAQARAEQAAAAAJAAIAAgAAAYQEAAAQmAgBC3ZAYzUw',
      ),
    ).toMatchObject({ level: 'full', says: 'purposes 1, 2, 3' });
    expect(readTcf('CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA')).toMatchObject({
      level: 'none',
    });
  });

  test.each([
    ['BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA', 'it is of version 1; expected 2'],
    [makeTcf([1], 3), 'it is of version 3; expected 2'],
    [makeTcf([1]).slice(0, 29), 'it is truncated'],
    ['C', 'it is truncated'],
    ['C+/=', 'it is not base64url'],
    ['', 'it is not base64url'],
    ['.CPXx', 'it is not base64url'],
  ])('%s says no level', (text, problem) => {
    expect(readTcf(text)).toEqual({ problem });
  });

  it('never throws', () => {
    const readAll = (text: string): void => {
      for (const one of [text, `C${text}`, `DB${text}`]) {
        for (const reading of [readTcf(one), readGpp(one, text)])
          expect('says' in reading || 'problem' in reading).toBe(true);
      }
    };
    fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\w~.-]{0,60}$/)), readAll));
  });
});

describe('GPP', () => {
  const full = makeTcf([1, 3]);

  it('writes headers as the specification does', () => {
    expect(makeGpp({ 2: 'x' })).toBe('DBABM~x');
    expect(makeGpp({ 2: 'x', 6: '1YNN' })).toBe('DBACNY~x~1YNN');
  });

  test.each<[string, string | undefined, object]>([
    [makeGpp({ 2: full }), undefined, { level: 'full' }],
    [makeGpp({ 2: full }), '2', { level: 'full' }],
    [makeGpp({ 2: makeTcf([1]), 6: '1YNN' }), '2_6', { level: 'anonymous' }],
    [`DBACNYA~${makeTcf([])}~1YNN`, '2,6', { level: 'none' }],
    // Sections 2 to 5 as one range: 1, then the steps 2 and 3.
    [`DBABsw~${full}~x~x~x`, undefined, { level: 'full' }],
    [makeGpp({ 2: full, 7: 'B', 21: 'C' }), undefined, { level: 'full' }],
    [
      makeGpp({ 7: 'BVVqAAAAAAA', 8: 'B' }),
      undefined,
      { problem: 'its section usca cannot be read' },
    ],
    [
      makeGpp({ 7: 'BVVqAAAAAAA' }),
      undefined,
      { says: 'sections usnat, no opt-out and no EU section' },
    ],
    [makeGpp({ 2: full }), '-1', { says: 'gpp_sid says that the EU section does not apply' }],
    [
      makeGpp({ 2: full, 7: 'BVVqAAAAAAA' }),
      '7',
      { says: 'gpp_sid says that the EU section does not apply' },
    ],
    [makeGpp({ 2: full, 7: 'B' }), '7', { problem: 'its section usnat cannot be read' }],
    [makeGpp({ 2: full }), '0', { level: 'full' }],
    [makeGpp({ 2: makeTcf([1]) }), 'tcfeuv2', { level: 'anonymous' }],
    [makeGpp({ 2: 'Bxx' }), undefined, { problem: 'it is of version 1; expected 2' }],
    ['DBABM', undefined, { problem: 'its header does not match its sections' }],
    [`DCABM~${full}`, undefined, { problem: 'its header does not match its sections' }],
    [full, undefined, { problem: 'its header does not match its sections' }],
    ['DBAB~x', undefined, { problem: 'its header does not match its sections' }],
  ])('%s with gpp_sid %s', (text, sid, reading) => {
    expect(readGpp(text, sid)).toMatchObject(reading);
  });
});

describe('the level of an event', () => {
  const tcf = { none: makeTcf([]), anonymous: makeTcf([1]), full: makeTcf([1, 4]) };
  const [granted, denied] = ['granted', 'DENIED'];

  test.each<[string | undefined, JsonObject, ConsentLevel, ConsentLevel, string]>([
    // Stated, signals, consent.default, the level, by what.
    ['full', {}, 'not_set', 'full', 'consentLevel'],
    ['none', {}, 'full', 'none', 'consentLevel'],
    [undefined, {}, 'not_set', 'not_set', 'default'],
    ['not_set', {}, 'anonymous', 'anonymous', 'default'],
    [undefined, { tcf: tcf.full }, 'not_set', 'full', 'tcf'],
    [undefined, { tcf: tcf.anonymous }, 'full', 'anonymous', 'tcf'],
    ['full', { tcf: tcf.none }, 'not_set', 'none', 'tcf'],
    ['full', { tcf: tcf.anonymous }, 'not_set', 'anonymous', 'tcf'],
    ['anonymous', { tcf: tcf.full }, 'not_set', 'anonymous', 'consentLevel'],
    ['none', { tcf: tcf.full }, 'not_set', 'none', 'consentLevel'],
    ['full', { tcf: 'garbage!' }, 'not_set', 'full', 'consentLevel'],
    [undefined, { tcf: 'garbage!' }, 'not_set', 'not_set', 'tcf'],
    [undefined, { tcf: 'garbage!' }, 'full', 'not_set', 'tcf'],
    [undefined, { gpp: makeGpp({ 2: tcf.full }), gpp_sid: '2' }, 'not_set', 'full', 'gpp'],
    [undefined, { gpp: makeGpp({ 7: 'B' }) }, 'full', 'not_set', 'gpp'],
    [undefined, { gpp: makeGpp({ 7: 'BVVqAAAAAAA' }) }, 'full', 'full', 'default'],
    ['full', { tcf: tcf.full, gpp: makeGpp({ 2: tcf.anonymous }) }, 'not_set', 'anonymous', 'gpp'],
    // C6.
    [undefined, { analytics_storage: denied }, 'full', 'none', 'google'],
    [undefined, { analytics_storage: denied, ad_storage: granted }, 'full', 'none', 'google'],
    [undefined, { analytics_storage: granted }, 'not_set', 'anonymous', 'google'],
    [
      undefined,
      { analytics_storage: granted, ad_storage: denied },
      'not_set',
      'anonymous',
      'google',
    ],
    [undefined, { analytics_storage: granted, ad_storage: granted }, 'not_set', 'full', 'google'],
    [
      undefined,
      { analytics_storage: 7, ad_storage: granted },
      'full',
      'not_set',
      'properties.analytics_storage',
    ],
    [undefined, { ad_user_data: granted, ad_personalization: denied }, 'not_set', 'full', 'google'],
    [undefined, { ad_user_data: denied }, 'not_set', 'not_set', 'default'],
    [undefined, { ad_user_data: denied }, 'full', 'anonymous', 'google'],
    ['full', { ad_user_data: denied }, 'not_set', 'anonymous', 'google'],
    ['none', { ad_user_data: granted }, 'not_set', 'none', 'consentLevel'],
    [
      'full',
      { analytics_storage: granted, ad_storage: granted, ad_user_data: denied },
      'not_set',
      'anonymous',
      'google',
    ],
    ['full', { ad_user_data: 'perhaps' }, 'not_set', 'full', 'consentLevel'],
  ])('%s with %j, default %s: %s by %s', (stated, properties, fallback, level, source) => {
    expect(evaluateConsent(makeEvent(stated, properties), fallback)).toMatchObject({
      level,
      source,
    });
  });

  it('is described by what was said, without the consent strings', () => {
    const event = makeEvent(undefined, { tcf: 'garbage!', ad_user_data: 'denied' });
    expect(describeConsent(event, evaluateConsent(event, 'full'))).toBe(
      'no consentLevel; tcf is not understood: it is not base64url; google: ad_user_data denied: not_set by tcf',
    );
    const plain = makeEvent('full', {});
    expect(describeConsent(plain, evaluateConsent(plain, 'full'))).toBe('consentLevel full');
  });
});

it('anonymous consent leaves click ids, match id, country and device, and no identifier of a person', () => {
  const event = makeEvent('full', {
    email_hash: 'a'.repeat(64),
    first_name: 'Test',
    city: 'Berlin',
    external_id: 'x-1',
    idfa: '6D92078A-8246-4BA4-AE5B-76104861E7DC',
    ramp_id: 'XY1',
    match_id: 'M1',
    ip: '192.0.2.1',
    user_agent: 'Test/1.0',
    aref: 'A1b2C3d4E5.1794945600000',
  });
  const { event: reduced, dropped } = withoutPersonalIdentifiers(event);
  expect(dropped).toEqual(['email', 'first_name', 'city', 'external_id', 'maid', 'ramp_id']);
  expect(reduced.identifiers).toEqual({
    plain: {},
    hashed: {},
    country: 'US',
    matchId: 'M1',
    ip: '192.0.2.1',
    userAgent: 'Test/1.0',
  });
  expect(reduced.click).toEqual(event.click);
  expect(event.identifiers.hashed.email).toBeDefined();
});
