import { AuthError } from '../../errors.js';
import { readId } from '../../exact-json.js';
import { cleanOutsideText } from '../../outside-text.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import type { AccountCandidate, ConnectCall, FoundAccounts } from '../connector.js';
import { GraphRefusal, readGraph } from './graph-call.js';
import { readRemoteId } from '../remote-text.js';

/** Pages that are read of one list at most: a guard against cursors that lead in circles. */
const MAX_PAGES = 50;
const PAGE_SIZE = '100';

interface AdAccount {
  /** `act_…`. */
  id: string;
  name: string;
}

/**
 * The pixels (datasets) of every ad account that the token reaches, each once.
 * @throws AuthError when the token is refused or reaches no pixel; NetworkError when Meta cannot be
 *   asked.
 */
export async function findPixels(call: ConnectCall): Promise<FoundAccounts> {
  const accounts = await listAdAccounts(call);
  const candidates = new Map<string, AccountCandidate>();
  const warnings: string[] = [];
  for (const account of accounts) {
    for (const pixel of await listPixels(call, account, warnings)) {
      if (!candidates.has(pixel.account)) candidates.set(pixel.account, pixel);
    }
  }
  if (candidates.size > 0) return { candidates: [...candidates.values()], warnings };
  throw noPixel(accounts.length, warnings);
}

async function listAdAccounts(call: ConnectCall): Promise<AdAccount[]> {
  try {
    const rows = await listAll(call, 'me/adaccounts');
    return rows.flatMap((row) => {
      const id = readRemoteId(row['id']);
      return id === undefined ? [] : [{ id, name: nameOf(row, id) }];
    });
  } catch (error) {
    if (!(error instanceof GraphRefusal)) throw error;
    throw new AuthError(
      'token_refused',
      `Meta does not let this token list ad accounts: ${error.said}.`,
      {
        hint:
          'A token from Events Manager may only be allowed to send. Specify its pixel, or ' +
          'create a token with ads_read and business_management. Nothing was stored.',
        next: 'postback connect meta --token-stdin --pixel ID',
      },
    );
  }
}

async function listPixels(
  call: ConnectCall,
  account: AdAccount,
  warnings: string[],
): Promise<AccountCandidate[]> {
  try {
    const rows = await listAll(call, `${encodeURIComponent(account.id)}/adspixels`);
    return rows.flatMap((row) => {
      const id = readRemoteId(row['id']);
      return id === undefined
        ? []
        : [{ account: id, name: nameOf(row, id), note: `${account.name}, ${account.id}` }];
    });
  } catch (error) {
    if (!(error instanceof GraphRefusal)) throw error;
    // An ad account without access is normal. The others are still listed.
    warnings.push(`The pixels of ${account.name} (${account.id}) cannot be listed: ${error.said}.`);
    return [];
  }
}

async function listAll(call: ConnectCall, path: string): Promise<JsonObject[]> {
  const rows: JsonObject[] = [];
  let after: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const cursor: Record<string, string> = after === undefined ? {} : { after };
    const answer = await readGraph(call, path, { fields: 'id,name', limit: PAGE_SIZE, ...cursor });
    if (Array.isArray(answer['data'])) rows.push(...answer['data'].filter(isJsonObject));
    after = nextCursor(answer['paging']);
    if (after === undefined) break;
  }
  return rows;
}

/** The cursor, where there is a next page: Meta gives one on the last page too. */
function nextCursor(paging: unknown): string | undefined {
  if (!isJsonObject(paging) || typeof paging['next'] !== 'string') return undefined;
  return isJsonObject(paging['cursors']) ? readId(paging['cursors']['after']) : undefined;
}

function nameOf(row: JsonObject, fallback: string): string {
  const { name } = row;
  return typeof name === 'string' && name.trim() !== '' ? cleanOutsideText(name, 100) : fallback;
}

function noPixel(accounts: number, warnings: readonly string[]): AuthError {
  const found =
    accounts === 0
      ? 'no ad account'
      : `${accounts} ad account${accounts === 1 ? '' : 's'} and no pixel`;
  const message = [`Meta lists ${found} for this user.`, ...warnings].join(' ');
  return new AuthError('no_account_found', message, {
    hint:
      'Ask an admin of the business to give this user access to the ad account and the dataset ' +
      '(Business settings > Data sources > Datasets), or specify the pixel with --pixel. Nothing ' +
      'was stored.',
    next: 'postback connect meta --pixel ID',
  });
}
