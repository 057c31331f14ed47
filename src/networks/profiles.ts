import type { SettingRule, SettingValue } from '../config/setting-rule.js';
import { AMAZON_PROFILE } from './amazon/profile.js';
import { APPLOVIN_PROFILE } from './applovin/profile.js';
import { GOOGLE_PROFILE } from './google/profile.js';
import { META_PROFILE } from './meta/profile.js';
import type { NetworkProfile } from './profile.js';
import { PINTEREST_PROFILE } from './pinterest/profile.js';
import { REDDIT_PROFILE } from './reddit/profile.js';
import { SNAPCHAT_PROFILE } from './snapchat/profile.js';
import { TIKTOK_PROFILE } from './tiktok/profile.js';
import type { VariableRules } from './variables.js';
import { X_PROFILE } from './x/profile.js';

const DECLARED = [
  AMAZON_PROFILE,
  META_PROFILE,
  TIKTOK_PROFILE,
  GOOGLE_PROFILE,
  REDDIT_PROFILE,
  X_PROFILE,
  SNAPCHAT_PROFILE,
  PINTEREST_PROFILE,
  APPLOVIN_PROFILE,
] as const satisfies readonly NetworkProfile[];

type Declared = (typeof DECLARED)[number];

/** A network with a folder of its own. */
export type BuiltInName = Declared['name'];

/** A network that a template describes instead of a folder: `http:` and the endpoint's name. */
export type EndpointName = `http:${string}`;

/** The name of a network as flags, goals, summaries and the delivery log have it. */
export type NetworkName = BuiltInName | EndpointName;

/**
 * What every network declares, in the order in which tables show the networks and in which a click
 * with ids of several is attributed.
 */
export const PROFILES: readonly (NetworkProfile & { name: BuiltInName })[] = DECLARED;

type Listed<P, K extends string> = P extends Readonly<Record<K, readonly (infer T)[]>> ? T : never;

type ClickFieldOf<P> = Listed<P, 'clickIds'> | Listed<P, 'browserIds'> | Listed<P, 'lateClickIds'>;

/** The click parameters of all networks. */
export type NetworkClickField = ClickFieldOf<Declared>;

type RulesOf<P> = P extends { settings: infer R } ? R : never;
type Joined<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void
  ? I
  : never;
type DeclaredRules = Joined<RulesOf<Declared>>;

/** The settings of all networks, with the types of their values. */
export type NetworkSettings = {
  [K in keyof DeclaredRules]: DeclaredRules[K] extends SettingRule
    ? SettingValue<DeclaredRules[K]>
    : never;
};

/** The profile of a network that has a folder. */
export function profileOf(name: BuiltInName): NetworkProfile {
  // Every name is one of a profile.
  return PROFILES.find((profile) => profile.name === name)!;
}

/** Variables of an endpoint: those that its template names are read where it is connected. */
const NO_VARIABLES: VariableRules = { rules: [] };

/** The environment variables that describe a connection to a network. */
export function variablesOf(name: NetworkName): VariableRules {
  return PROFILES.find((profile) => profile.name === name)?.variables ?? NO_VARIABLES;
}
