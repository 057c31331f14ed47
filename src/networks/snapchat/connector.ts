import type { AccountCandidate, CheckedAccount, ConnectCall, Connector } from '../connector.js';
import { askNetwork, refusePixel, refuseToken, type Asked } from '../grant-check.js';
import { isPayloadStatus, isSuccessStatus } from '../http-status.js';
import { makeProbe } from '../probe.js';
import { checkAsset } from './asset.js';
import { openSnapchat } from './channel.js';
import { readSnapchatAnswer } from './classify.js';
import { prepareSnapchatPayload } from './payload.js';
import { SNAPCHAT_PROFILE } from './profile.js';

const SNAPCHAT: Asked = { name: 'snapchat', title: 'Snapchat' };
const CHECK_EVENT = 'SIGN_UP';

/** Snapchat: a token of Ads Manager, and the pixel or the app that it belongs to. */
export const snapchatConnector: Connector = {
  pasted: 'access',
  ...SNAPCHAT_PROFILE.connect,
  checkAccount: checkAsset,
  normaliseAccount: (account) => account.toLowerCase(),
  tokenHelp: 'Ads Manager of Snapchat > Business Details > Conversions API Tokens',
  checkGrant,
};

/**
 * Sends one event to the address that only validates: nothing is counted.
 * @throws AuthError when token or pixel are refused; NetworkError when Snapchat cannot be asked.
 */
async function checkGrant(
  call: ConnectCall,
  { account }: AccountCandidate,
): Promise<CheckedAccount> {
  const channel = openSnapchat({ network: 'snapchat', account, source: 'store' });
  const probe = makeProbe({
    network: 'snapchat',
    prepare: prepareSnapchatPayload,
    mapping: CHECK_EVENT,
    nowMs: call.nowMs,
  });
  const answer = await askNetwork(call, channel.request([probe], call.accessToken), SNAPCHAT);
  const { status } = answer;
  const { message } = readSnapchatAnswer(answer);
  if (status === 401) throw refuseToken(SNAPCHAT, answer, message);
  if (isPayloadStatus(status)) {
    const said = message ?? `HTTP ${status}`;
    return { warnings: [`Snapchat refused the test event that checks the connection (${said}).`] };
  }
  if (!isSuccessStatus(status)) throw refusePixel(SNAPCHAT, account, answer, message);
  return {};
}
