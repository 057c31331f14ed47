import type { Settings } from '../../config/settings.js';
import type { Mapping } from '../../goals/goal.js';
import type { HttpRequest } from '../../http/http.js';
import { checkAmount } from '../amount.js';
import type { Channel, Connection, Outgoing, Skip } from '../network.js';
import { classifyIngest } from './classify.js';
import { boundEventBytes, renderEvent } from './event-json.js';
import type { GoogleFacts } from './facts.js';
import { makeFollowUp } from './follow-up.js';
import { API_ORIGIN } from './login.js';
import { checkGoogleMapping } from './mapping.js';
import { readTarget } from './target.js';

/** The settings that decide what Google is told. */
export type GoogleSettings = Pick<Settings, 'google.withoutClickId'>;

const DAY_MS = 24 * 60 * 60 * 1000;
/** 2 000 events a request: the limits page; Google's sample says 10 000 (networks.md section 13, 7). */
const MAX_EVENTS = 2_000;
/** No limit is documented; half of what gRPC takes by default. */
const MAX_BYTES = 2_000_000;
/** 300 requests a minute for a project (networks.md section 4a). */
const REQUESTS_PER_SECOND = 5;
/** A click counts for 90 days, an e-mail address or phone number alone for 63 (networks.md section 4b). */
const CLICK_WINDOW_MS = 90 * DAY_MS;
const IDENTIFIER_WINDOW_MS = 63 * DAY_MS;
/** Nothing is documented about events from the future; 5 minutes allow for clocks that differ (contract.md section 6). */
const FUTURE_MS = 5 * 60 * 1000;
/**
 * Google decides within 30 minutes to 24 hours as a rule (diagnostics guide of the Data Manager API), at times sooner, and
 * pauses grow: a request costs some fifty questions a day of the 100 000 that are allowed. The sandbox takes seconds.
 */
const PAUSE_MS = 5_000;
const SANDBOX_PAUSE_MS = 500;

/**
 * The Data Manager API: `POST /v1/events:ingest` (networks.md section 4a). A request holds one conversion action: then an
 * account or action that Google refuses concerns all of it, and the counts per reason of the follow-up concern events
 * that are known (docs/decisions/google-one-action-per-request.md).
 * @throws AuthError when the connection lacks its customer id.
 */
export function openDataManager(connection: Connection, settings: GoogleSettings): Channel {
  const { customer, manager } = readTarget(connection);
  return {
    network: 'google',
    account: customer,
    limits: {
      maxEvents: MAX_EVENTS,
      maxBytes: MAX_BYTES,
      requestsPerSecond: REQUESTS_PER_SECOND,
      windowMs: CLICK_WINDOW_MS,
      futureMs: FUTURE_MS,
    },
    testMode: true,
    windowMsOf: (facts) => ((facts as GoogleFacts).click === undefined ? IDENTIFIER_WINDOW_MS : CLICK_WINDOW_MS),
    groupOf: actionOf,
    check: (facts, mapping) => checkMapped(mapping) ?? checkFacts(facts, settings),
    sizeOf: boundEventBytes,
    request: (items, accessToken): HttpRequest => ({
      method: 'POST',
      url: `${API_ORIGIN}/v1/events:ingest`,
      headers: {
        'Content-Type': 'application/json',
        Accept: 'application/json',
        Authorization: `Bearer ${accessToken}`,
      },
      body: renderBody(items, renderAccounts(customer, manager)),
    }),
    classify: classifyIngest,
    followUp: makeFollowUp(API_ORIGIN, connection.source === 'sandbox' ? SANDBOX_PAUSE_MS : PAUSE_MS),
  };
}

/** Mappings are checked when they are set; a connection may have come since. */
function checkMapped(mapping: Mapping): Skip | undefined {
  const problem = checkGoogleMapping(mapping);
  return problem === undefined ? undefined : { reason: 'unmapped_goal', message: problem };
}

/** The id of the conversion action. Descriptions, which Google has none of, never get past `check`. */
function actionOf({ mapping }: Outgoing): string {
  return typeof mapping === 'string' ? mapping : mapping.name;
}

function checkFacts(facts: GoogleFacts, settings: GoogleSettings): Skip | undefined {
  return checkClick(facts, settings) ?? checkAmount({ ...facts, purchase: true }, 'Google');
}

function checkClick(
  { click, email, phone, dclid }: GoogleFacts,
  { 'google.withoutClickId': withoutClickId }: GoogleSettings,
): Skip | undefined {
  if (click !== undefined) return undefined;
  const seen = dclid ? ' but a dclid, which a Google Ads account does not take' : '';
  if (withoutClickId === 'skip') {
    const message =
      `the event carries no click id that Google takes (gclid, gbraid or wbraid)${seen}; the setting ` +
      'google.withoutClickId: send reports it by e-mail address or phone number alone';
    return { reason: 'no_click_id', message };
  }
  if (email !== undefined || phone !== undefined) return undefined;
  const message =
    `the event carries no click id${seen} and no identifier; Google requires a gclid, gbraid or wbraid, ` +
    'or an e-mail address or phone number with its country code';
  return { reason: 'no_match_key', message };
}

function renderAccounts(customer: string, manager: string | undefined): string {
  const login = manager === undefined ? '' : `,"loginAccount":{"accountType":"GOOGLE_ADS","accountId":"${manager}"}`;
  return `"operatingAccount":{"accountType":"GOOGLE_ADS","accountId":"${customer}"}${login}`;
}

/** Test events are only checked: `validateOnly`. A batch never mixes them with others. */
function renderBody(items: readonly Outgoing[], accounts: string): string {
  const [first] = items;
  const isTest = first?.postback.test === true;
  return (
    `{"destinations":[{${accounts},"productDestinationId":"${first ? actionOf(first) : ''}"}]` +
    `,"events":[${items.map(renderEvent).join(',')}],"encoding":"HEX"${isTest ? ',"validateOnly":true' : ''}}`
  );
}
