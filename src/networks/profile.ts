import type { SettingRule } from '../config/setting-rule.js';
import type { JsonObject } from '../json.js';
import type { VariableRules } from './variables.js';

/** Names of destinations in the `integrations` of a customer data platform, in lower case. */
export interface DestinationNames {
  /** Parts that name the network wherever they stand, without spaces and signs. */
  parts?: readonly string[];
  /** Parts that name it at the beginning of a name only. */
  starts?: readonly string[];
  /** Whole names. */
  whole?: readonly string[];
}

/** How an operator connects an account of the network. */
export interface ConnectWords {
  /** Consent in the browser, or a token that the operator pastes. */
  by: 'browser' | 'token';
  /** The network's word for an account: `advertiser`, `pixel`, `customer`. */
  accountWord: string;
  /** The flag that names an account. */
  accountFlag: '--account' | '--pixel' | '--customer';
  /** Whether test events go to a test area that has a code. */
  hasTestCode?: true;
  /** Which contracts can be spoken, the default first; absent: there is one. */
  apis?: readonly string[];
}

/**
 * What a network declares about itself for the parts of the program that know no single network.
 * Pure data: every start of the program loads all of them. They import nothing of the network's
 * code but its variables.
 *
 * The tables of click ids, UTM sources, settings, secret names, destinations and help texts are
 * made of these, so that a new network touches none of them.
 */
export interface NetworkProfile {
  /** As in commands, results and variables. */
  name: string;
  /** The product, such as `Meta Conversions API`. */
  title: string;
  /** The company in a sentence, such as `Meta`. */
  brand: string;
  /** Click parameters that name a click of this network; a bare id belongs in the first. */
  clickIds: readonly string[];
  /** Ids that a click leaves in the browser. They are read, and do not say whose click it was. */
  browserIds?: readonly string[];
  /**
   * Cookies that outlive the visit: they say whose click it was where nothing else on the line
   * does.
   */
  lateClickIds?: readonly string[];
  /** Other names of those fields: cookies, names of SDKs, spellings in landing pages. */
  clickAliases?: Readonly<Record<string, string>>;
  /** UTM sources that are paid by themselves, in lower case. */
  paidSources?: readonly string[];
  /** UTM sources that are paid together with a paid medium, in lower case. */
  sourcesWithMedium?: readonly string[];
  /**
   * Names of the network in Snowplow's `mkt_network`, besides its own, and the click field of each.
   */
  snowplowNames?: Readonly<Record<string, string>>;
  destinations: DestinationNames;
  /** Names of headers that carry a secret, in lower case. */
  secretHeaders?: readonly string[];
  /** Names of query, form and JSON values that are secrets, in lower case. */
  secretValues?: readonly string[];
  /** Settings of this network by their names, which begin with `<name>.`. */
  settings?: Readonly<Record<string, SettingRule>>;
  /**
   * The properties that an ordinary line needs at the network, and no more: a click that nobody
   * made, and what the network requires of every conversion. A field beyond these would hide what
   * an ordinary line lacks.
   */
  syntheticProperties: JsonObject;
  connect: ConnectWords;
  /** The environment variables of a connection. */
  variables: VariableRules;
  /** What a goal is mapped to, in words; absent: the network has default names. */
  mappingWords?: string;
}

/** Placeholder of a click id in synthetic events. */
export const SYNTHETIC_CLICK = 'postback-test';
