import type { Settings } from '../../config/settings.js';
import type { HttpRequest } from '../../http/http.js';
import type { Channel, Connection, IdVault, Outgoing } from '../network.js';
import type { AudienceFacts, AudiencePii } from './audience-facts.js';
import { classifyJob, classifyUpload, pathOfJob } from './audience-answers.js';
import type { AmazonConsent } from './consent.js';
import { MAX_BYTES } from './shared-rules.js';
import type { AmazonTarget } from './target.js';
import { readTarget } from './target.js';

/** What all calls on audience lists speak (specification "Advertiser audiences"). */
export const AUDIENCE_MEDIA_TYPE = 'application/vnd.amcaudiences.v1+json';

/** "maxItems 10000", "Guidance of 6000 per request" (guide "Advertiser audiences", API limits). */
const MAX_RECORDS = 6_000;
/** "Submissions should be limited to under 15M records per hour per connectionId" (the same guide). */
const RECORDS_PER_HOUR = 15_000_000;
/** Membership has no age: a record is good until a later one takes its place. */
const FOR_EVER_MS = 100 * 365 * 24 * 3_600_000;
/** "Processed for ingestion within 15 minutes": often sooner, and asking costs a call. */
const PAUSE_MS = 2_000;
/** Four times as long as Amazon says that it takes; a longer wait needs a look. */
export const JOB_PATIENCE_MS = 60 * 60 * 1000;

/**
 * Membership of audience lists: `POST /amc/audiences/records`, which accepts first and decides later
 * (amazon-api.md section 6). One list and one connection a request.
 * @param vault opens the external ids, which facts hold sealed
 * @throws AuthError when the connection lacks its region or client id
 */
export function openAmazonAudiences(connection: Connection, _settings: Settings, vault: IdVault): Channel {
  const target = readTarget(connection);
  const headers = audienceHeaders(target);
  const idOf = ({ postback }: Outgoing): string => vault.open((postback.facts as AudienceFacts).who);
  return {
    network: 'amazon',
    account: target.account,
    isForLists: true,
    limits: {
      maxEvents: MAX_RECORDS,
      maxBytes: MAX_BYTES,
      requestsPerSecond: RECORDS_PER_HOUR / 3600 / MAX_RECORDS,
      windowMs: FOR_EVER_MS,
      futureMs: FOR_EVER_MS,
    },
    groupOf: ({ postback }) => {
      const { list } = postback.facts as AudienceFacts;
      return `${list.id} ${list.connectionId ?? ''}`;
    },
    check: () => undefined,
    sizeOf: boundRecordBytes,
    request: (items, accessToken): HttpRequest => ({
      method: 'POST',
      url: `${target.origin}/amc/audiences/records`,
      headers: { ...headers, 'Content-Type': AUDIENCE_MEDIA_TYPE, Authorization: `Bearer ${accessToken}` },
      body: renderRecords(items, idOf),
    }),
    classify: (items, answer) => classifyUpload(items.length, answer),
    followUp: {
      pauseMs: PAUSE_MS,
      patienceMs: JOB_PATIENCE_MS,
      request: (requestId, accessToken): HttpRequest => ({
        method: 'GET',
        url: `${target.origin}${pathOfJob(requestId)}`,
        headers: { ...headers, Authorization: `Bearer ${accessToken}` },
      }),
      classify: (items, answer) => classifyJob(items, answer, idOf),
    },
  };
}

/** The headers of every call on lists, but for the token. */
export function audienceHeaders({ clientId }: AmazonTarget): Record<string, string> {
  return { Accept: AUDIENCE_MEDIA_TYPE, 'Amazon-Advertising-API-ClientId': clientId };
}

/** The body: the id of the list is a bare 64-bit number, written digit for digit. */
function renderRecords(items: readonly Outgoing[], idOf: (outgoing: Outgoing) => string): string {
  const { list } = items[0]!.postback.facts as AudienceFacts;
  const records = items.map((item) => renderRecord(item.postback.facts as AudienceFacts, idOf(item)));
  const target =
    list.connectionId === undefined
      ? ''
      : `,"targetResource":${JSON.stringify({ connectionId: list.connectionId, targetTypes: ['DSP'] })}`;
  return `{"audienceId":${list.id},"records":[${records.join(',')}]${target}}`;
}

function renderRecord({ action, pii, country, consent }: AudienceFacts, externalUserId: string): string {
  // Ids, codes and hashes hold nothing that JSON escapes.
  const place = country === undefined ? '' : `,"countryCode":"${country}"`;
  const userConsent =
    consent === undefined ? '' : `,"userConsent":${JSON.stringify(describeUserConsent(consent, country))}`;
  return `{"externalUserId":"${externalUserId}"${place},"action":"${action}","hashedPII":[${renderPii(pii)}]${userConsent}}`;
}

/** `hashedPII` wants an entry even where nothing is known of who goes: an empty one. */
function renderPii(pii: AudiencePii): string {
  return JSON.stringify(pii);
}

function describeUserConsent(consent: AmazonConsent, country: string | undefined): object {
  const signals = 'amazonConsent' in consent ? { amzn: consent.amazonConsent } : consent;
  return country === undefined ? { consent: signals } : { geo: { countryCode: country }, consent: signals };
}

/** Names and brackets of a record, and its share of the envelope. */
const FIXED_BYTES = 260;
const LONGEST_ID = 128;

function boundRecordBytes({ postback }: Outgoing): number {
  const { pii, consent } = postback.facts as AudienceFacts;
  let bytes = FIXED_BYTES + LONGEST_ID;
  for (const [name, hash] of Object.entries(pii)) bytes += name.length + hash.length + 6;
  return consent === undefined ? bytes : bytes + JSON.stringify(consent).length + 80;
}
