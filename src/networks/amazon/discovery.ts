import { AuthError, NetworkError, type PostbackError } from '../../errors.js';
import {
  ConnectionFault,
  type HttpAnswer,
  type HttpClient,
  type HttpRequest,
} from '../../http/http.js';
import {
  readAdvertiserAccounts,
  readDspAdvertisers,
  readDspProfiles,
  type AmazonAccount,
  type DspProfile,
} from './account-answers.js';
import { REGION_ADDRESSES, REGIONS, type Region } from './regions.js';

export interface DiscoveryCall {
  http: HttpClient;
  clientId: string;
  accessToken: string;
  /**
   * An advertiser that is asked for by itself where no list shows it: users of Events Manager alone
   * see no list.
   */
  named?: { region: Region; account: string };
  signal?: AbortSignal;
}

/** A host that gave no list. */
interface HostFailure {
  region: Region;
  /** 0: no answer at all. */
  status: number;
  message: string;
}

export interface Discovery {
  /** Never empty; in the order of the regions. */
  candidates: AmazonAccount[];
  /** One sentence for each host that could not be asked, and so may know of more. */
  warnings: string[];
}

/**
 * Pages of 100 accounts each that are read at most: a guard against a token that leads in circles.
 */
const MAX_PAGES = 100;
/** `count` of `/dsp/advertisers` and `maxResults` of `query/advertiserAccounts` go up to 100. */
const PAGE_SIZE = 100;

/**
 * Asks all three regional hosts for the advertisers of the signed-in user: there is no call that
 * names the region, and a wrong one shows as 401 or as an empty list. One host refusing is normal.
 * @throws AuthError when no host knows an advertiser or all refuse the client; NetworkError when
 *   hosts could not be asked and the others know none.
 */
export async function discoverAccounts(call: DiscoveryCall): Promise<Discovery> {
  const hosts = await Promise.all(REGIONS.map((region) => askHost(call, region)));
  const listed = mergeCandidates(hosts.flatMap((host) => host.candidates));
  const candidates = [...listed, ...(await findNamed(call, listed))];
  const failures = hosts.flatMap((host) => host.failure ?? []);
  if (candidates.length === 0) throw explainNothing(failures);
  return { candidates, warnings: failures.filter(isPassing).map(({ message }) => message) };
}

const DEFINITION_TYPE = 'application/vnd.dspconversiondefinition.v1+json';

interface HostResult {
  candidates: AmazonAccount[];
  failure?: HostFailure;
}

async function askHost(call: DiscoveryCall, region: Region): Promise<HostResult> {
  const accounts = await attempt(region, () => listAdvertiserAccounts(call, region));
  const known = new Set(accounts.candidates.map(({ profileId }) => profileId));
  const advertisers = await attempt(region, () => listDspAdvertisers(call, region, known));
  const candidates = [...accounts.candidates, ...advertisers.candidates];
  // The newer call is not open to every client: one of the two answering is enough.
  const failure = accounts.failure && advertisers.failure;
  return failure ? { candidates, failure } : { candidates };
}

async function attempt(region: Region, list: () => Promise<AmazonAccount[]>): Promise<HostResult> {
  try {
    return { candidates: await list() };
  } catch (error) {
    const host = new URL(REGION_ADDRESSES[region].apiOrigin).host;
    if (error instanceof RefusedCall) {
      const message = `${host} responded with HTTP ${error.status}.`;
      return { candidates: [], failure: { region, status: error.status, message } };
    }
    if (error instanceof ConnectionFault) {
      return { candidates: [], failure: { region, status: 0, message: error.message } };
    }
    if (error instanceof SyntaxError) {
      return {
        candidates: [],
        failure: { region, status: 0, message: `${host} sent a response that is not JSON.` },
      };
    }
    throw error;
  }
}

async function listAdvertiserAccounts(
  call: DiscoveryCall,
  region: Region,
): Promise<AmazonAccount[]> {
  const candidates: AmazonAccount[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await send(call, {
      method: 'POST',
      url: `${REGION_ADDRESSES[region].apiOrigin}/adsApi/v1/query/advertiserAccounts`,
      headers: {
        'Amazon-Ads-ClientId': call.clientId,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify({
        isGlobalAccountFilter: { include: [true] },
        maxResults: PAGE_SIZE,
        nextToken,
      }),
    });
    const read = readAdvertiserAccounts(answer.body, region);
    candidates.push(...read.candidates);
    nextToken = read.nextToken;
    if (nextToken === undefined) break;
  }
  return candidates;
}

/** Lists advertisers of DSP profiles that the newer call did not return. */
async function listDspAdvertisers(
  call: DiscoveryCall,
  region: Region,
  known: ReadonlySet<string | undefined>,
): Promise<AmazonAccount[]> {
  const answer = await send(call, {
    method: 'GET',
    url: `${REGION_ADDRESSES[region].apiOrigin}/v2/profiles`,
    headers: { 'Amazon-Advertising-API-ClientId': call.clientId, accept: 'application/json' },
  });
  const profiles = readDspProfiles(answer.body).filter(({ profileId }) => !known.has(profileId));
  const lists = await Promise.all(
    profiles.map((profile) => listProfileAdvertisers(call, region, profile)),
  );
  return lists.flat();
}

async function listProfileAdvertisers(call: DiscoveryCall, region: Region, profile: DspProfile) {
  const candidates: AmazonAccount[] = [];
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await send(call, {
      method: 'GET',
      url: `${REGION_ADDRESSES[region].apiOrigin}/dsp/advertisers?startIndex=${page * PAGE_SIZE}&count=${PAGE_SIZE}`,
      headers: {
        'Amazon-Advertising-API-ClientId': call.clientId,
        'Amazon-Advertising-API-Scope': profile.profileId,
        accept: 'application/json',
      },
    }).catch((error: unknown) => {
      // A profile may be visible to a user who may not list its advertisers; the others still
      // count.
      if (error instanceof RefusedCall && !isPassing(error)) return undefined;
      throw error;
    });
    if (!answer) break;
    const read = readDspAdvertisers(answer.body, region, profile);
    candidates.push(...read);
    if (read.length < PAGE_SIZE) break;
  }
  return candidates;
}

/** The named advertiser, where no list has it and its conversion definitions may be read. */
async function findNamed(
  call: DiscoveryCall,
  listed: readonly AmazonAccount[],
): Promise<AmazonAccount[]> {
  const { named, clientId } = call;
  if (!named) return [];
  const { region, account } = named;
  if (listed.some((candidate) => candidate.region === region && candidate.account === account))
    return [];
  const { candidates } = await attempt(region, async () => {
    await send(call, {
      method: 'POST',
      url: `${REGION_ADDRESSES[region].apiOrigin}/accounts/${encodeURIComponent(account)}/dsp/conversionDefinitions/list`,
      headers: {
        'Amazon-Advertising-API-ClientId': clientId,
        'Amazon-Ads-AccountId': account,
        'content-type': DEFINITION_TYPE,
        accept: DEFINITION_TYPE,
      },
      body: JSON.stringify({ maxResults: 1 }),
    });
    return [{ region, account, name: account, isTest: false, source: 'definitions' }];
  });
  return candidates;
}

class RefusedCall extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

async function send(
  { http, accessToken, signal }: DiscoveryCall,
  request: HttpRequest,
): Promise<HttpAnswer> {
  const headers = { authorization: `Bearer ${accessToken}`, ...request.headers };
  const answer = await http.send({ ...request, headers }, signal ? { signal } : {});
  if (answer.status < 200 || answer.status > 299) throw new RefusedCall(answer.status);
  return answer;
}

/** One entry a region and advertiser; the newer call's words win, what it lacks is filled in. */
function mergeCandidates(candidates: readonly AmazonAccount[]): AmazonAccount[] {
  const merged = new Map<string, AmazonAccount>();
  for (const candidate of candidates) {
    const key = `${candidate.region} ${candidate.account}`;
    merged.set(key, { ...candidate, ...merged.get(key) });
  }
  return [...merged.values()].sort((a, b) => REGIONS.indexOf(a.region) - REGIONS.indexOf(b.region));
}

/** Whether a failure may be gone in a minute: no answer, throttled, server trouble. */
function isPassing({ status }: { status: number }): boolean {
  return status === 0 || status === 429 || status >= 500;
}

function explainNothing(failures: readonly HostFailure[]): PostbackError {
  const passing = failures.filter(isPassing);
  if (passing.length > 0) {
    const said = passing.map(({ message }) => message).join(' ');
    return new NetworkError(
      'discovery_failed',
      `Some Amazon hosts could not list your accounts. ${said}`,
      {
        hint: 'Nothing was stored. Try again in a minute.',
        next: 'postback connect amazon',
      },
    );
  }
  if (failures.length === REGIONS.length) {
    const statuses = [...new Set(failures.map(({ status }) => status))].join(', ');
    const message =
      'Login with Amazon succeeded, but the Amazon Ads API refuses this client id in every ' +
      `region (HTTP ${statuses}).`;
    return new AuthError('client_not_approved', message, {
      hint:
        'The client id must be approved for the Amazon Ads API: apply at ' +
        'advertising.amazon.com/API, assign API access to the security profile, then connect ' +
        'again. Nothing was stored.',
      next: 'postback connect amazon',
    });
  }
  return new AuthError(
    'no_account_found',
    'Login with Amazon succeeded, but this user has no Amazon DSP advertiser in North America, ' +
      'Europe or the Far East.',
    {
      hint:
        'Sign in as a user who was invited to the advertiser (Amazon Ads console > Access and ' +
        'settings > User management). Sponsored ads accounts cannot receive conversions. For an ' +
        'advertiser that is not listed, use --account and --region. Nothing was stored.',
      next: 'postback connect amazon',
    },
  );
}
