import { randomUUID } from 'node:crypto';
import { readJsonBody, readPlainBody } from '../answer-body.js';
import type { AccountCandidate, CheckedAccount, ConnectCall, Connector } from '../connector.js';
import { askNetwork, refusePixel, refuseToken, type Asked } from '../grant-check.js';
import { openX } from './channel.js';
import { describeXErrors, readXErrors } from './classify.js';
import { readPastedToken } from './pasted.js';
import { checkPixel } from './pixel.js';
import { X_PROFILE } from './profile.js';
import { isOAuthToken, signXRequest } from './signature.js';

const X: Asked = { name: 'x', title: 'X' };
const OAUTH_ENDS =
  'X plans to end OAuth 1.0a for conversions in December 2026. Create a pixel token in Events ' +
  'Manager, and connect again with it. Mappings are kept.';

/** X: a pixel token of Events Manager, or OAuth 1.0a. There is no list of pixels. */
export const xConnector: Connector = {
  pasted: 'access',
  ...X_PROFILE.connect,
  checkAccount: checkPixel,
  normaliseAccount: (account) => account.toLowerCase(),
  tokenHelp: 'Events Manager of X Ads > Install with Conversion API > Generate access token',
  readPasted: readPastedToken,
  checkGrant,
};

/**
 * Sends no conversion at all: X says 401, 403 or 404 where token or pixel are wrong, and otherwise
 * misses the conversions, so that nothing can be counted.
 * @throws AuthError when token or pixel are refused; NetworkError when X cannot be asked.
 */
async function checkGrant(
  call: ConnectCall,
  { account }: AccountCandidate,
): Promise<CheckedAccount> {
  const { accessToken, nowMs } = call;
  const plain = openX({ network: 'x', account, source: 'store' }).request([], accessToken);
  const answer = await askNetwork(
    call,
    signXRequest(plain, accessToken, { nowMs, nonce: randomUUID() }),
    X,
  );
  const { status } = answer;
  const said = describeXErrors(readXErrors(readJsonBody(answer))) ?? readPlainBody(answer);
  if (status === 401) throw refuseToken(X, answer, said);
  if (status > 299 && status !== 400 && status !== 422) throw refusePixel(X, account, answer, said);
  return isOAuthToken(accessToken) ? { warnings: [OAUTH_ENDS] } : {};
}
