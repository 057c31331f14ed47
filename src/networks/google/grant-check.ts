import { AuthError, NetworkError, type PostbackError } from '../../errors.js';
import { ConnectionFault, type HttpAnswer } from '../../http/http.js';
import type { AccountCandidate, CheckedAccount, ConnectCall } from '../connector.js';
import { refuseProbe } from '../probe.js';
import { readGoogleError, type GoogleError } from './error-answer.js';
import { describeOurFault, openProbeChannel, probeAction } from './probe.js';

/**
 * No conversion action has this id: what Google says of it shows that the account itself was let
 * through.
 */
const NO_ACTION = '1';
const NEXT = 'postback connect google';

/**
 * Whether the token may send to the customer: an event that nobody made is checked (`validateOnly`)
 * and thrown away. The account is checked before the conversion action, so a complaint about the
 * action says that all before it is right.
 * @throws AuthError when the token or the customer is refused; NetworkError when Google cannot be
 *   asked; InternalError when Google refuses the event itself, which is a fault of ours.
 */
export async function checkCustomer(
  { http, accessToken, nowMs, signal }: ConnectCall,
  { account, loginAccount }: AccountCandidate,
): Promise<CheckedAccount> {
  const channel = openProbeChannel({
    network: 'google',
    account,
    ...(loginAccount === undefined ? {} : { loginAccount }),
    source: 'store',
  });
  const request = channel.request([probeAction(NO_ACTION, nowMs)], accessToken);
  try {
    const answer = await http.send(request, signal ? { signal } : {});
    const refusal = explainRefusal(answer, channel.account);
    if (refusal) throw refusal;
    return {};
  } catch (error) {
    if (!(error instanceof ConnectionFault)) throw error;
    throw new NetworkError('network_unreachable', `Google cannot be reached. ${error.message}`, {
      hint:
        'Nothing was stored. Check your internet connection (HTTPS_PROXY is respected) and try ' +
        'again.',
      next: NEXT,
      cause: error,
    });
  }
}

/** Undefined where account and token are let through. */
function explainRefusal(answer: HttpAnswer, customer: string): PostbackError | undefined {
  const { status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const error = readGoogleError(answer);
  const account = error.violations.find(({ words }) =>
    /(?:operating|login)_?account/i.test(words.field),
  );
  const ours = account ? undefined : describeOurFault(error);
  if (status === 400 && ours !== undefined) return refuseProbe('Google', ours);
  if (status === 400 && !account) return undefined;
  const said = account?.message ?? error.message ?? error.reason ?? `HTTP ${status}`;
  if (status === 429 || status >= 500 || status < 400) {
    return new NetworkError(
      'network_failed',
      `Google could not check the customer (HTTP ${status}): ${said}`,
      {
        hint: 'Nothing was stored. Try again in a minute.',
        next: NEXT,
      },
    );
  }
  const { code, hint } = chooseHint(status, error, customer);
  return new AuthError(
    code,
    `Google refused access to customer ${customer} (HTTP ${status}): ${said}`,
    {
      hint: `${hint} Nothing was stored.`,
      next: NEXT,
    },
  );
}

function chooseHint(
  status: number,
  { reason }: GoogleError,
  customer: string,
): { code: string; hint: string } {
  if (status === 401) {
    return {
      code: 'token_refused',
      hint: 'Google does not accept this access token. Connect again.',
    };
  }
  if (reason === 'SERVICE_DISABLED') {
    const where = 'Google Cloud console > APIs & Services > Library > Data Manager API > Enable';
    return {
      code: 'api_disabled',
      hint: `Enable the Data Manager API in the project of your OAuth client (${where}).`,
    };
  }
  if (reason === 'ACCESS_TOKEN_SCOPE_INSUFFICIENT') {
    const scope = 'https://www.googleapis.com/auth/datamanager';
    return {
      code: 'scope_missing',
      hint: `The token lacks the scope ${scope}. Connect again and allow it.`,
    };
  }
  return {
    code: 'account_refused',
    hint:
      `Sign in as a user with standard or admin access to ${customer}, or specify the manager ` +
      'account through which the user has access (--login-customer).',
  };
}
