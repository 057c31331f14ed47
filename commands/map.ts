import { CredentialStore } from '../src/accounts/credential-store.js';
import { isNamedIn, readVariable } from '../src/accounts/environment.js';
import { listEndpointNetworks } from '../src/accounts/endpoint-networks.js';
import type { Project } from '../src/config/project-file.js';
import type { RunConfig } from '../src/config/run-config.js';
import { systemClock } from '../src/clock.js';
import { ConfigError, UsageError } from '../src/errors.js';
import type { ConversionGoal, Mapping } from '../src/goals/goal.js';
import { findGoal } from '../src/goals/goal-list.js';
import {
  formatMapping,
  listMappings,
  setMapping,
  type MappingCheck,
  type MappingRow,
} from '../src/goals/mapping.js';
import { findNearMatches } from '../src/near-match.js';
import type { DefinitionList, ListedDefinition } from '../src/networks/definitions.js';
import { createMappingCheck, readNetworkName } from '../src/networks/mapping-check.js';
import {
  isEndpointName,
  NETWORK_NAMES,
  type NetworkName,
  type PerNetwork,
} from '../src/networks/names.js';
import type { AnyNetwork } from '../src/networks/network.js';
import { findNetwork } from '../src/networks/registry.js';
import { systemRandom } from '../src/random.js';
import { argument, defineArgs, defineFlags, text, toggle } from '../src/cli/flags.js';
import { GoalsCommand } from '../src/cli/goals-command.js';
import { askForMapping } from '../src/cli/mapping-prompts.js';
import { printMappings } from '../src/cli/mappings-view.js';
import { describeMappings, NETWORK_CHOICES } from '../src/cli/network-words.js';

/**
 * Longest wait for the list of definitions, in milliseconds; a mapping can be stored without it.
 */
const LIST_TIMEOUT_MS = 15_000;
/** Definitions that an error names. */
const NAMED_DEFINITIONS = 10;

type Listed = DefinitionList & { account: string };
type MapTarget = { goal: string; network: NetworkName };

export default class Map extends GoalsCommand<typeof Map> {
  static override summary = 'map a goal to its id or name at a network';
  static override description =
    'Without arguments, shows a table of mappings and, on a terminal, asks for the missing ' +
    `ones. ${describeMappings()}`;
  static override examples = [
    '<%= config.bin %> map',
    '<%= config.bin %> map first-purchase amazon 1234567890',
    '<%= config.bin %> map first-purchase amazon 9876543210 --test',
    "<%= config.bin %> map first-purchase amazon --name 'First Purchase' --type " +
      'OFF_AMAZON_PURCHASES --source WEBSITE',
  ];
  static override args = defineArgs({
    goal: argument({ description: 'id of the goal' }),
    network: argument({ description: NETWORK_CHOICES }),
    value: argument({ description: "the network's id or name for it" }),
  });
  static override flags = defineFlags({
    test: toggle({ summary: 'set the mapping for test events' }),
    name: text({ summary: "Amazon's Events API: name of the conversion", helpValue: 'NAME' }),
    type: text({
      summary: "Amazon's Events API: conversion type, such as OFF_AMAZON_PURCHASES",
      helpValue: 'TYPE',
    }),
    source: text({
      summary: "Amazon's Events API: event source, such as WEBSITE",
      helpValue: 'SOURCE',
    }),
    shared: toggle({ summary: 'allow a definition that another goal is mapped to' }),
    unchecked: toggle({ summary: 'accept an id that the network does not list' }),
    dataset: text({ summary: "Amazon's Events API: data set name", helpValue: 'NAME' }),
  });

  #endpoints: AnyNetwork[] | undefined;
  #project: Project | undefined;
  readonly #listed: PerNetwork<Promise<Listed | undefined>> = {};

  protected async execute(): Promise<void> {
    const config = this.loadConfig();
    this.#project = config.project;
    const endpoints = this.findEndpoints(config.workspace.value);
    const check = createMappingCheck({ amazon: this.findAmazonApi(config.workspace.value) });
    const { goal, network } = this.args;
    if (goal === undefined || network === undefined) return this.showTable(config, check, goal);
    const kind = this.flags.test ? 'testMap' : 'map';
    const target = {
      goal,
      network: readNetworkName(network),
      kind,
      isShared: this.flags.shared,
    } as const;
    const mapping =
      this.readMapping() ?? (await this.ask(goal, target.network, check, false)) ?? '';
    // Checks the form and conflicts with other goals before it asks the network.
    const isInEffect =
      config.goalsFrom === 'user config' || config.goals.some(({ id }) => id === goal);
    if (this.isProjectChanged(config) && isInEffect)
      setMapping(config.goals, target, mapping, check);
    await this.checkListed(target, mapping);
    const goals = await this.changeMappings(config, (stored) =>
      setMapping(stored, target, mapping, check),
    );
    const [row] = listRows([findGoal(goals, goal)], check, endpoints).filter(
      (candidate) => candidate.network === target.network,
    );
    const what = target.kind === 'map' ? goal : `${goal} (test events)`;
    await this.present(row!, () =>
      this.io.info(`Mapped ${what} to ${formatMapping(mapping)} at ${target.network}.`),
    );
  }

  /**
   * Compares an id with what the connected account lists.
   * @throws ConfigError for an id that is not there; one that cannot be checked now is taken, with
   *   a remark
   */
  private async checkListed({ goal, network }: MapTarget, mapping: Mapping): Promise<void> {
    if (this.flags.unchecked || typeof mapping !== 'string') return;
    const list = await this.listDefinitions(network);
    if (!list) return;
    if ('unavailable' in list) {
      await this.io.info(
        `${mapping} could not be checked (${list.unavailable}). Check it later: postback doctor`,
      );
      return;
    }
    const found = list.definitions.find(({ id }) => id === mapping);
    if (!found)
      throw refuseUnlisted(mapping, {
        goal,
        network,
        flag: this.flags.test ? ' --test' : '',
        ...list,
      });
    const name = found.problem === undefined ? found.name : `${found.name}: ${found.problem}`;
    await this.io.info(`${found.problem === undefined ? '' : 'Warning: '}${mapping} is ${name}`);
  }

  /** The definitions of the connected account; undefined where nothing can be listed. */
  private async listDefinitions(network: NetworkName): Promise<Listed | undefined> {
    this.#listed[network] ??= this.readDefinitions(network);
    return this.#listed[network];
  }

  private async readDefinitions(network: NetworkName): Promise<Listed | undefined> {
    if (!findNetwork(network)?.loadDefinitions) return undefined;
    const { openWorkspace } = await import('../src/workspace.js');
    const { findDefinitions } = await import('../src/status/definitions.js');
    const { version } = this.config;
    const parts = { version, clock: systemClock, random: systemRandom };
    const workspace = await openWorkspace({ ...this.environment, ...parts, flags: this.flags });
    try {
      const signal = AbortSignal.any([this.signal, AbortSignal.timeout(LIST_TIMEOUT_MS)]);
      return await findDefinitions(workspace, network, signal);
    } finally {
      await workspace.close();
    }
  }

  /** Which of Amazon's contracts counts; nothing where Amazon is not connected yet. */
  private findAmazonApi(workspace: string): string | undefined {
    const { variables, directories } = this.environment;
    const stored = new CredentialStore(directories.config).find(workspace, 'amazon');
    return readVariable(variables, 'amazon', 'API')?.toLowerCase() ?? stored?.connection.api;
  }

  /** The networks that are connected, or that the environment begins to describe. */
  private findConnected(workspace: string): NetworkName[] {
    const endpoints = this.findEndpoints(workspace).map(({ name }) => name);
    if (this.flags.sandbox) return [...NETWORK_NAMES, ...endpoints];
    const { variables, directories } = this.environment;
    const store = new CredentialStore(directories.config);
    const builtIn = NETWORK_NAMES.filter(
      (name) => store.find(workspace, name) ?? isNamedIn(variables, name),
    );
    return [...builtIn, ...endpoints];
  }

  /** The endpoints of the workspace, with what their templates say. */
  private findEndpoints(workspace: string): AnyNetwork[] {
    this.#endpoints ??= listEndpointNetworks(
      workspace,
      this.environment.directories.config,
      this.#project,
    );
    return this.#endpoints;
  }

  private async showTable(
    config: RunConfig,
    check: MappingCheck,
    goal: string | undefined,
  ): Promise<void> {
    if (this.flags.test || this.readMapping() !== undefined) {
      throw new UsageError('missing_argument', 'A mapping needs a goal and a network.', {
        next: 'postback map GOAL NETWORK VALUE',
      });
    }
    const known = await this.listGoals(config);
    const goals = goal === undefined ? known : [findGoal(known, goal)];
    const { value: workspace } = config.workspace;
    const endpoints = this.findEndpoints(workspace);
    const rows = listRows(goals, check, endpoints, this.findConnected(workspace));
    await this.present(rows, () => printMappings(this.io, rows));
    if (
      this.io.isInteractive &&
      this.io.isTerminal &&
      !this.io.json &&
      this.isProjectChanged(config)
    ) {
      await this.mapTheUnmapped(config, check, rows);
    }
  }

  private async mapTheUnmapped(
    config: RunConfig,
    check: MappingCheck,
    rows: readonly MappingRow[],
  ): Promise<void> {
    let count = 0;
    for (const { goal, network, value, valid } of rows) {
      if (valid || value !== null) continue;
      const answer = await this.ask(goal, network, check, true);
      if (answer === undefined) continue;
      const target = { goal, network, kind: 'map' } as const;
      await this.changeMappings(config, (stored) => setMapping(stored, target, answer, check));
      count++;
    }
    if (count > 0)
      await this.io.info(
        `Mapped ${count} ${count === 1 ? 'goal' : 'goals'}. Next: postback doctor`,
      );
  }

  private readMapping(): Mapping | undefined {
    const { name, type, source, dataset } = this.flags;
    const isDescribed = [name, type, source, dataset].some((part) => part !== undefined);
    const { value } = this.args;
    if (!isDescribed) return value?.trim();
    if (value !== undefined) {
      throw new UsageError(
        'conflicting_mapping',
        'A value cannot be combined with --name, --type and --source.',
        {
          hint: "Use a value for CAPI v1, or the flags for Amazon's Events API.",
        },
      );
    }
    if (name === undefined || type === undefined || source === undefined) {
      throw new UsageError(
        'missing_flag',
        'An event description needs --name, --type and --source.',
      );
    }
    return { name, type, source, ...(dataset === undefined ? {} : { dataset }) };
  }

  private async ask(
    goal: string,
    network: NetworkName,
    check: MappingCheck,
    mayBeEmpty: boolean,
  ): Promise<Mapping | undefined> {
    // Where a number is refused for what it is, conversions are described.
    const isDescribed = network === 'amazon' && check(network, '1') !== undefined;
    const list =
      isDescribed || !this.io.isInteractive ? undefined : await this.listDefinitions(network);
    const definitions = list && 'definitions' in list ? list.definitions : [];
    return askForMapping(this.prompting, {
      goal,
      network,
      check,
      isDescribed,
      mayBeEmpty,
      definitions,
    });
  }
}

/** The error for an id that the account does not have, with those that it has. */
function refuseUnlisted(
  mapping: string,
  {
    goal,
    network,
    flag,
    account,
    definitions,
  }: MapTarget & { flag: string; account: string; definitions: readonly ListedDefinition[] },
): ConfigError {
  const near = findNearMatches(
    mapping,
    definitions.map(({ id }) => id),
  );
  const named = near.length > 0 ? definitions.filter(({ id }) => near.includes(id)) : definitions;
  const words = named.slice(0, NAMED_DEFINITIONS).map(({ id, name }) => `${id} (${name})`);
  const message = `Account ${account} at ${network} has no definition ${mapping}.`;
  const list =
    near.length > 0
      ? `Did you mean ${words.join(' or ')}?`
      : `It has: ${words.join(', ') || 'none'}.`;
  return new ConfigError('unknown_definition', message, {
    hint: `${list} --unchecked accepts the id anyway.`,
    next: `postback map ${goal} ${network} ${near[0] ?? 'VALUE'}${flag}`,
  });
}

/**
 * The networks given (where there are none, all that this version sends to), and those that
 * something is mapped at.
 */
function listRows(
  goals: readonly ConversionGoal[],
  check: MappingCheck,
  endpoints: readonly AnyNetwork[],
  connected: readonly NetworkName[] = [],
): MappingRow[] {
  const mapped = new Set(
    goals.flatMap(({ map, testMap }) => [...Object.keys(map), ...Object.keys(testMap)]),
  );
  const isMapped = (name: NetworkName): boolean => mapped.has(name);
  const templates = new globalThis.Map(endpoints.map((network) => [network.name, network]));
  const known = new Set([
    ...NETWORK_NAMES,
    ...templates.keys(),
    ...[...mapped].filter(isEndpointName),
  ]);
  const isListed = (name: NetworkName): boolean =>
    connected.length === 0 ? findNetwork(name) !== undefined : connected.includes(name);
  const networks = [...known].filter((name) => isListed(name) || isMapped(name));
  return listMappings(
    goals,
    networks,
    (name, { event, id }) =>
      (templates.get(name) ?? findNetwork(name))?.defaultMapping?.(event, id),
    check,
  );
}
