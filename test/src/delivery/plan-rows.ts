import type { Settings } from '../../../src/config/settings.js';
import type { Click, ClickField, ConversionEvent } from '../../../src/events/conversion-event.js';
import type { ConversionGoal } from '../../../src/goals/goal.js';
import { makeGoal } from '../goals/conversion.js';
import type { KnownPeople } from '../../../src/log/known-people.js';

export const NOW_MS = Date.UTC(2026, 10, 21);
export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;
export const AMAZON = { utm_source: 'amazon_ads' } as const;

export const BUY = makeGoal({ id: 'buy', map: { amazon: '1' } });
const BIG = makeGoal({ id: 'big', map: { amazon: '2' }, filters: ['value>10'] });
const FIRST = makeGoal({ id: 'first', map: { amazon: '3' }, trigger: 'once' });
const TESTED = makeGoal({ id: 'tested', map: { amazon: '4' }, testMap: { amazon: '5' } });

type Fields = Partial<Record<ClickField, string>>;

export interface Row {
  /**
   * Rules of the product: goals, attribution, consent, tests, connection, and what is
   * sent.
   */
  rule: string;
  what: string;
  event?: Partial<ConversionEvent>;
  click?: Fields;
  goals?: ConversionGoal[];
  settings?: Partial<Settings>;
  /** What the log knows. */
  postbackState?: 'pending' | 'known';
  memory?: Partial<KnownPeople>;
  connection?: 'none' | 'disabled' | 'events-api' | 'eu';
  only?: string;
  /** `goal` or `goal:mapping` for each postback, `-reason` for each skip. */
  plan: string[];
}

/** A person in the US with an e-mail address. */
export const PERSON = { plain: { email: 'test@example.com' }, hashed: {}, country: 'US' };
const NOBODY = { plain: {}, hashed: {}, country: 'US' };
const EVENTS_MAPPING = { name: 'Buy', type: 'OFF_AMAZON_PURCHASES', source: 'WEBSITE' };
const IN_EVENTS_API = [makeGoal({ id: 'buy', map: { amazon: EVENTS_MAPPING } })];

export const ROWS: Row[] = [
  // Goals
  { rule: 'G8', what: 'a purchase with a goal', plan: ['buy:1'] },
  {
    rule: 'G8',
    what: 'a wishlist_add with a goal',
    event: { name: 'wishlist_add' },
    goals: [makeGoal({ event: 'wishlist_add', map: { amazon: '9' } })],
    plan: ['purchase:9'],
  },
  {
    rule: 'G11',
    what: 'a sign_up with a goal',
    event: { name: 'sign_up' },
    goals: [makeGoal({ event: 'sign_up', map: { amazon: '9' } })],
    plan: ['purchase:9'],
  },
  {
    rule: 'G10',
    what: 'an event that no goal counts',
    event: { name: 'game_launch' },
    plan: ['-no_goal'],
  },
  {
    rule: 'G10',
    what: 'names are compared as written',
    event: { name: 'Purchase' },
    plan: ['-no_goal'],
  },
  { rule: 'G10', what: 'no goals at all', goals: [], plan: ['-no_goal'] },
  {
    rule: 'G10',
    what: 'the only goal is disabled',
    goals: [{ ...BUY, enabled: false }],
    plan: ['-goal_disabled'],
  },
  {
    rule: 'G10',
    what: 'one of two goals is disabled',
    goals: [{ ...BUY, enabled: false }, TESTED],
    plan: ['tested:4'],
  },
  {
    rule: 'G7',
    what: 'a filter that holds',
    event: { value: '10.01' },
    goals: [BIG],
    plan: ['big:2'],
  },
  {
    rule: 'G7',
    what: 'a filter at its bound',
    event: { value: '10' },
    goals: [BIG],
    plan: ['-filter_not_met'],
  },
  {
    rule: 'G7',
    what: 'a filter on a field that is not there',
    event: { value: undefined },
    goals: [BIG],
    plan: ['-filter_not_met'],
  },
  {
    rule: 'G7',
    what: 'a filter on a property',
    event: { properties: { level: 3 } },
    goals: [{ ...BIG, filters: ['level>=3'] }],
    plan: ['big:2'],
  },
  {
    rule: 'G7',
    what: 'two filters, one of which fails',
    event: { value: '20', properties: { level: 2 } },
    goals: [{ ...BIG, filters: ['value>10', 'level>=3'] }],
    plan: ['-filter_not_met'],
  },
  {
    rule: 'G7',
    what: 'a filter and the once trigger together',
    event: { value: '20' },
    goals: [{ ...BIG, trigger: 'once' }],
    plan: ['big:2'],
  },
  {
    rule: 'G12',
    what: 'two goals on one event: a postback each',
    goals: [BUY, TESTED],
    plan: ['buy:1', 'tested:4'],
  },
  {
    rule: 'G12',
    what: 'two goals, one of which the filter stops',
    goals: [BUY, BIG],
    plan: ['buy:1'],
  },
  {
    rule: 'G12',
    what: 'attributed first: an organic event says nothing of goals',
    click: {},
    event: { name: 'game_launch' },
    plan: ['-organic'],
  },
  {
    rule: 'G5',
    what: 'once per player, for the first time',
    event: { userId: 'p' },
    goals: [FIRST],
    memory: { playerOf: () => 'p' },
    plan: ['first:3'],
  },
  {
    rule: 'G5',
    what: 'once per player, for the second time',
    event: { userId: 'p' },
    goals: [FIRST],
    memory: { playerOf: () => 'p', lockOwner: () => 'another' },
    plan: ['-already_counted'],
  },
  {
    rule: 'G5',
    what: 'once per player, and nobody knows the player',
    goals: [FIRST],
    memory: { lockOwner: () => 'another' },
    plan: ['first:3'],
  },
  {
    rule: 'G5',
    what: 'what is too old does not even ask for the slot',
    event: { timeMs: NOW_MS - 8 * DAY_MS },
    goals: [FIRST],
    memory: { playerOf: () => 'p', lockOwner: () => 'another' },
    plan: ['-too_old'],
  },
  {
    rule: 'G6',
    what: 'a repeatable goal asks nobody',
    goals: [BUY],
    memory: { playerOf: () => 'p', lockOwner: () => 'another' },
    plan: ['buy:1'],
  },
  // Attribution
  { rule: 'A1', what: 'no click at all', click: {}, plan: ['-organic'] },
  {
    rule: 'A3',
    what: 'an untracked source',
    click: { utm_source: 'newsletter', utm_medium: 'cpc' },
    plan: ['-organic'],
  },
  {
    rule: 'A3',
    what: 'a click of a network that is not served',
    click: { msclkid: 'm' },
    plan: ['-other_network'],
  },
  { rule: 'A3', what: 'another of them', click: { li_fat_id: 'l' }, plan: ['-other_network'] },
  {
    rule: 'A4',
    what: 'the click of a network that is not connected',
    click: { ttclid: 't' },
    plan: ['-not_connected'],
  },
  {
    rule: 'A8',
    what: 'a click id wins over UTM',
    click: { ...AMAZON, fbclid: 'f' },
    plan: ['-not_connected'],
  },
  {
    rule: 'A8',
    what: "Amazon's own click id",
    click: { aref: 'ABCDEFGHIJ.1794945600000' },
    plan: ['buy:1'],
  },
  { rule: 'A8', what: "Amazon's event key", click: { amazon_ad_event_key: 'k' }, plan: ['buy:1'] },
  {
    rule: 'A8',
    what: "Amazon's click id next to another",
    click: { gclid: 'g', aref: 'ABCDEFGHIJ.1794945600000' },
    plan: ['buy:1'],
  },
  {
    rule: 'A9',
    what: 'utm_source amazon_ads is paid by itself',
    click: { utm_source: 'amazon_ads', utm_medium: 'organic' },
    plan: ['buy:1'],
  },
  { rule: 'A9', what: 'in capitals too', click: { utm_source: 'Amazon_Ads' }, plan: ['buy:1'] },
  {
    rule: 'A9',
    what: 'ironsource belongs to others',
    click: { utm_source: 'ironsource' },
    plan: ['-other_network'],
  },
  {
    rule: 'A10',
    what: 'a source that needs a paid medium and has none',
    click: { utm_source: 'reddit', utm_medium: 'social' },
    plan: ['-organic'],
  },
  {
    rule: 'A10',
    what: 'a source with a paid medium',
    click: { utm_source: 'reddit', utm_medium: 'cpc' },
    plan: ['-not_connected'],
  },
  {
    rule: 'A11',
    what: 'the click of an earlier event of the player',
    click: {},
    memory: { findClick: () => ({ fields: AMAZON }) },
    plan: ['buy:1'],
  },
  {
    rule: 'A11',
    what: 'the own click wins over the remembered one',
    memory: { findClick: () => ({ fields: { ttclid: 't' } }) },
    plan: ['buy:1'],
  },
  {
    rule: 'A13',
    what: 'the own click is older than the window',
    event: { click: old(31) },
    plan: ['-organic'],
  },
  {
    rule: 'A13',
    what: 'the own click is just in the window',
    event: { click: old(30) },
    plan: ['buy:1'],
  },
  {
    rule: 'A13',
    what: 'a shorter window',
    event: { click: old(8) },
    settings: { 'attribution.windowDays': 7 },
    plan: ['-organic'],
  },
  { rule: '--network', what: 'leaves out the owner', only: 'meta', plan: ['-other_network'] },
  { rule: '--network', what: 'names the owner', only: 'amazon', plan: ['buy:1'] },
  {
    rule: '--network',
    what: 'does not make organic events its own',
    only: 'meta',
    click: {},
    plan: ['-organic'],
  },
  // Consent
  { rule: 'C2', what: 'consent full', event: { consentLevel: 'full' }, plan: ['buy:1'] },
  { rule: 'C2', what: 'consent none', event: { consentLevel: 'none' }, plan: ['-consent_none'] },
  {
    rule: 'C2',
    what: 'consent none, by whatever default',
    event: { consentLevel: 'none' },
    settings: { 'consent.default': 'full' },
    plan: ['-consent_none'],
  },
  {
    rule: 'C1',
    what: 'no consent level',
    event: { consentLevel: 'not_set' },
    plan: ['-consent_unknown'],
  },
  {
    rule: 'C1',
    what: 'no consent level, and a default',
    event: { consentLevel: 'not_set' },
    settings: { 'consent.default': 'full' },
    plan: ['buy:1'],
  },
  {
    rule: 'C4',
    what: 'anonymous consent carries no e-mail address',
    event: { consentLevel: 'anonymous' },
    plan: ['-no_match_key'],
  },
  {
    rule: 'C9',
    what: 'EU advertiser without a signal',
    connection: 'eu',
    goals: IN_EVENTS_API,
    plan: ['-eu_consent_missing'],
  },
  {
    rule: 'C9',
    what: 'EU advertiser with a signal',
    event: { consent: { amznUserData: 'GRANTED' } },
    connection: 'eu',
    goals: IN_EVENTS_API,
    plan: ['buy'],
  },
  {
    rule: 'C10',
    what: 'limited data use is sent as such',
    event: { consent: { limitedDataUse: true } },
    plan: ['buy:1'],
  },
  {
    rule: 'E3',
    what: 'an erased player',
    memory: { isSuppressed: () => true },
    plan: ['-suppressed'],
  },
  {
    rule: 'E3',
    what: 'an erased player without consent: consent is asked first',
    event: { consentLevel: 'none' },
    memory: { isSuppressed: () => true },
    plan: ['-consent_none'],
  },
  // Test events
  {
    rule: 'T4',
    what: 'a test event, and nothing takes them',
    event: { test: true },
    plan: ['-test_event'],
  },
  {
    rule: 'T2',
    what: 'a test event goes to the test mapping',
    event: { test: true },
    goals: [TESTED],
    plan: ['tested:5'],
  },
  {
    rule: 'T4',
    what: 'a test event at two goals, one of which takes them',
    event: { test: true },
    goals: [BUY, TESTED],
    plan: ['-test_event', 'tested:5'],
  },
  {
    rule: 'T3',
    what: 'a test mapping never takes real events',
    goals: [TESTED],
    plan: ['tested:4'],
  },
  {
    rule: 'T3',
    what: 'a real event where there is a test mapping only',
    goals: [{ ...TESTED, map: {} }],
    plan: ['-unmapped_goal'],
  },
  // Connection and mapping
  { rule: 'K1', what: 'no connection', connection: 'none', plan: ['-not_connected'] },
  {
    rule: 'K2',
    what: 'a connection that is switched off',
    connection: 'disabled',
    plan: ['-network_disabled'],
  },
  {
    rule: 'K6',
    what: 'a goal without a mapping',
    goals: [{ ...BUY, map: {} }],
    plan: ['-unmapped_goal'],
  },
  {
    rule: 'K6',
    what: 'one goal of two is mapped',
    goals: [{ ...BUY, map: {} }, TESTED],
    plan: ['-unmapped_goal', 'tested:4'],
  },
  {
    rule: 'K6',
    what: 'a mapping of the other contract',
    goals: [{ ...BUY, map: { amazon: EVENTS_MAPPING } }],
    plan: ['-unmapped_goal'],
  },
  {
    rule: 'K9',
    what: 'a mapping at another network is none here',
    goals: [{ ...BUY, map: { x: 'tw-1-2' } }],
    plan: ['-unmapped_goal'],
  },
  // What is sent
  {
    rule: 'S6',
    what: 'just in the window',
    event: { timeMs: NOW_MS - 7 * DAY_MS + 1 },
    plan: ['buy:1'],
  },
  {
    rule: 'S6',
    what: 'just out of the window',
    event: { timeMs: NOW_MS - 7 * DAY_MS },
    plan: ['-too_old'],
  },
  {
    rule: 'S7',
    what: 'as old as ingestion takes',
    event: { timeMs: NOW_MS - 30 * DAY_MS },
    plan: ['-too_old'],
  },
  {
    rule: 'S7',
    what: 'ahead as far as clocks differ',
    event: { timeMs: NOW_MS + 5 * MINUTE_MS },
    plan: ['buy:1'],
  },
  {
    rule: 'S7',
    what: 'further ahead',
    event: { timeMs: NOW_MS + 5 * MINUTE_MS + 1 },
    plan: ['-in_future'],
  },
  { rule: 'S10', what: 'no match key', event: { identifiers: NOBODY }, plan: ['-no_match_key'] },
  {
    rule: 'S10',
    what: 'a click is not a match key',
    event: { identifiers: NOBODY },
    click: { aref: 'ABCDEFGHIJ.1794945600000' },
    plan: ['-no_match_key'],
  },
  {
    rule: 'S10',
    what: 'no country',
    event: { identifiers: { ...PERSON, country: undefined } },
    plan: ['-no_country'],
  },
  {
    rule: 'S10',
    what: 'no country, and a default',
    event: { identifiers: { plain: PERSON.plain, hashed: {} } },
    settings: { 'amazon.defaultCountry': 'CA' },
    plan: ['buy:1'],
  },
  {
    rule: 'S11',
    what: 'the mapping of the Events API',
    connection: 'events-api',
    goals: IN_EVENTS_API,
    plan: ['buy'],
  },
  {
    rule: 'S13',
    what: 'a currency that Amazon does not take',
    event: { value: '1', currency: 'PLN' },
    plan: ['-unsupported_currency'],
  },
  {
    rule: 'S13',
    what: 'the same, to be counted all the same',
    event: { value: '1', currency: 'PLN' },
    settings: { 'amazon.unsupportedCurrency': 'count' },
    plan: ['buy:1'],
  },
  {
    rule: 'S2',
    what: 'a value without currency goes without both',
    event: { value: '1', currency: undefined },
    plan: ['buy:1'],
  },
  // What the log knows
  { rule: 'gate: duplicate', what: 'met before', postbackState: 'known', plan: ['-duplicate'] },
  {
    rule: 'gate: duplicate',
    what: 'met before, and organic now',
    postbackState: 'known',
    click: {},
    plan: ['-organic'],
  },
  {
    rule: 'gate: duplicate',
    what: 'pending from an earlier run',
    postbackState: 'pending',
    plan: ['buy:1 resumed'],
  },
  {
    rule: 'gate: duplicate',
    what: 'pending, and out of its window now: the account queue reports it',
    postbackState: 'pending',
    event: { timeMs: NOW_MS - 9 * DAY_MS },
    plan: ['buy:1 resumed'],
  },
  {
    rule: 'gate: duplicate',
    what: 'pending, and its goal is unmapped now',
    postbackState: 'pending',
    goals: [{ ...BUY, map: {} }],
    plan: ['-unmapped_goal'],
  },
  // Other messages
  { rule: 'gate: conversion', what: 'a page makes nothing', event: { type: 'page' }, plan: [] },
  {
    rule: 'gate: conversion',
    what: 'nor does a page without consent',
    event: { type: 'page', consentLevel: 'none' },
    plan: [],
  },
];

function old(days: number): Click {
  return { fields: AMAZON, timeMs: NOW_MS - HOUR_MS - days * DAY_MS };
}
