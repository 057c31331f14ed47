import { AuthError, ConfigError, NetworkError } from '../../errors.js';
import type { HttpAnswer, HttpRequest } from '../../http/http.js';
import { isJsonObject } from '../../json.js';
import type { ListOptions, ListReport } from '../audience-network.js';
import { describeTerms } from '../fix.js';
import { readRemoteId, readRemoteText, readRemoteWords } from '../remote-text.js';
import { readBody } from './audience-answers.js';
import { AUDIENCE_MEDIA_TYPE, audienceHeaders } from './audience-channel.js';
import { readErrorAnswer } from './error-answer.js';
import { ACCEPT_AUDIENCE_TERMS, isAboutTerms } from './terms.js';
import type { AmazonTarget } from './target.js';

/** The scope that every call on lists needs (docs/reference/amazon.md#login). */
export const AUDIENCE_SCOPE = 'advertising::audiences';

/**
 * "Between 10 to 128 characters", "0 to 1000", "default and maximum ttl is 34300800" (specification
 * and guide).
 */
export const LIST_LIMITS = {
  name: [10, 128],
  description: [0, 1000],
  ttlSeconds: [0, 34_300_800],
} as const;

/** The request that makes a list. Ids of advertisers are bare numbers. */
export function renderListRequest(
  target: AmazonTarget,
  wanted: ListOptions,
  accessToken: string,
): HttpRequest {
  const {
    name,
    description,
    country,
    externalId,
    ttlSeconds,
    connectionId,
    advertiserId = target.account,
  } = wanted;
  const text = JSON.stringify({
    name,
    description,
    ...(country === undefined ? {} : { countryCode: country }),
    metadata: {
      externalAudienceId: externalId,
      ...(ttlSeconds === undefined ? {} : { ttl: ttlSeconds }),
    },
  });
  const owner =
    connectionId === undefined
      ? `{"advertiserId":${advertiserId}}`
      : JSON.stringify({ connectionId });
  return {
    method: 'POST',
    url: `${target.origin}/amc/audiences/metadata`,
    headers: {
      ...audienceHeaders(target),
      'Content-Type': AUDIENCE_MEDIA_TYPE,
      Authorization: `Bearer ${accessToken}`,
    },
    body: `${text.slice(0, -1)},"targetResource":${owner}}`,
  };
}

/** The request that reads what Amazon knows of a list. */
export function renderListQuery(
  target: AmazonTarget,
  id: string,
  accessToken: string,
): HttpRequest {
  return {
    method: 'GET',
    url: `${target.origin}/amc/audiences/metadata/${encodeURIComponent(id)}`,
    headers: { ...audienceHeaders(target), Authorization: `Bearer ${accessToken}` },
  };
}

/** The id of the list that was made. @throws as explainListRefusal */
export function readCreatedList(answer: HttpAnswer): string {
  const id =
    answer.status >= 200 && answer.status < 300
      ? readRemoteId(readBody(answer)?.['audienceId'])
      : undefined;
  if (id !== undefined) return id;
  throw explainListRefusal(answer);
}

/** What Amazon knows of a list. @throws as explainListRefusal */
export function readListReport(answer: HttpAnswer): ListReport {
  const body = answer.status >= 200 && answer.status < 300 ? readBody(answer) : undefined;
  const id = readRemoteId(body?.['audienceId']);
  if (!body || id === undefined) throw explainListRefusal(answer);
  const metadata = isJsonObject(body['metadata']) ? body['metadata'] : {};
  const size = isJsonObject(metadata['audienceSize']) ? metadata['audienceSize'] : {};
  const report: ListReport = { id };
  const name = readRemoteText(body['name']);
  if (name !== undefined) report.name = name;
  const country = readRemoteWords(body['countryCode']);
  if (/^[A-Za-z]{2}$/.test(country)) report.country = country;
  for (const [field, value] of [
    ['ttlSeconds', metadata['ttl']],
    ['received', size['receivedRecordSize']],
    ['matched', size['idResolutionCount']],
    ['size', size['dspAudienceSize']],
  ] as const) {
    if (typeof value === 'number') report[field] = value;
  }
  return report;
}

/**
 * Why a call on a list did not do what it was to do.
 * @returns AuthError for a refused token or scope; NetworkError where Amazon throttles or fails;
 *   else ConfigError
 */
export function explainListRefusal(answer: HttpAnswer): AuthError | NetworkError | ConfigError {
  const { status } = answer;
  const said = readErrorAnswer(readBody(answer)).message ?? `HTTP ${status}`;
  if (isAboutTerms(readErrorAnswer(readBody(answer)).complaints, status === 403)) {
    const { problem, action } = describeTerms('Amazon Ads', ACCEPT_AUDIENCE_TERMS, said);
    return new AuthError('terms_not_accepted', problem, { hint: action });
  }
  if (status === 401 || status === 403) {
    return new AuthError(
      'audience_access_refused',
      `Amazon refused access to audience lists: ${said}`,
      {
        hint:
          `Audience lists require the scope ${AUDIENCE_SCOPE}, an application that is approved ` +
          'for it and, with an AMC connection, accepted AMC terms.',
        next: 'postback connect amazon --audiences',
      },
    );
  }
  if (status === 429 || status >= 500) {
    return new NetworkError(
      'audience_call_failed',
      `Amazon could not process the request: ${said}`,
      {
        hint: 'Nothing was changed locally. Try again in a minute.',
      },
    );
  }
  if (status === 404)
    return new ConfigError('unknown_list', `Amazon does not have this list: ${said}`);
  if (status >= 200 && status < 300) {
    return new NetworkError(
      'audience_call_failed',
      "Amazon's response about audience lists could not be read.",
    );
  }
  return new ConfigError('list_refused', `Amazon did not accept this list: ${said}`);
}
