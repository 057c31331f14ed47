import type { EndpointTemplate } from './http/template.js';
import type { NetworkName } from './names.js';

/** Our stored grant for one network account, without its secrets. */
export interface Connection {
  network: NetworkName;
  /** The network's id of the account, as text. */
  account: string;
  accountName?: string;
  /** Amazon: `na`, `eu` or `fe`. */
  region?: string;
  /** Which of the network's contracts is spoken: Amazon `capi-v1` or `events-api`. */
  api?: string;
  /** Amazon profile id, sent as scope where the account has one. */
  profileId?: string;
  clientId?: string;
  scopes?: string[];
  connectedAt?: string;
  /** When the consent ends, where the network dates it. */
  grantExpiresAt?: string;
  /**
   * Code of the network's test area (Meta and TikTok `test_event_code`, Reddit `test_id`): only
   * test events carry it.
   */
  testCode?: string;
  /** The manager account through which this one is reached (Google). */
  loginAccount?: string;
  /** How an endpoint is told of conversions. */
  template?: EndpointTemplate;
  /** Whether an endpoint may be at a private or loopback address. */
  allowsPrivate?: true;
  /** Where it comes from: `project` is the project file. */
  source: 'store' | 'environment' | 'project' | 'sandbox';
}
