import type { Settings } from '../../config/settings.js';
import { checkAmount } from '../amount.js';
import { defineChannel, isTextMapping } from '../define-channel.js';
import { bearer, postJson } from '../json-post.js';
import type { Connection, DefinedChannel, Outgoing, Skip } from '../network.js';
import { classifyIngest } from './classify.js';
import { renderEvent } from './event-json.js';
import { isGooglePayload, type GooglePayload } from './payload.js';
import { makeFollowUp } from './follow-up.js';
import { API_ORIGIN } from './login.js';
import { checkGoogleMapping, NO_NUMBER } from './mapping.js';
import { readTarget } from './target.js';

/** Settings of the Google channel. */
export type GoogleSettings = Pick<Settings, 'google.withoutClickId'>;

const DAY_MS = 24 * 60 * 60 * 1000;
/**
 * 2 000 events a request: the limits page; Google's sample says 10 000
 * (docs/reference/google.md#not-settled).
 */
const MAX_EVENTS = 2_000;
/** No limit is documented; half of what gRPC takes by default. */
const MAX_BYTES = 2_000_000;
/** 300 requests a minute for a project (docs/reference/google.md#data-manager-api). */
const REQUESTS_PER_SECOND = 5;
/**
 * A click counts for 90 days, an e-mail address or phone number alone for 63
 * (docs/reference/google.md#windows).
 */
const CLICK_WINDOW_MS = 90 * DAY_MS;
const IDENTIFIER_WINDOW_MS = 63 * DAY_MS;
/**
 * Maximum time of an event ahead of the clock, in milliseconds. Google documents none; this allows
 * for clock differences.
 */
const FUTURE_MS = 5 * 60 * 1000;
/**
 * Google decides within 30 minutes to 24 hours as a rule (diagnostics guide of the Data Manager
 * API), at times sooner, and pauses grow: a request costs some fifty questions a day of the 100 000
 * that are allowed. The sandbox takes seconds.
 */
const PAUSE_MS = 5_000;
const SANDBOX_PAUSE_MS = 500;

/**
 * The Data Manager API: `POST /v1/events:ingest` (docs/reference/google.md#data-manager-api). A
 * request holds one conversion action: then an account or action that Google refuses concerns all
 * of it, and the counts per reason of the follow-up concern events that are known
 * (docs/development/decisions/google-one-action-per-request.md).
 * @throws AuthError when the connection lacks its customer id.
 */
export function openDataManager(
  connection: Connection,
  settings: GoogleSettings,
): DefinedChannel<GooglePayload> {
  const { customer, manager } = readTarget(connection);
  return defineChannel(TYPES, {
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
    windowMsOf: (payload) => (payload.click === undefined ? IDENTIFIER_WINDOW_MS : CLICK_WINDOW_MS),
    groupOf: ({ mapping }) => mapping,
    check: (payload, mapping) => checkMapped(mapping) ?? checkPayload(payload, settings),
    renderEvent,
    request: (events, items, accessToken) =>
      postJson(
        `${API_ORIGIN}/v1/events:ingest`,
        renderBody(events, items, renderAccounts(customer, manager)),
        bearer(accessToken),
      ),
    classify: classifyIngest,
    followUp: makeFollowUp(
      API_ORIGIN,
      connection.source === 'sandbox' ? SANDBOX_PAUSE_MS : PAUSE_MS,
    ),
  });
}

const TYPES = {
  isPayload: isGooglePayload,
  isMapping: isTextMapping,
  wrongMapping: { reason: 'unmapped_goal', message: NO_NUMBER } satisfies Skip,
};

/** Mappings are checked when they are set; a connection may have come since. */
function checkMapped(mapping: string): Skip | undefined {
  const problem = checkGoogleMapping(mapping);
  return problem === undefined ? undefined : { reason: 'unmapped_goal', message: problem };
}

function checkPayload(payload: GooglePayload, settings: GoogleSettings): Skip | undefined {
  return checkClick(payload, settings) ?? checkAmount({ ...payload, purchase: true }, 'Google');
}

function checkClick(
  { click, email, phone, dclid }: GooglePayload,
  { 'google.withoutClickId': withoutClickId }: GoogleSettings,
): Skip | undefined {
  if (click !== undefined) return undefined;
  const exception = dclid ? ' except a dclid, which a Google Ads account does not accept' : '';
  if (withoutClickId === 'skip') {
    const message =
      `the event has no click id that Google accepts (gclid, gbraid or wbraid)${exception}; the ` +
      'setting google.withoutClickId=send reports it by email address or phone number alone';
    return { reason: 'no_click_id', message };
  }
  if (email !== undefined || phone !== undefined) return undefined;
  const message =
    `the event has no click id${exception} and no identifier; Google requires a gclid, gbraid or ` +
    'wbraid, or an email address, or a phone number with a country code';
  return { reason: 'no_match_key', message };
}

function renderAccounts(customer: string, manager: string | undefined): string {
  const login =
    manager === undefined
      ? ''
      : `,"loginAccount":{"accountType":"GOOGLE_ADS","accountId":"${manager}"}`;
  return `"operatingAccount":{"accountType":"GOOGLE_ADS","accountId":"${customer}"}${login}`;
}

/**
 * Renders the body. Test events are only validated (`validateOnly`) and never mixed with others.
 */
function renderBody(
  events: string,
  items: readonly Outgoing<GooglePayload, string>[],
  accounts: string,
): string {
  const [first] = items;
  const isTest = first?.postback.test === true;
  return (
    `{"destinations":[{${accounts},"productDestinationId":"${first?.mapping ?? ''}"}]` +
    `,"events":[${events}],"encoding":"HEX"${isTest ? ',"validateOnly":true' : ''}}`
  );
}
