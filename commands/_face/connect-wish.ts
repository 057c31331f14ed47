import { UsageError } from '../../src/errors.js';
import { readNetworkName } from '../../src/networks/mapping-check.js';
import type { AccountWish, Connector } from '../../src/networks/connector.js';
import type { Network } from '../../src/networks/network.js';
import { findNetwork, NETWORKS } from '../../src/networks/registry.js';
import { select, type PromptContext } from './prompts.js';

/** The flags of `connect` that not every network has. */
export interface ConnectFlags {
  region?: string | undefined;
  account?: string | undefined;
  pixel?: string | undefined;
  customer?: string | undefined;
  'login-customer'?: string | undefined;
  api?: string | undefined;
  'test-code'?: string | undefined;
  audiences?: boolean;
}

/** The network to connect: the argument, or a choice on a terminal. @throws UsageError off it, without one. */
export async function chooseNetwork(context: PromptContext, name: string | undefined): Promise<Network> {
  const chosen =
    name === undefined
      ? await select(context, {
          message: 'Which network?',
          flagName: 'its name: postback connect NETWORK',
          choices: NETWORKS.map(({ name: value, title }) => ({ name: title, value })),
        })
      : readNetworkName(name);
  const network = findNetwork(chosen);
  if (network) return network;
  const known = NETWORKS.map((one) => one.name).join(', ');
  throw new UsageError('network_unavailable', `This version of postback connects ${known} only, not ${chosen} yet.`, {
    next: `postback connect ${NETWORKS[0]!.name}`,
  });
}

/** Refuses flags that mean nothing at this network. @throws UsageError naming the flag */
export function checkConnectFlags({ name }: Network, connector: Connector, flags: ConnectFlags): void {
  const { apis, regions, accountFlag, hasAudiences, hasTestCode } = connector;
  const wrong = [
    flags.region !== undefined && !regions && '--region',
    flags.api !== undefined && !apis && '--api',
    flags.audiences && !hasAudiences && '--audiences',
    flags['login-customer'] !== undefined && accountFlag !== '--customer' && '--login-customer',
    flags['test-code'] !== undefined && !hasTestCode && '--test-code',
  ].find((flag) => typeof flag === 'string');
  if (wrong !== undefined) throw new UsageError('flag_not_for_network', `${wrong} means nothing for ${name}.`);
}

/** What the flags say of the account. @throws UsageError when they name several */
export function readAccountWish(flags: ConnectFlags): AccountWish {
  const { region, account, pixel, customer, 'login-customer': loginAccount } = flags;
  const named = [account, pixel, customer].flatMap((id) => (id === undefined ? [] : [id.trim()]));
  if (new Set(named).size > 1) {
    throw new UsageError('conflicting_flags', '--account, --pixel and --customer name different accounts.');
  }
  const [one] = named;
  return {
    ...(region ? { region } : {}),
    ...(one ? { account: one } : {}),
    ...(loginAccount ? { loginAccount: loginAccount.replace(/\D/g, '') } : {}),
  };
}
