import { AuthError, NetworkError } from '../../errors.js';
import { cleanOutsideText } from '../../outside-text.js';
import { isJsonObject } from '../../json.js';
import type { AccountCandidate, CheckedAccount, ConnectCall } from '../connector.js';
import { classifyMetaCode } from './error-kind.js';
import { openConversionsApi } from './conversions-api.js';
import { callGraph, GraphRefusal, readGraph } from './graph-call.js';

type About = NonNullable<CheckedAccount['about']>;

const TOKEN_CODES: ReadonlySet<number | undefined> = new Set([190, 102]);

/**
 * Whether the token may send to the pixel, which a request without events tells: Meta refuses it
 * for its emptiness only when it takes token and pixel. The pixel is read for its name; a token
 * made for sending may not read it. Nothing is counted
 * (docs/development/decisions/meta-grant-check.md).
 * @throws AuthError when token or pixel are refused; NetworkError when Meta cannot be asked.
 */
export async function checkMetaGrant(
  call: ConnectCall,
  { account }: AccountCandidate,
): Promise<CheckedAccount> {
  const notice = await sendNothing(call, account);
  const about: About = { ...(await readName(call, account)), ...(await readTokenFacts(call)) };
  return {
    about,
    warnings: [...describeEnd(about, call.nowMs), ...(notice === undefined ? [] : [notice])],
  };
}

/** Returns what Meta's headers say about the API version, if anything. */
async function sendNothing(call: ConnectCall, pixel: string): Promise<string | undefined> {
  try {
    // The request of the delivery channel, so that its address and headers are checked too.
    const channel = openConversionsApi({ network: 'meta', account: pixel, source: 'store' });
    await callGraph(call, channel.request([], call.accessToken));
  } catch (error) {
    if (!(error instanceof GraphRefusal)) throw error;
    // The request is invalid only because it contains no events.
    if (classifyMetaCode(error.error)?.kind !== 'payload') throw refuse(error, pixel);
    return error.notice;
  }
  return undefined;
}

async function readName(call: ConnectCall, pixel: string): Promise<About> {
  try {
    const { name } = await readGraph(call, encodeURIComponent(pixel), { fields: 'id,name' });
    return typeof name === 'string' && name.trim() !== ''
      ? { accountName: cleanOutsideText(name, 100) }
      : {};
  } catch (error) {
    if (!(error instanceof GraphRefusal)) throw error;
    if (TOKEN_CODES.has(error.error.code)) throw refuse(error, pixel);
    return {};
  }
}

/**
 * Reads the expiry and scopes of the token, if Meta reveals them to its app or to the token itself.
 */
async function readTokenFacts(call: ConnectCall): Promise<About> {
  try {
    const { data } = await readGraph(call, 'debug_token', { input_token: call.accessToken });
    if (!isJsonObject(data)) return {};
    const { expires_at: expiresAtS, scopes } = data;
    const isDated = typeof expiresAtS === 'number' && expiresAtS > 0;
    return {
      ...(isDated ? { grantExpiresAt: new Date(expiresAtS * 1000).toISOString() } : {}),
      ...(Array.isArray(scopes)
        ? { scopes: scopes.filter((scope) => typeof scope === 'string') }
        : {}),
    };
  } catch (error) {
    if (error instanceof GraphRefusal || error instanceof NetworkError) return {};
    throw error;
  }
}

const DAY_MS = 24 * 60 * 60 * 1000;
const SOON_DAYS = 14;

function describeEnd({ grantExpiresAt }: About, nowMs: number): string[] {
  if (grantExpiresAt === undefined) return [];
  const days = Math.floor((Date.parse(grantExpiresAt) - nowMs) / DAY_MS);
  if (days >= SOON_DAYS) return [];
  return [
    `This token expires in ${days} days and cannot be refreshed. Reconnect before then, or use ` +
      'a system-user token, which does not expire.',
  ];
}

function refuse(refusal: GraphRefusal, pixel: string): AuthError {
  const { error, said } = refusal;
  if (TOKEN_CODES.has(error.code)) {
    return new AuthError('token_refused', `Meta refused this token: ${said}.`, {
      hint:
        'Create a new token (Events Manager > your dataset > Settings > Conversions API). ' +
        'Nothing was stored.',
      next: 'postback connect meta',
    });
  }
  return new AuthError(
    'account_refused',
    `Meta does not let this token send to the pixel ${pixel}: ${said}.`,
    {
      hint:
        'Compare the id with the one in Events Manager, and create the token for that dataset. ' +
        'Nothing was stored.',
      next: 'postback connect meta --token-stdin --pixel ID',
    },
  );
}
