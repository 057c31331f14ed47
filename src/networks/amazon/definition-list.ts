import { parseExactJson, readId } from '../../exact-json.js';
import type { HttpAnswer } from '../../http/http.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import { cleanOutsideText } from '../../outside-text.js';
import type { DefinitionList, ListedDefinition } from '../definitions.js';
import type { PreflightCall } from '../preflight.js';
import { isRegion, REGION_ADDRESSES } from './regions.js';
import { readRemoteId } from '../remote-text.js';

const DEFINITION_TYPE = 'application/vnd.dspconversiondefinition.v2+json';
const LIST_TYPE = 'application/vnd.dspconversiondefinition.v1+json';
/** Rows a page at most (conversions API specification, `maxResults` 1..100). */
const PAGE_ROWS = 100;
/** Pages that are read at most: 2,000 definitions. */
const MAX_PAGES = 20;
/** Events sent from servers count only at definitions of this source. */
export const SERVER_SOURCE = 'SERVER_TO_SERVER';

/** A conversion definition of an advertiser. */
export interface Definition {
  name: string;
  source: string;
  sourceType: string;
}

type Call = Pick<PreflightCall, 'http' | 'connection' | 'accessToken' | 'signal'>;

/**
 * Lists the conversion definitions of the connected advertiser.
 * @returns `unavailable` with the reason where the list cannot be had: for the Events API there is
 *   none
 * @throws ConnectionFault when there is no answer
 */
export async function listDefinitions(call: Call): Promise<DefinitionList> {
  const { api = 'capi-v1' } = call.connection;
  if (api !== 'capi-v1') return { unavailable: 'the Events API creates definitions automatically' };
  const definitions: ListedDefinition[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await requestDefinitions(call, {
      maxResults: PAGE_ROWS,
      ...(nextToken ? { nextToken } : {}),
    });
    if (answer.status !== 200)
      return { unavailable: `Amazon responded with HTTP ${answer.status}` };
    const read = readPage(answer.body);
    for (const { id, name, source } of read.definitions) {
      const problem =
        source === SERVER_SOURCE
          ? undefined
          : `its source is ${source}; server events require ${SERVER_SOURCE}`;
      definitions.push({ id, name, ...(problem === undefined ? {} : { problem }) });
    }
    nextToken = read.nextToken;
    if (nextToken === undefined) return { definitions };
  }
  return { unavailable: `the advertiser has more than ${PAGE_ROWS * MAX_PAGES} definitions` };
}

/**
 * Asks for definitions. `body`: filters, page size, place. @throws ConnectionFault when there is no
 * answer.
 */
export async function requestDefinitions(
  { http, connection, accessToken, signal }: Call,
  body: JsonObject,
): Promise<HttpAnswer> {
  const { account, clientId = '', profileId } = connection;
  const { apiOrigin } = REGION_ADDRESSES[isRegion(connection.region) ? connection.region : 'na'];
  return http.send(
    {
      method: 'POST',
      url: `${apiOrigin}/accounts/${encodeURIComponent(account)}/dsp/conversionDefinitions/list`,
      headers: {
        authorization: `Bearer ${accessToken}`,
        'Amazon-Advertising-API-ClientId': clientId,
        ...(profileId === undefined ? {} : { 'Amazon-Advertising-API-Scope': profileId }),
        'Amazon-Ads-AccountId': account,
        'content-type': LIST_TYPE,
        accept: DEFINITION_TYPE,
      },
      body: JSON.stringify(body),
    },
    signal ? { signal } : {},
  );
}

/** Reads one page of an answer; rows without an id are left out. */
export function readPage(body: Buffer): {
  definitions: (Definition & { id: string })[];
  nextToken?: string;
} {
  const answer = parseExactJson(body.toString());
  const rows = isJsonObject(answer) ? answer['conversionDefinitions'] : undefined;
  const token = isJsonObject(answer) ? readId(answer['nextToken']) : undefined;
  const definitions = (Array.isArray(rows) ? rows.filter(isJsonObject) : []).flatMap((row) => {
    const id = readRemoteId(row['conversionDefinitionId']);
    const text = (name: string): string => cleanOutsideText(readId(row[name]) ?? '');
    return id === undefined
      ? []
      : [{ id, name: text('name'), source: text('source'), sourceType: text('sourceType') }];
  });
  return { definitions, ...(token === undefined ? {} : { nextToken: token }) };
}
