import { AuthError, NetworkError, type PostbackError } from '../../errors.js';
import type { Connection } from '../network.js';
import type { CheckResult, Preflight, PreflightCall } from '../preflight.js';
import { checkDefinitions } from './definition-check.js';
import { discoverAccounts } from './discovery.js';
import { isRegion, REGION_ADDRESSES } from './regions.js';

const CAMPAIGN_SCOPE = 'advertising::campaign_management';
const AUDIENCE_SCOPE = 'advertising::audiences';

/** Checks of Amazon that send no conversions. */
export const preflight: Preflight = {
  origins: ({ region }) => [REGION_ADDRESSES[isRegion(region) ? region : 'na'].apiOrigin],
  checkConfig: (connection) => [...checkScopes(connection), describeContract(connection)],
  async checkLive(call) {
    const account = await checkAccount(call);
    if (account.result === 'fail') return [account];
    return [account, ...(await checkDefinitions(call))];
  },
};

/** Scopes are known where consent was given here; a token that was pasted does not tell them. */
function checkScopes({ scopes }: Connection): CheckResult[] {
  if (!scopes) return [];
  if (scopes.includes(CAMPAIGN_SCOPE)) {
    const audiences = scopes.includes(AUDIENCE_SCOPE) ? ', and audiences' : '';
    return [
      {
        id: 'scopes',
        result: 'pass',
        message: `The consent covers conversions (${CAMPAIGN_SCOPE})${audiences}.`,
      },
    ];
  }
  return [
    {
      id: 'scopes',
      result: 'fail',
      message: `The consent lacks the scope ${CAMPAIGN_SCOPE}; it has ${scopes.join(', ') || 'none'}.`,
      why: 'Amazon refuses every conversion sent with this grant.',
      next: 'postback connect amazon',
      kind: 'auth',
    },
  ];
}

/** No end of either contract is published (docs/reference/amazon.md#not-settled). */
function describeContract({ api = 'capi-v1' }: Connection): CheckResult {
  const message =
    api === 'events-api'
      ? 'The connection uses the Events API, the current API.'
      : 'The connection uses CAPI v1. Amazon has not announced an end date. The Events API is ' +
        'newer (connect amazon --api events-api).';
  return { id: 'api-version', result: 'pass', message };
}

async function checkAccount(call: PreflightCall): Promise<CheckResult> {
  const { http, connection, accessToken, signal } = call;
  const { account, clientId = '' } = connection;
  const region = isRegion(connection.region) ? connection.region : 'na';
  try {
    const { candidates } = await discoverAccounts({
      http,
      clientId,
      accessToken,
      named: { region, account },
      ...(signal ? { signal } : {}),
    });
    const same = candidates.filter((candidate) => candidate.account === account);
    const here = same.find((candidate) => candidate.region === region);
    if (here) {
      return {
        id: 'account',
        result: 'pass',
        message: `Advertiser ${account} (${here.name}) exists in ${region}.`,
      };
    }
    const [elsewhere] = same;
    return {
      id: 'account',
      result: 'fail',
      message: elsewhere
        ? `Advertiser ${account} is in region ${elsewhere.region}, but this connection uses ` +
          `${region}.`
        : `This user has no advertiser ${account}. Available advertisers: ` +
          `${candidates.map((one) => one.account).join(', ')}.`,
      why: 'Amazon refuses conversions to advertisers that the user cannot access.',
      next: `postback connect amazon${elsewhere ? ` --region ${elsewhere.region}` : ''}`,
      kind: 'auth',
    };
  } catch (error) {
    if (error instanceof AuthError || error instanceof NetworkError) return explain(error);
    throw error;
  }
}

function explain(error: PostbackError): CheckResult {
  return {
    id: 'account',
    result: 'fail',
    message: error.message,
    ...(error.hint === undefined ? {} : { why: error.hint.replace(/ ?Nothing was stored\./, '') }),
    next: error.kind === 'network' ? 'postback doctor' : (error.next ?? 'postback connect amazon'),
    kind: error.kind === 'network' ? 'network' : 'auth',
  };
}
