import { defaultSettings, type Settings } from '../../src/config/settings.js';
import { openRehearsalMemory, type Memory } from '../../src/delivery/memory.js';
import type { Route, World } from '../../src/delivery/plan.js';
import type { ConversionGoal } from '../../src/goals/goal.js';
import { compileGoals } from '../../src/goals/match.js';
import type { NetworkName } from '../../src/networks/names.js';
import type { Connection, Network } from '../../src/networks/network.js';
import { NETWORKS } from '../../src/networks/registry.js';
import { makeAmazonConnection } from './amazon.js';

/** A goal that counts every purchase, mapped at Amazon. */
export const PURCHASE: ConversionGoal = {
  id: 'purchase',
  name: 'Purchase',
  event: 'purchase',
  trigger: 'repeatable',
  filters: [],
  enabled: true,
  map: { amazon: '1234567891' },
  testMap: {},
};

export interface WorldParts {
  goals?: readonly ConversionGoal[];
  settings?: Partial<Settings>;
  /** Changes to the connection to Amazon; `off` disables it, `none` takes it away. */
  amazon?: Partial<Connection> | 'off' | 'none';
  /** Connections to other networks. */
  others?: readonly Connection[];
  only?: readonly NetworkName[];
  standing?: World['standing'];
  memory?: Partial<Memory>;
}

/** What a plan depends on, without files: connected to Amazon, nothing in the log, nobody remembered. */
export function makeWorld({
  goals = [PURCHASE],
  amazon = {},
  others = [],
  only = [],
  standing,
  memory,
  ...parts
}: WorldParts = {}): World {
  const settings: Settings = { ...defaultSettings(), ...parts.settings };
  const routes = new Map<NetworkName, Route>();
  for (const network of NETWORKS) {
    const connection = [...listAmazon(amazon), ...others].find((one) => one.network === network.name);
    const channel = connection ? { channel: network.open(connection, settings) } : {};
    routes.set(network.name, { network, ...channel, enabled: connection !== undefined && !isOff(network, amazon) });
  }
  return {
    workspace: 'default',
    settings,
    goals: compileGoals(goals),
    takesTestEvents: goals.some(({ testMap }) => Object.keys(testMap).length > 0),
    routes,
    onlyNetworks: new Set(only),
    standing: standing ?? (() => 'new'),
    memory: { ...openRehearsalMemory(undefined), ...memory },
  };
}

function listAmazon(amazon: WorldParts['amazon']): Connection[] {
  return amazon === 'none' ? [] : [makeAmazonConnection(typeof amazon === 'object' ? amazon : {})];
}

function isOff({ name }: Network, amazon: WorldParts['amazon']): boolean {
  return name === 'amazon' && amazon === 'off';
}
