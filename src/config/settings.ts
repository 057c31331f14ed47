/** Every setting, flat, by the name it has in config files. Defaults are the safe side (docs/decisions/). */
export interface Settings {
  /** Level that a message without `consentLevel` is taken to have; `not_set` sends nothing. */
  'consent.default': 'not_set' | 'anonymous' | 'full';
  /** Level from which `consentLevel` counts as Amazon's own consent signal; `never` keeps them apart. */
  'consent.amazonFromLevel': 'never' | 'full';
  /** Keep or drop `+` in e-mail addresses hashed for Amazon: sources conflict (amazon-api.md section 5). */
  'amazon.emailPlus': 'drop' | 'keep';
  /** A purchase in a currency that Amazon does not take: skip it, or count it without money. */
  'amazon.unsupportedCurrency': 'skip' | 'count';
  /** Events API window in days: 7 or 21 by source (amazon-api.md section 1.4). */
  'amazon.eventsApiWindowDays': number;
  /** RAMP_ID travels raw (newer specification) or hashed (older one). */
  'amazon.rampId': 'raw' | 'hash';
  /** Country of events that carry none; empty: such events are skipped as `no_country`. */
  'amazon.defaultCountry': string;
  /** Whether Google is told of conversions without a click id, by e-mail address or phone number alone. */
  'google.withoutClickId': 'skip' | 'send';
  /** How events with no phone country code are read, ISO 3166-1 alpha-2; empty: the event's country. */
  'identity.phoneCountry': string;
  /** How old a click may be when the conversion happens. */
  'attribution.windowDays': number;
  /** Requests a second per account; absent: the network's documented limit; 0: unpaced. */
  'delivery.rate': number | undefined;
  /** Requests in flight per account. */
  'delivery.concurrency': number;
  /** Attempts of one postback in one run. */
  'delivery.maxAttempts': number;
  /** One request may take this long, in milliseconds. */
  'delivery.timeoutMs': number;
  /** Commits reach the disk before a request leaves (`full`), or survive a crash but not a power cut (`normal`). */
  'log.synchronous': 'full' | 'normal';
  /** Of how many delivered postbacks the facts are kept, so that `replay --force` can send them again. */
  'log.keepDelivered': number;
}

export type SettingName = keyof Settings;

interface Choice {
  kind: 'choice';
  values: readonly string[];
}
interface Whole {
  kind: 'number';
  min: number;
  max: number;
}
interface Country {
  kind: 'country';
}

export interface SettingRule {
  rule: Choice | Whole | Country;
  default: string | number | undefined;
  about: string;
}

/** What each setting may be, what it is when nobody sets it, and what it is for. */
export const SETTING_RULES: { readonly [K in SettingName]: SettingRule } = {
  'consent.default': {
    rule: { kind: 'choice', values: ['not_set', 'anonymous', 'full'] },
    default: 'not_set',
    about: 'consent level of events that carry none; not_set sends nothing',
  },
  'consent.amazonFromLevel': {
    rule: { kind: 'choice', values: ['never', 'full'] },
    default: 'never',
    about: "whether consentLevel full counts as Amazon's consent signal in the EEA, the UK and Switzerland",
  },
  'amazon.emailPlus': {
    rule: { kind: 'choice', values: ['drop', 'keep'] },
    default: 'drop',
    about: 'drop or keep + in e-mail addresses before hashing for Amazon',
  },
  'amazon.unsupportedCurrency': {
    rule: { kind: 'choice', values: ['skip', 'count'] },
    default: 'skip',
    about: 'a currency that Amazon does not take: skip the postback, or count it without money',
  },
  'amazon.eventsApiWindowDays': {
    rule: { kind: 'number', min: 1, max: 21 },
    default: 7,
    about: 'how many days old an event may be at the Events API (7 or 21: sources conflict)',
  },
  'amazon.rampId': {
    rule: { kind: 'choice', values: ['raw', 'hash'] },
    default: 'raw',
    about: 'send RAMP_ID as it is or hashed (sources conflict)',
  },
  'amazon.defaultCountry': {
    rule: { kind: 'country' },
    default: '',
    about: 'country of events that carry none (two letters); empty skips them',
  },
  'google.withoutClickId': {
    rule: { kind: 'choice', values: ['skip', 'send'] },
    default: 'skip',
    about: 'a Google conversion without a click id: skip it, or send it with hashed e-mail or phone alone',
  },
  'identity.phoneCountry': {
    rule: { kind: 'country' },
    default: '',
    about: "country of phone numbers without country code; empty takes the event's",
  },
  'attribution.windowDays': {
    rule: { kind: 'number', min: 1, max: 365 },
    default: 30,
    about: 'how many days after a click a conversion still counts for it',
  },
  'delivery.rate': {
    rule: { kind: 'number', min: 0, max: 100_000 },
    default: undefined,
    about: "requests a second per account; unset: the network's documented limit; 0: unpaced",
  },
  'delivery.concurrency': {
    rule: { kind: 'number', min: 1, max: 256 },
    default: 32,
    about: 'requests in flight per account at most; 8 while answers are quick, more the longer they take',
  },
  'delivery.maxAttempts': {
    rule: { kind: 'number', min: 1, max: 100 },
    default: 5,
    about: 'attempts of one postback in one run',
  },
  'delivery.timeoutMs': {
    rule: { kind: 'number', min: 100, max: 600_000 },
    default: 30_000,
    about: 'how long one request may take, in milliseconds',
  },
  'log.synchronous': {
    rule: { kind: 'choice', values: ['full', 'normal'] },
    default: 'full',
    about: 'full survives a power cut, normal a crash of the program',
  },
  'log.keepDelivered': {
    rule: { kind: 'number', min: 0, max: 10_000_000 },
    default: 20_000,
    about: 'how many delivered postbacks can be sent again from the log (about 600 bytes each)',
  },
};

/** All settings at their defaults. */
export function defaultSettings(): Settings {
  const entries = Object.entries(SETTING_RULES).map(([name, { default: value }]) => [name, value]);
  return Object.fromEntries(entries) as Settings;
}
