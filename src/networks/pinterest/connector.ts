import type { AccountCandidate, CheckedAccount, ConnectCall, Connector } from '../connector.js';
import { askNetwork, refusePixel, refuseToken, type Asked } from '../grant-check.js';
import { isPayloadStatus, isSuccessStatus } from '../http-status.js';
import { makeProbe, refuseProbe } from '../probe.js';
import { checkAdAccount } from './account.js';
import { openPinterest } from './channel.js';
import { classifyPinterestAnswer, readPinterestMessage } from './classify.js';
import { preparePinterestPayload } from './payload.js';
import { PINTEREST_PROFILE } from './profile.js';

const PINTEREST: Asked = { name: 'pinterest', title: 'Pinterest' };

/** Pinterest: a conversion token of Ads Manager, and the ad account that it belongs to. */
export const pinterestConnector: Connector = {
  pasted: 'access',
  ...PINTEREST_PROFILE.connect,
  checkAccount: checkAdAccount,
  tokenHelp: 'Ads Manager of Pinterest > Conversions > Conversions API > Generate access token',
  checkGrant,
};

/**
 * Sends one event with `?test=true`: it is checked and not recorded.
 * @throws AuthError when token or account are refused; NetworkError when Pinterest cannot be asked.
 */
async function checkGrant(
  call: ConnectCall,
  { account }: AccountCandidate,
): Promise<CheckedAccount> {
  const channel = openPinterest({ network: 'pinterest', account, source: 'store' });
  const probe = makeProbe({
    network: 'pinterest',
    prepare: preparePinterestPayload,
    mapping: 'custom',
    nowMs: call.nowMs,
  });
  const answer = await askNetwork(call, channel.request([probe], call.accessToken), PINTEREST);
  const { status } = answer;
  if (status === 401) throw refuseToken(PINTEREST, answer, readPinterestMessage(answer));
  if (isPayloadStatus(status)) {
    const [outcome] = classifyPinterestAnswer(1, answer).outcomes;
    throw refuseProbe('Pinterest', outcome?.message ?? `HTTP ${status}`);
  }
  if (!isSuccessStatus(status))
    throw refusePixel(PINTEREST, account, answer, readPinterestMessage(answer));
  return {};
}
