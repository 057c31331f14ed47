import { defaultSettings, type Settings } from '../../src/config/settings.js';
import type { Route } from '../../src/delivery/plan.js';
import type { ConversionGoal } from '../../src/goals/goal.js';
import { compileGoals } from '../../src/goals/match.js';
import type { NetworkName } from '../../src/networks/names.js';
import type { Connection, AnyNetwork } from '../../src/networks/network.js';
import { NETWORKS } from '../../src/networks/registry.js';
import { openDryRunPeople } from '../../src/log/sqlite/people/known-people.js';
import { makeAmazonConnection } from './amazon.js';
import type { TestPlanContext } from './planning.js';
import type { KnownPeople } from '../../src/log/known-people.js';

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

export interface PlanContextOptions {
  goals?: readonly ConversionGoal[];
  settings?: Partial<Settings>;
  /** Changes to the connection to Amazon; `off` disables it, `none` takes it away. */
  amazon?: Partial<Connection> | 'off' | 'none';
  /** Connections to other networks. */
  others?: readonly Connection[];
  only?: readonly NetworkName[];
  postbackState?: TestPlanContext['postbackState'];
  memory?: Partial<KnownPeople>;
}

/**
 * What a plan depends on, without files: connected to Amazon, nothing in the log, nobody
 * remembered.
 */
export function makePlanContext({
  goals = [PURCHASE],
  amazon = {},
  others = [],
  only = [],
  postbackState,
  memory,
  ...parts
}: PlanContextOptions = {}): TestPlanContext {
  const settings: Settings = { ...defaultSettings(), ...parts.settings };
  const routes = new Map<NetworkName, Route>();
  for (const network of NETWORKS) {
    const connection = [...listAmazon(amazon), ...others].find(
      (one) => one.network === network.name,
    );
    const channel = connection ? { channel: network.open(connection, settings) } : {};
    routes.set(network.name, {
      network,
      ...channel,
      enabled: connection !== undefined && !isOff(network, amazon),
    });
  }
  return {
    workspace: 'default',
    settings,
    goals: compileGoals(goals),
    takesTestEvents: goals.some(({ testMap }) => Object.keys(testMap).length > 0),
    routes,
    onlyNetworks: new Set(only),
    postbackState: postbackState ?? (() => 'new'),
    people: { ...openDryRunPeople(undefined), ...memory },
  };
}

function listAmazon(amazon: PlanContextOptions['amazon']): Connection[] {
  return amazon === 'none' ? [] : [makeAmazonConnection(typeof amazon === 'object' ? amazon : {})];
}

function isOff({ name }: AnyNetwork, amazon: PlanContextOptions['amazon']): boolean {
  return name === 'amazon' && amazon === 'off';
}
