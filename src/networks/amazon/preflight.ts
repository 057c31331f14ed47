import { AuthError, NetworkError, type PostbackError } from '../../errors.js';
import type { Connection } from '../network.js';
import type { Finding, Preflight, PreflightCall } from '../preflight.js';
import { checkDefinitions } from './definition-check.js';
import { discoverAccounts } from './discovery.js';
import { isRegion, REGION_ADDRESSES } from './regions.js';

const CAMPAIGN_SCOPE = 'advertising::campaign_management';
const AUDIENCE_SCOPE = 'advertising::audiences';

/** What can be asked of Amazon before conversions are sent (amazon-api.md sections 3 and 4). */
export const preflight: Preflight = {
  origins: ({ region }) => [REGION_ADDRESSES[isRegion(region) ? region : 'na'].apiOrigin],
  foresee: (connection) => [...checkScopes(connection), describeContract(connection)],
  async examine(call) {
    const account = await checkAccount(call);
    if (account.result === 'fail') return [account];
    return [account, ...(await checkDefinitions(call))];
  },
};

/** Scopes are known where consent was given here; a token that was pasted does not tell them. */
function checkScopes({ scopes }: Connection): Finding[] {
  if (!scopes) return [];
  if (scopes.includes(CAMPAIGN_SCOPE)) {
    const audiences = scopes.includes(AUDIENCE_SCOPE) ? ', and audiences' : '';
    return [
      { id: 'scopes', result: 'pass', message: `The consent covers conversions (${CAMPAIGN_SCOPE})${audiences}.` },
    ];
  }
  return [
    {
      id: 'scopes',
      result: 'fail',
      message: `The consent lacks the scope ${CAMPAIGN_SCOPE}; it has ${scopes.join(', ') || 'none'}.`,
      why: 'Amazon refuses every conversion of this grant.',
      next: 'postback connect amazon',
      kind: 'auth',
    },
  ];
}

/** No end of either contract is published (amazon-api.md section 9, row 5). */
function describeContract({ api = 'capi-v1' }: Connection): Finding {
  const message =
    api === 'events-api'
      ? 'The Events API is spoken: the current contract.'
      : 'CAPI v1 is spoken. Amazon has published no end for it; the Events API is the newer contract (connect amazon --api events-api).';
  return { id: 'api-version', result: 'pass', message };
}

async function checkAccount(call: PreflightCall): Promise<Finding> {
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
      return { id: 'account', result: 'pass', message: `Advertiser ${account} (${here.name}) is there, in ${region}.` };
    }
    const [elsewhere] = same;
    return {
      id: 'account',
      result: 'fail',
      message: elsewhere
        ? `Advertiser ${account} is in region ${elsewhere.region}, and this connection speaks to ${region}.`
        : `This user has no advertiser ${account}. It has ${candidates.map((one) => one.account).join(', ')}.`,
      why: 'Conversions to an advertiser that the user cannot reach are refused.',
      next: `postback connect amazon${elsewhere ? ` --region ${elsewhere.region}` : ''}`,
      kind: 'auth',
    };
  } catch (error) {
    if (error instanceof AuthError || error instanceof NetworkError) return explain(error);
    throw error;
  }
}

function explain(error: PostbackError): Finding {
  return {
    id: 'account',
    result: 'fail',
    message: error.message,
    ...(error.hint === undefined ? {} : { why: error.hint.replace(/ ?Nothing was stored\./, '') }),
    next: error.kind === 'network' ? 'postback doctor' : (error.next ?? 'postback connect amazon'),
    kind: error.kind === 'network' ? 'network' : 'auth',
  };
}
