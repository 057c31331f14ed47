import type { Settings } from '../../config/settings.js';
import type { HttpRequest } from '../../http/http.js';
import { bearer, postJson } from '../json-post.js';
import { defineChannel, isTextMapping } from '../define-channel.js';
import type { Connection, DefinedChannel, IdEncryptor, Outgoing, Skip } from '../network.js';
import { isAudiencePayload, type AudiencePayload, type AudiencePii } from './audience-payload.js';
import { classifyJob, classifyUpload, pathOfJob } from './audience-answers.js';
import type { AmazonConsent } from './consent.js';
import { MAX_BYTES } from './shared-rules.js';
import type { AmazonTarget } from './target.js';
import { readTarget } from './target.js';

/** What all calls on audience lists speak (specification "Advertiser audiences"). */
export const AUDIENCE_MEDIA_TYPE = 'application/vnd.amcaudiences.v1+json';

/** "maxItems 10000", "Guidance of 6000 per request" (guide "Advertiser audiences", API limits). */
const MAX_RECORDS = 6_000;
/**
 * "Submissions should be limited to under 15M records per hour per connectionId" (the same guide).
 */
const RECORDS_PER_HOUR = 15_000_000;
/** Membership has no age: a record is good until a later one takes its place. */
const FOR_EVER_MS = 100 * 365 * 24 * 3_600_000;
/** "Processed for ingestion within 15 minutes": often sooner, and asking costs a call. */
const PAUSE_MS = 2_000;
/** Four times as long as Amazon says that it takes; a longer wait needs a look. */
export const JOB_PATIENCE_MS = 60 * 60 * 1000;

/**
 * Membership of audience lists: `POST /amc/audiences/records`, which accepts first and decides
 * later (docs/reference/amazon.md#audience-lists). One list and one connection a request.
 * @param encryptor decrypts the external ids of the payloads
 * @throws AuthError when the connection lacks its region or client id
 */
export function openAmazonAudiences(
  connection: Connection,
  _settings: Settings,
  encryptor: IdEncryptor,
): DefinedChannel<AudiencePayload> {
  const target = readTarget(connection);
  const headers = audienceHeaders(target);
  const idOf = ({ postback }: Pick<AudienceOutgoing, 'postback'>): string =>
    encryptor.open(postback.facts.who);
  return defineChannel(TYPES, {
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
      const { list } = postback.facts;
      return `${list.id} ${list.connectionId ?? ''}`;
    },
    check: () => undefined,
    renderEvent: (item) => renderRecord(item.postback.facts, idOf(item)),
    request: (records, items, accessToken) =>
      postJson(`${target.origin}/amc/audiences/records`, renderRecords(records, items), {
        ...headers,
        'Content-Type': AUDIENCE_MEDIA_TYPE,
        ...bearer(accessToken),
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
  });
}

/** A record has no goal, so that it has no mapping either: an empty text stands for it. */
const NO_MAPPING: Skip = {
  reason: 'unmapped_goal',
  message: 'a record of an audience list is not mapped',
};
const TYPES = { isPayload: isAudiencePayload, isMapping: isTextMapping, wrongMapping: NO_MAPPING };
type AudienceOutgoing = Outgoing<AudiencePayload, string>;

/** The headers of every call on lists, but for the token. */
export function audienceHeaders({ clientId }: AmazonTarget): Record<string, string> {
  return { Accept: AUDIENCE_MEDIA_TYPE, 'Amazon-Advertising-API-ClientId': clientId };
}

/** The body: the id of the list is a bare 64-bit number, written digit for digit. */
function renderRecords(records: string, items: readonly AudienceOutgoing[]): string {
  const { list } = items[0]!.postback.facts;
  const target =
    list.connectionId === undefined
      ? ''
      : `,"targetResource":${JSON.stringify({ connectionId: list.connectionId, targetTypes: ['DSP'] })}`;
  return `{"audienceId":${list.id},"records":[${records}]${target}}`;
}

function renderRecord(
  { action, pii, country, consent }: AudiencePayload,
  externalUserId: string,
): string {
  // Ids, codes and hashes hold nothing that JSON escapes.
  const countryField = country === undefined ? '' : `,"countryCode":"${country}"`;
  const userConsent =
    consent === undefined
      ? ''
      : `,"userConsent":${JSON.stringify(describeUserConsent(consent, country))}`;
  return `{"externalUserId":"${externalUserId}"${countryField},"action":"${action}","hashedPII":[${renderPii(pii)}]${userConsent}}`;
}

/** `hashedPII` wants an entry even where nothing is known of who goes: an empty one. */
function renderPii(pii: AudiencePii): string {
  return JSON.stringify(pii);
}

function describeUserConsent(consent: AmazonConsent, country: string | undefined): object {
  const signals = 'amazonConsent' in consent ? { amzn: consent.amazonConsent } : consent;
  return country === undefined
    ? { consent: signals }
    : { geo: { countryCode: country }, consent: signals };
}
