import { describe, expect, test } from 'vitest';
import {
  resolveSettings,
  variableOfSetting,
  type SettingLayers,
} from '../../../src/config/resolve.js';
import { checkSettings, parseSetting, SETTING_NAMES } from '../../../src/config/setting-values.js';
import { defaultSettings, type SettingName } from '../../../src/config/settings.js';

const everything: SettingLayers = {
  flags: { 'max-attempts': 1 },
  environment: { POSTBACK_MAX_ATTEMPTS: '2', POSTBACK_DELIVERY_MAX_ATTEMPTS: '3' },
  project: { path: 'project.json', settings: { 'delivery.maxAttempts': 4 } },
  user: {
    path: 'config.json',
    workspaceName: 'game',
    workspace: { 'delivery.maxAttempts': 6 },
    all: { 'delivery.maxAttempts': 7 },
  },
};

describe('resolveSettings', () => {
  const layers: [Partial<SettingLayers>, number, string, string | undefined][] = [
    [{}, 1, 'flag', '--max-attempts'],
    [{ flags: {} }, 2, 'environment', 'POSTBACK_MAX_ATTEMPTS'],
    [{ flags: { 'max-attempts': 2 } }, 2, 'environment', 'POSTBACK_MAX_ATTEMPTS'],
    [
      {
        flags: {},
        environment: { POSTBACK_MAX_ATTEMPTS: '', POSTBACK_DELIVERY_MAX_ATTEMPTS: '3' },
      },
      3,
      'environment',
      'POSTBACK_DELIVERY_MAX_ATTEMPTS',
    ],
    [{ flags: {}, environment: {} }, 4, 'project file', 'project.json'],
    [
      { flags: {}, environment: {}, project: undefined },
      6,
      'user config',
      'config.json, workspace game',
    ],
    [
      {
        flags: {},
        environment: {},
        project: undefined,
        user: { ...everything.user!, workspace: {} },
      },
      7,
      'user config',
      'config.json',
    ],
    [{ flags: {}, environment: {}, project: undefined, user: undefined }, 5, 'default', undefined],
  ];
  test.each(layers)('with %j gives %d from %s', (changes, value, source, where) => {
    const { settings, sources } = resolveSettings({ ...everything, ...changes });
    expect(settings['delivery.maxAttempts']).toBe(value);
    expect(sources['delivery.maxAttempts']).toEqual(
      where === undefined ? { value, source } : { value, source, where },
    );
  });

  test('is the defaults where nobody says anything', () => {
    expect(resolveSettings({ flags: {}, environment: {} }).settings).toEqual(defaultSettings());
  });

  test('takes every setting from its own variable', () => {
    const texts: Partial<Record<SettingName, [string, unknown]>> = {
      'consent.default': ['anonymous', 'anonymous'],
      'amazon.eventsApiWindowDays': ['21', 21],
      'amazon.defaultCountry': ['de', 'DE'],
      'delivery.rate': ['0', 0],
    };
    for (const [name, [text, value]] of Object.entries(texts) as [
      SettingName,
      [string, unknown],
    ][]) {
      const environment = { [variableOfSetting(name)]: text };
      expect(resolveSettings({ flags: {}, environment }).settings[name]).toBe(value);
    }
  });

  test.each<[string, Partial<SettingLayers>, string]>([
    [
      'a flag',
      { flags: { rate: -1 } },
      'The setting delivery.rate from --rate is -1; expected a number from 0 to 100000.',
    ],
    [
      'a variable',
      { environment: { POSTBACK_CONSENT_DEFAULT: 'all' } },
      'The setting consent.default from POSTBACK_CONSENT_DEFAULT is "all"; expected not_set or anonymous or full.',
    ],
    [
      'a variable with a word',
      { environment: { POSTBACK_RATE: 'fast' } },
      'from POSTBACK_RATE is "fast"; expected a number',
    ],
    [
      'a country',
      { environment: { POSTBACK_AMAZON_DEFAULT_COUNTRY: 'USA' } },
      'is "USA"; expected a country in two letters',
    ],
  ])('refuses %s that is wrong', (_, changes, message) => {
    expect(() => resolveSettings({ flags: {}, environment: {}, ...changes })).toThrow(
      expect.objectContaining({
        kind: 'config',
        message: expect.stringContaining(message) as string,
      }),
    );
  });
});

test('variableOfSetting', () => {
  expect(variableOfSetting('consent.default')).toBe('POSTBACK_CONSENT_DEFAULT');
  expect(variableOfSetting('consent.amazonFromLevel')).toBe('POSTBACK_CONSENT_AMAZON_FROM_LEVEL');
  expect(new Set(SETTING_NAMES.map(variableOfSetting)).size).toBe(SETTING_NAMES.length);
});

describe('values', () => {
  test.each([
    [{ 'delivery.rate': '5' }, 'delivery.rate', 'is "5"; expected a number'],
    [{ 'delivery.concurrency': 0.5 }, 'delivery.concurrency', 'is 0.5; expected a whole number'],
    [{ 'delivery.concurrency': 257 }, 'delivery.concurrency', 'from 1 to 256'],
    [{ 'consent.defualt': 'full' }, 'consent.defualt', 'Did you mean consent.default?'],
    [{ constructor: 1 }, 'constructor', 'is not a setting'],
  ])('checkSettings refuses %j', (raw, field, words) => {
    expect(checkSettings(raw)).toEqual({
      field,
      problem: expect.stringContaining(words) as string,
    });
  });

  test('numbers are text at the command line only', () => {
    expect(parseSetting('delivery.rate', '5')).toEqual({ value: 5 });
    expect(parseSetting('delivery.rate', '0.5')).toEqual({ value: 0.5 });
    expect(parseSetting('delivery.maxAttempts', '0.5')).toHaveProperty('problem');
    expect(parseSetting('delivery.rate', '1e3')).toHaveProperty('problem');
    expect(parseSetting('amazon.defaultCountry', '')).toEqual({ value: '' });
  });
});
