import { AuthError } from '../../errors.js';
import type {
  AccountCandidate,
  CheckedAccount,
  ConnectCall,
  Connector,
  FoundAccounts,
} from '../connector.js';
import { makeProbe, refuseProbe } from '../probe.js';
import type { ApiAnswer } from './api-answer.js';
import { callTikTok, describeRefusal, type ApiCall } from './api-call.js';
import { classifyCode, namesConnection } from './code-kind.js';
import { openTikTokEventsApi } from './events-api.js';
import { prepareTikTokPayload } from './payload.js';
import { TIKTOK_LOGIN } from './login.js';
import { listAdvertisers, listPixels } from './pixels.js';
import { TIKTOK_PROFILE } from './profile.js';
import { PIXEL_CODE } from './variables.js';

const CONNECT = 'postback connect tiktok';
const TOKEN_HELP =
  'TikTok Events Manager > your pixel > Settings > Events API > Generate Access Token';

/**
 * TikTok: consent at the business portal and a pixel from the list, or a token of Events Manager
 * with its pixel.
 */
export const tiktokConnector: Connector = {
  pasted: 'access',
  ...TIKTOK_PROFILE.connect,
  tokenHelp: TOKEN_HELP,
  checkAccount: (account) =>
    PIXEL_CODE.pattern.test(account)
      ? undefined
      : `expected ${PIXEL_CODE.words}, as Events Manager shows it`,
  makeLogin: () => TIKTOK_LOGIN,
  findAccounts: findPixels,
  checkGrant,
};

async function findPixels(call: ConnectCall): Promise<FoundAccounts> {
  const api = makeApiCall(call);
  const { clientId, clientSecret } = call;
  // A token of Events Manager belongs to no app, and lists nothing.
  if (clientId === undefined || clientSecret === undefined) return { candidates: [], warnings: [] };
  const { answer, advertisers } = await listAdvertisers(api, {
    id: clientId,
    secret: clientSecret.reveal(),
  });
  if (answer.code !== 0) throw refuseToken(answer);
  const found: FoundAccounts = { candidates: [], warnings: [] };
  for (const advertiser of advertisers) {
    const { answer: last, candidates } = await listPixels(api, advertiser);
    found.candidates.push(...candidates);
    if (last.code !== 0) {
      const said = describeRefusal(last);
      found.warnings.push(
        `TikTok does not list the pixels of advertiser ${advertiser.id} (${said}).`,
      );
    }
  }
  if (found.candidates.length === 0 && found.warnings.length === 0)
    throw nothingFound(advertisers.length);
  return found;
}

function nothingFound(advertisers: number): AuthError {
  const reason = advertisers === 0 ? 'no advertiser account' : 'no pixel in any advertiser account';
  return new AuthError(
    'no_account_found',
    `TikTok for Business accepted the login, but this user has ${reason}.`,
    {
      hint:
        'Create a web pixel in Events Manager, or give the app access to the advertiser that has ' +
        'it. Nothing was stored.',
      next: CONNECT,
    },
  );
}

/**
 * Marks the check as a test: TikTok shows it under this code in Events Manager, and counts nothing.
 */
const CHECK_CODE = 'POSTBACKCHECK';
const CHECK_EVENT = 'postback_check';

/**
 * Nothing but an event shows whether a token may report for a pixel: one is sent as a test event,
 * which counts nothing (docs/development/decisions/tiktok-check.md). It is made and sent as
 * ordinary events are.
 */
async function checkGrant(
  call: ConnectCall,
  { account }: AccountCandidate,
): Promise<CheckedAccount> {
  const { accessToken, nowMs } = call;
  const channel = openTikTokEventsApi({
    network: 'tiktok',
    account,
    testCode: CHECK_CODE,
    source: 'store',
  });
  const probe = makeProbe({
    network: 'tiktok',
    prepare: prepareTikTokPayload,
    mapping: CHECK_EVENT,
    nowMs,
  });
  const answer = await callTikTok(makeApiCall(call), channel.request([probe], accessToken));
  if (answer.code === 0) return {};
  const kind = classifyCode(answer.code, answer.message);
  const isRefused = kind === 'credential' || kind === 'configuration';
  if (isRefused && namesConnection(answer.message)) throw refusePixel(account, answer);
  if (kind === 'credential') throw refuseToken(answer);
  if (kind === 'configuration') throw refusePixel(account, answer);
  if (kind === 'payload') throw refuseProbe('TikTok', describeRefusal(answer));
  const said = describeRefusal(answer);
  return {
    warnings: [`TikTok refused the test event that checks the token and the pixel (${said}).`],
  };
}

function refuseToken(answer: ApiAnswer): AuthError {
  return new AuthError(
    'token_refused',
    `TikTok refused the access token (${describeRefusal(answer)}).`,
    {
      hint: `Create a new token: ${TOKEN_HELP}. Nothing was stored.`,
      next: CONNECT,
    },
  );
}

function refusePixel(account: string, answer: ApiAnswer): AuthError {
  const message = `The access token may not report for pixel ${account} (${describeRefusal(answer)}).`;
  return new AuthError('account_refused', message, {
    hint:
      'Use a token created by an admin or operator of the advertiser that owns the pixel, and ' +
      'check the pixel code. Nothing was stored.',
    next: CONNECT,
  });
}

function makeApiCall({ http, accessToken, signal }: ConnectCall): ApiCall {
  return { http, accessToken, ...(signal ? { signal } : {}) };
}
