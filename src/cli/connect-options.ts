import { UsageError } from '../errors.js';
import { readNetworkName } from '../networks/mapping-check.js';
import type { AccountSelector, Connector } from '../networks/connector.js';
import type { AnyNetwork } from '../networks/network.js';
import { findNetwork, NETWORKS } from '../networks/registry.js';
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

/**
 * The network to connect: the argument, or a choice on a terminal. @throws UsageError off it,
 * without one.
 */
export async function chooseNetwork(
  context: PromptContext,
  name: string | undefined,
): Promise<AnyNetwork> {
  const chosen =
    name === undefined
      ? await select(context, {
          message: 'Which network?',
          flagName:
            'its name, and --token-stdin or its variables (postback help environment): ' +
            'postback connect NETWORK',
          choices: NETWORKS.map(({ name: value, title }) => ({ name: title, value })),
        })
      : readNetworkName(name);
  const network = findNetwork(chosen);
  if (network) return network;
  const known = NETWORKS.map((one) => one.name).join(', ');
  throw new UsageError(
    'network_unavailable',
    `This version of postback does not support ${chosen}. It supports ${known}.`,
    {
      next: `postback connect ${NETWORKS[0]!.name}`,
    },
  );
}

/** Refuses flags that mean nothing at this network. @throws UsageError naming the flag */
export function checkConnectFlags(
  { name }: AnyNetwork,
  connector: Connector,
  flags: ConnectFlags,
): void {
  const { apis, regions, accountFlag, hasAudiences, hasTestCode } = connector;
  const wrong = [
    flags.region !== undefined && !regions && '--region',
    flags.api !== undefined && !apis?.includes(flags.api) && `--api ${flags.api}`,
    flags.audiences && !hasAudiences && '--audiences',
    flags['test-code'] !== undefined && !hasTestCode && '--test-code',
    findForeignAccountFlag(accountFlag, flags),
  ].find((flag) => typeof flag === 'string');
  if (wrong !== undefined)
    throw new UsageError('flag_not_for_network', `${wrong} does not apply to ${name}.`, {
      ...(/^--(?:pixel|customer)$/.test(wrong)
        ? { hint: `At ${name}, ${accountFlag} names the account to send to.` }
        : {}),
    });
}

/** Returns the flag that names an account as other networks do. */
function findForeignAccountFlag(
  accountFlag: Connector['accountFlag'],
  { pixel, customer, 'login-customer': loginCustomer }: ConnectFlags,
): string | undefined {
  if (accountFlag !== '--customer') {
    if (loginCustomer !== undefined) return '--login-customer';
    if (customer !== undefined) return '--customer';
  }
  return accountFlag !== '--pixel' && pixel !== undefined ? '--pixel' : undefined;
}

/** Returns the account that the flags select. @throws UsageError if they select several */
export function readAccountSelector(flags: ConnectFlags): AccountSelector {
  const { region, account, pixel, customer, 'login-customer': loginAccount } = flags;
  const named = [account, pixel, customer].flatMap((id) => (id === undefined ? [] : [id.trim()]));
  if (new Set(named).size > 1) {
    throw new UsageError(
      'conflicting_flags',
      '--account, --pixel and --customer name different accounts.',
    );
  }
  const [one] = named;
  return {
    ...(region ? { region } : {}),
    ...(one ? { account: one } : {}),
    ...(loginAccount ? { loginAccount: loginAccount.replace(/\D/g, '') } : {}),
  };
}
