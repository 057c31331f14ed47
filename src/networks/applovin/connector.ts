import type { AccountCandidate, CheckedAccount, ConnectCall, Connector } from '../connector.js';
import { askNetwork, refusePixel, refuseToken, type Asked } from '../grant-check.js';
import { isPayloadStatus, isSuccessStatus } from '../http-status.js';
import { openAppLovin } from './channel.js';
import { readAppLovinMessage } from './classify.js';
import { checkPixel } from './pixel.js';
import { APPLOVIN_PROFILE } from './profile.js';

const APPLOVIN: Asked = { name: 'applovin', title: 'AppLovin' };

/** AppLovin: a Conversion API key and the event key of a pixel. There is no list of pixels. */
export const applovinConnector: Connector = {
  pasted: 'access',
  ...APPLOVIN_PROFILE.connect,
  checkAccount: checkPixel,
  tokenHelp: 'Keys section of the Axon dashboard, as Conversion API key',
  checkGrant,
};

/**
 * Sends no event at all: AppLovin says 401 where the key is wrong, and otherwise misses the events,
 * so that nothing can be counted. Whether the pixel is the key's, it does not say.
 * @throws AuthError when the key is refused; NetworkError when AppLovin cannot be asked.
 */
async function checkGrant(
  call: ConnectCall,
  { account }: AccountCandidate,
): Promise<CheckedAccount> {
  const channel = openAppLovin({ network: 'applovin', account, source: 'store' });
  const answer = await askNetwork(call, channel.request([], call.accessToken), APPLOVIN);
  const { status } = answer;
  const said = readAppLovinMessage(answer);
  if (status === 401) throw refuseToken(APPLOVIN, answer, said);
  if (!isSuccessStatus(status) && !isPayloadStatus(status))
    throw refusePixel(APPLOVIN, account, answer, said);
  return {};
}
