import { isJsonObject, type JsonObject } from '../../json.js';
import type { AccountCandidate } from '../connector.js';
import { readRemoteId, readRemoteText } from '../remote-text.js';
import { TIKTOK_API } from './addresses.js';
import type { ApiAnswer } from './api-answer.js';
import { callTikTok, type ApiCall } from './api-call.js';

export interface Advertiser {
  id: string;
  name: string;
}

/** `pixel/list` gives at most 20 a page. */
const PAGE_SIZE = 20;
/** Maximum number of pages, in case the page count is wrong. */
const MAX_PAGES = 100;

/** The advertisers that have authorised the app; the call wants the app's secret in its query. */
export async function listAdvertisers(
  call: ApiCall,
  app: { id: string; secret: string },
): Promise<{ answer: ApiAnswer; advertisers: Advertiser[] }> {
  const query = new URLSearchParams({ app_id: app.id, secret: app.secret });
  const answer = await callTikTok(call, {
    method: 'GET',
    url: `${TIKTOK_API.advertisers}?${query.toString()}`,
  });
  const advertisers = listOf(answer.data['list']).flatMap((item) => {
    const id = readRemoteId(item['advertiser_id']);
    return id === undefined ? [] : [{ id, name: readRemoteText(item['advertiser_name']) ?? id }];
  });
  return { answer, advertisers };
}

/**
 * The pixels of one advertiser, page by page; the last answer is a refusal where they may not be
 * seen.
 */
export async function listPixels(
  call: ApiCall,
  advertiser: Advertiser,
): Promise<{ answer: ApiAnswer; candidates: AccountCandidate[] }> {
  const candidates: AccountCandidate[] = [];
  for (let page = 1; ; page += 1) {
    const query = new URLSearchParams({
      advertiser_id: advertiser.id,
      page: `${page}`,
      page_size: `${PAGE_SIZE}`,
    });
    const answer = await callTikTok(call, {
      method: 'GET',
      url: `${TIKTOK_API.pixels}?${query.toString()}`,
    });
    for (const item of listOf(answer.data['pixels'])) {
      const account = readRemoteId(item['pixel_code']);
      const name = readRemoteText(item['pixel_name']);
      if (account !== undefined)
        candidates.push({ account, name: name ?? account, note: describe(advertiser) });
    }
    if (answer.code !== 0 || page >= Math.min(countPages(answer), MAX_PAGES))
      return { answer, candidates };
  }
}

function describe({ id, name }: Advertiser): string {
  return name === id ? `advertiser ${id}` : `advertiser ${id} ${name}`;
}

function countPages({ data }: ApiAnswer): number {
  const { page_info: info } = data;
  const total = isJsonObject(info) ? Number(info['total_page']) : 0;
  return Number.isFinite(total) ? total : 0;
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
