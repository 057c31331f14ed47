import { PROFILES, type NetworkSettings } from '../networks/profiles.js';
import type { SettingRule } from './setting-rule.js';

/**
 * The settings that belong to no network, flat, by the name it has in config files. Defaults are
 * the safe side (docs/development/decisions/).
 */
interface CommonSettings {
  /** Level that a message without `consentLevel` is taken to have; `not_set` sends nothing. */
  'consent.default': 'not_set' | 'anonymous' | 'full';
  /**
   * Level from which `consentLevel` counts as Amazon's own consent signal; `never` keeps them
   * apart.
   */
  'consent.amazonFromLevel': 'never' | 'full';
  /**
   * How events with no phone country code are read, ISO 3166-1 alpha-2; empty: the event's country.
   */
  'identity.phoneCountry': string;
  /** How old a click may be when the conversion happens. */
  'attribution.windowDays': number;
  /**
   * Requests a second per account, decimals allowed; absent: the network's documented limit; 0:
   * unpaced.
   */
  'delivery.rate': number | undefined;
  /** Requests in flight per account. */
  'delivery.concurrency': number;
  /** Attempts of one postback in one run. */
  'delivery.maxAttempts': number;
  /** Timeout of a request, in milliseconds. */
  'delivery.timeoutMs': number;
  /**
   * PostgreSQL database that holds the delivery log of every machine with this setting; absent: a
   * SQLite file on this machine.
   */
  'log.url': string | undefined;
  /**
   * Commits reach the disk before a request leaves (`full`), or survive a crash but not a power cut
   * (`normal`).
   */
  'log.synchronous': 'full' | 'normal';
  /**
   * Of how many delivered postbacks the facts are kept, so that `replay --force` can send them
   * again.
   */
  'log.keepDelivered': number;
  'log.keepSkips': number;
  /**
   * For how long `logs prune` leaves the ids of what was sent, in days. Nothing is sent twice as
   * long as this is longer than the longest window of a network.
   */
  'log.keepIdsDays': number;
}

export type Settings = CommonSettings & NetworkSettings;
export type SettingName = keyof Settings;

/** The settings that the networks declare. */
const NETWORK_RULES = Object.assign({}, ...PROFILES.map(({ settings }) => settings)) as {
  readonly [K in keyof NetworkSettings]: SettingRule;
};

/** Valid values, default and description of each setting. */
export const SETTING_RULES: { readonly [K in SettingName]: SettingRule } = {
  'consent.default': {
    rule: { kind: 'choice', values: ['not_set', 'anonymous', 'full'] },
    default: 'not_set',
    about: 'consent level of events without one; not_set sends nothing',
  },
  'consent.amazonFromLevel': {
    rule: { kind: 'choice', values: ['never', 'full'] },
    default: 'never',
    about:
      "whether consentLevel full counts as Amazon's consent signal in the EEA, the UK and " +
      'Switzerland',
  },
  ...NETWORK_RULES,
  'identity.phoneCountry': {
    rule: { kind: 'country' },
    default: '',
    about: 'country of phone numbers without a country code; if empty, the country of the event',
  },
  'attribution.windowDays': {
    rule: { kind: 'number', min: 1, max: 365 },
    default: 30,
    about: 'number of days after a click during which a conversion is attributed to it',
  },
  'delivery.rate': {
    rule: { kind: 'number', min: 0, max: 100_000, decimals: true },
    default: undefined,
    about:
      "requests per second per account, decimals allowed; unset: the network's documented " +
      'limit; 0: no limit',
  },
  'delivery.concurrency': {
    rule: { kind: 'number', min: 1, max: 256 },
    default: 8,
    about: 'maximum number of requests in flight per account',
  },
  'delivery.maxAttempts': {
    rule: { kind: 'number', min: 1, max: 100 },
    default: 5,
    about: 'maximum attempts per postback in one run',
  },
  'delivery.timeoutMs': {
    rule: { kind: 'number', min: 100, max: 600_000 },
    default: 30_000,
    about: 'timeout of a request, in milliseconds',
  },
  'log.url': {
    rule: { kind: 'logUrl' },
    default: undefined,
    about:
      'PostgreSQL database of a log that several machines share, postgres://user@host/database; ' +
      'unset: a file on this machine',
  },
  'log.synchronous': {
    rule: { kind: 'choice', values: ['full', 'normal'] },
    default: 'full',
    about: 'full survives a power failure, normal survives a crash of the program',
  },
  'log.keepDelivered': {
    rule: { kind: 'number', min: 0, max: 10_000_000 },
    default: 20_000,
    about:
      'number of delivered postbacks that can be sent again from the log (about 600 bytes each)',
  },
  'log.keepIdsDays': {
    // Google takes events of 90 days, the template of an endpoint up to 366.
    rule: { kind: 'number', min: 100, max: 3_650 },
    default: 400,
    about:
      'number of days that ids of what was sent are kept by logs prune; longer than the longest ' +
      'window of your networks (90 days, or that of an HTTP endpoint)',
  },
  'log.keepSkips': {
    rule: { kind: 'number', min: 0, max: 100_000_000 },
    default: 100_000,
    about:
      'number of skips without a goal or network (organic, no_goal, goal_disabled, ' +
      'other_network) that logs lists; older ones are counted only',
  },
};

/** All settings at their defaults. */
export function defaultSettings(): Settings {
  const entries = Object.entries(SETTING_RULES).map(([name, { default: value }]) => [name, value]);
  return Object.fromEntries(entries) as Settings;
}
