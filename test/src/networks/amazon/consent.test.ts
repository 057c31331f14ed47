import { describe, expect, test } from 'vitest';
import type { ConsentSignals } from '../../../../src/events/conversion-event.js';
import { needsConsentSignal, readAmazonConsent } from '../../../../src/networks/amazon/consent.js';
import { makeConversion } from '../../../kit/amazon.js';

const tcf = 'CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA.YAAAAAAAAAA';
const gpp = 'DBABMA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA~1YNN';
const granted = { amazonConsent: { amznUserData: 'GRANTED' } };

describe('readAmazonConsent', () => {
  test.each<[string, ConsentSignals, object | undefined]>([
    ['TCF', { tcf }, { tcf }],
    ['GPP', { gpp }, { gpp }],
    ['TCF wins', { tcf, gpp, amznUserData: 'GRANTED' }, { tcf }],
    [
      'but not over a refusal',
      { tcf, amznUserData: 'DENIED' },
      { amazonConsent: { amznUserData: 'DENIED' } },
    ],
    ["Amazon's own before GPP", { gpp, amznUserData: 'GRANTED' }, granted],
    [
      'denied is a signal too',
      { amznUserData: 'DENIED' },
      { amazonConsent: { amznUserData: 'DENIED' } },
    ],
    [
      'storage next to user data',
      { amznUserData: 'GRANTED', amznAdStorage: 'DENIED' },
      { amazonConsent: { amznUserData: 'GRANTED', amznAdStorage: 'DENIED' } },
    ],
    ['storage alone is none', { amznAdStorage: 'GRANTED' }, undefined],
    ['text that is no TCF or GPP string is none', { tcf: 'jo@example.com', gpp: 'a b' }, undefined],
    [
      "other networks' signals are none",
      { adUserData: 'GRANTED', adPersonalization: 'GRANTED' },
      undefined,
    ],
    ['nothing', {}, undefined],
  ])('%s', (_name, consent, expected) => {
    expect(readAmazonConsent(makeConversion({ consent }), 'never')).toEqual(expected);
  });

  test.each([
    ['full', 'full', {}, granted],
    ['anonymous', 'full', {}, undefined],
    ['full', 'never', {}, undefined],
    ['full', 'full', { amznUserData: 'DENIED' }, { amazonConsent: { amznUserData: 'DENIED' } }],
  ] as const)(
    'consentLevel %s, setting %s, signals %j',
    (consentLevel, fromLevel, consent, expected) => {
      expect(readAmazonConsent(makeConversion({ consentLevel, consent }), fromLevel)).toEqual(
        expected,
      );
    },
  );
});

test.each([
  ['na', 'US', false],
  ['na', 'DE', true],
  ['fe', 'CH', true],
  ['na', 'GB', true],
  ['eu', 'US', true],
  ['fe', 'JP', false],
])('region %s, country %s: signal needed is %s', (region, country, needed) => {
  expect(needsConsentSignal(region, country)).toBe(needed);
});
