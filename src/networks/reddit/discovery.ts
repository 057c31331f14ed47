import { isJsonObject, type JsonObject } from '../../json.js';
import { cleanOutsideText } from '../../outside-text.js';
import { readJsonBody } from '../answer-body.js';
import type { AccountCandidate, ConnectCall, FoundAccounts } from '../connector.js';
import { askNetwork, refuseToken, type Asked } from '../grant-check.js';
import { API_URL } from './addresses.js';
import { readRefusal } from './complaints.js';
import { readRemoteId } from '../remote-text.js';

export const REDDIT: Asked = { name: 'reddit', title: 'Reddit' };

/** Pages of one list, and ad accounts, that are read at most: an agency can have thousands. */
const MAX_PAGES = 20;
const MAX_ACCOUNTS = 100;
const NOT_ALLOWED =
  'Reddit does not let this token list pixels (conversion tokens cannot). Specify the pixel ' +
  'with --pixel.';

/**
 * The pixels of every ad account of every business of the signed-in user: `/me/businesses`, their
 * `ad_accounts`, and the `pixels` of those. A conversion token may list nothing, and finds none.
 * @throws AuthError when the token is refused; NetworkError when Reddit cannot be asked.
 */
export async function findPixels(call: ConnectCall): Promise<FoundAccounts> {
  const businesses = await list(call, '/me/businesses');
  if (businesses === 'not allowed') return { candidates: [], warnings: [NOT_ALLOWED] };
  const warnings: string[] = [];
  const accounts: JsonObject[] = [];
  for (const business of businesses) {
    const found = await list(call, `/businesses/${idOf(business)}/ad_accounts`);
    if (found === 'not allowed')
      warnings.push(`This token cannot list the ad accounts of ${nameOf(business)}.`);
    else accounts.push(...found);
  }
  if (accounts.length > MAX_ACCOUNTS) {
    warnings.push(
      `Only ${MAX_ACCOUNTS} of ${accounts.length} ad accounts were searched for pixels. ` +
        'Specify a pixel of another account with --pixel.',
    );
  }
  const pixels = new Map<string, AccountCandidate>();
  for (const account of accounts.slice(0, MAX_ACCOUNTS)) {
    const found = await list(call, `/ad_accounts/${idOf(account)}/pixels`);
    if (found === 'not allowed')
      warnings.push(`This token may not list the pixels of ${nameOf(account)}.`);
    // A pixel that ad accounts share is one pixel.
    else
      for (const pixel of found)
        pixels.set(readRemoteId(pixel['id'])!, describePixel(pixel, account));
  }
  if (pixels.size === 0)
    warnings.push('This user has no pixel at Reddit. Create one in Events Manager.');
  return { candidates: [...pixels.values()], warnings };
}

function describePixel(pixel: JsonObject, account: JsonObject): AccountCandidate {
  return { account: readRemoteId(pixel['id'])!, name: nameOf(pixel), note: nameOf(account) };
}

/** All pages of a list; entries without an id are left out. */
async function list(call: ConnectCall, path: string): Promise<JsonObject[] | 'not allowed'> {
  const entries: JsonObject[] = [];
  let url = `${API_URL}${path}`;
  for (let page = 0; page < MAX_PAGES; page++) {
    const headers = { Authorization: `Bearer ${call.accessToken}`, Accept: 'application/json' };
    const answer = await askNetwork(call, { method: 'GET', url, headers }, REDDIT);
    const body = readJsonBody(answer);
    if (answer.status === 401) throw refuseToken(REDDIT, answer, readRefusal(body).message);
    if (answer.status > 299 || !isJsonObject(body)) return 'not allowed';
    const data: unknown[] = Array.isArray(body['data']) ? body['data'] : [];
    entries.push(...data.filter(isJsonObject).filter(({ id }) => readRemoteId(id) !== undefined));
    const next = isJsonObject(body['pagination']) ? body['pagination']['next_url'] : undefined;
    // Followed as it is given, and nowhere else: the token goes with it.
    if (typeof next !== 'string' || !next.startsWith(`${API_URL}/`)) break;
    url = next;
  }
  return entries;
}

function idOf({ id }: JsonObject): string {
  return encodeURIComponent(readRemoteId(id) ?? '');
}

function nameOf({ name, id }: JsonObject): string {
  return typeof name === 'string' && name.trim() !== ''
    ? cleanOutsideText(name, 100)
    : (readRemoteId(id) ?? '');
}
