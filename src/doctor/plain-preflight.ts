import { AuthError, NetworkError } from '../errors.js';
import type { Connector } from '../networks/connector.js';
import type { CheckResult, Preflight } from '../networks/preflight.js';
import { describeRefusedProbe } from '../networks/probe.js';

/** Preflight of a network without its own: the check of `connect` before it stores a grant. */
export function makePlainPreflight({
  checkGrant,
}: Connector): Preflight & Required<Pick<Preflight, 'checkLive'>> {
  return {
    origins: () => [],
    async checkLive({ http, connection, accessToken, nowMs, signal }) {
      if (!checkGrant) return [];
      const { account, accountName, clientId, region, loginAccount } = connection;
      const optional = {
        ...(region === undefined ? {} : { region }),
        ...(loginAccount === undefined ? {} : { loginAccount }),
      };
      const call = {
        http,
        accessToken,
        wanted: { account, ...optional },
        nowMs,
        ...(clientId === undefined ? {} : { clientId }),
        ...(signal ? { signal } : {}),
      };
      try {
        const { about, warnings = [] } = await checkGrant(call, {
          account,
          name: accountName ?? account,
          ...optional,
        });
        const name = about?.accountName === undefined ? '' : ` (${about.accountName})`;
        return [
          { id: 'account', result: 'pass', message: `The grant may send to ${account}${name}.` },
          ...warnings.map((message): CheckResult => ({ id: 'account', result: 'warn', message })),
        ];
      } catch (error) {
        if (error instanceof AuthError || error instanceof NetworkError)
          return [explainRefusal(error, connection.network)];
        const fault = describeRefusedProbe(error);
        if (fault) return [fault];
        throw error;
      }
    },
  };
}

/** Explains a network's refusal of the token or account. */
function explainRefusal(error: AuthError | NetworkError, network: string): CheckResult {
  const isNetwork = error.kind === 'network';
  return {
    id: 'account',
    result: 'fail',
    message: error.message,
    why: (error.hint ?? 'Nothing can be sent with it. Postbacks stay pending.').replace(
      / ?Nothing was stored\./,
      '',
    ),
    next: isNetwork ? 'postback doctor' : (error.next ?? `postback connect ${network}`),
    kind: isNetwork ? 'network' : 'auth',
  };
}
