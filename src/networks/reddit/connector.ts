import type { AccountCandidate, CheckedAccount, ConnectCall, Connector } from '../connector.js';
import { readJsonBody, readPlainBody } from '../answer-body.js';
import { askNetwork, refusePixel, refuseToken } from '../grant-check.js';
import { openReddit } from './channel.js';
import { isAboutEvents, readRefusal } from './complaints.js';
import { findPixels, REDDIT } from './discovery.js';
import { makeRedditLogin } from './login.js';
import { REDDIT_PROFILE } from './profile.js';
import { checkPixel } from './pixel.js';

/** Reddit Ads: a pasted conversion token, or an application whose user chooses a pixel. */
export const redditConnector: Connector = {
  pasted: 'access',
  ...REDDIT_PROFILE.connect,
  checkAccount: checkPixel,
  makeLogin: () => makeRedditLogin(),
  prefersToken: true,
  tokenHelp:
    'Events Manager of Reddit Ads > Configure data source > Conversions API > Generate access ' +
    'token',
  findAccounts: findPixels,
  checkGrant,
};

/**
 * Sends no event at all: Reddit says 401 or 403 where token or pixel are wrong, and otherwise
 * misses the events, so that nothing can be counted.
 * @throws AuthError when token or pixel are refused; NetworkError when Reddit cannot be asked.
 */
async function checkGrant(
  call: ConnectCall,
  { account }: AccountCandidate,
): Promise<CheckedAccount> {
  const channel = openReddit({ network: 'reddit', account, source: 'store' });
  const answer = await askNetwork(call, channel.request([], call.accessToken), REDDIT);
  const { status } = answer;
  const refusal = readRefusal(readJsonBody(answer));
  const said = refusal.message ?? readPlainBody(answer);
  if (status === 401) throw refuseToken(REDDIT, answer, said);
  const isTaken = status < 300 || isAboutEvents(status, refusal);
  if (!isTaken) throw refusePixel(REDDIT, account, answer, said);
  return {};
}
