import { CredentialStore } from '../src/accounts/credential-store.js';
import { isNamedIn, readVariable } from '../src/accounts/environment.js';
import type { RunConfig } from '../src/config/run-config.js';
import { UsageError } from '../src/errors.js';
import type { ConversionGoal, Mapping } from '../src/goals/goal.js';
import { findGoal } from '../src/goals/goal-list.js';
import { formatMapping, listMappings, setMapping, type MappingCheck, type MappingRow } from '../src/goals/mapping.js';
import { createMappingCheck, readNetworkName } from '../src/networks/mapping-check.js';
import { NETWORK_NAMES, type NetworkName } from '../src/networks/names.js';
import { findNetwork } from '../src/networks/registry.js';
import { argument, defineArgs, defineFlags, text, toggle } from './_face/flags.js';
import { GoalsCommand } from './_face/goals-command.js';
import { askForMapping } from './_face/mapping-prompts.js';
import { printMappings } from './_face/mappings-view.js';

export default class Map extends GoalsCommand<typeof Map> {
  static override summary = 'what a goal is called at a network';
  static override description =
    'Without arguments: goals against networks, and on a terminal the goals that are not mapped yet are asked for. ' +
    'Amazon takes the id of a conversion definition, or --name, --type and --source for its Events API; Google the id of a ' +
    'conversion action, X the id of an event tag. Meta, TikTok and Reddit have names of their own, which a value overrides.';
  static override examples = [
    '<%= config.bin %> map',
    '<%= config.bin %> map first-purchase amazon 1234567890',
    '<%= config.bin %> map first-purchase amazon 9876543210 --test',
    "<%= config.bin %> map first-purchase amazon --name 'First Purchase' --type OFF_AMAZON_PURCHASES --source WEBSITE",
  ];
  static override args = defineArgs({
    goal: argument({ description: 'id of the goal' }),
    network: argument({ description: 'amazon, meta, tiktok, google, reddit or x' }),
    value: argument({ description: "the network's id or name for it" }),
  });
  static override flags = defineFlags({
    test: toggle({ summary: 'map where test events go' }),
    name: text({ summary: "Amazon's Events API: name of the conversion", helpValue: 'NAME' }),
    type: text({ summary: "Amazon's Events API: conversion type, such as OFF_AMAZON_PURCHASES", helpValue: 'TYPE' }),
    source: text({ summary: "Amazon's Events API: event source, such as WEBSITE", helpValue: 'SOURCE' }),
    dataset: text({ summary: "Amazon's Events API: data set name", helpValue: 'NAME' }),
  });

  protected async execute(): Promise<void> {
    const config = this.loadConfig();
    const check = createMappingCheck({ amazon: this.findAmazonApi(config.workspace.value) });
    const { goal, network } = this.args;
    if (goal === undefined || network === undefined) return this.showTable(config, check, goal);
    const target = { goal, network: readNetworkName(network), kind: this.flags.test ? 'testMap' : 'map' } as const;
    const mapping = this.readMapping() ?? (await this.ask(goal, target.network, check, false)) ?? '';
    const goals = await this.changeGoals(config, (stored) => setMapping(stored, target, mapping, check));
    const [row] = listRows([findGoal(goals, goal)], check).filter((candidate) => candidate.network === target.network);
    const what = target.kind === 'map' ? goal : `${goal} (test events)`;
    await this.present(row!, () =>
      this.io.remark(`${what} is ${formatMapping(mapping)} at ${target.network} from now on.`),
    );
  }

  /** Which of Amazon's contracts counts; nothing where Amazon is not connected yet. */
  private findAmazonApi(workspace: string): string | undefined {
    const { variables, directories } = this.environment;
    const stored = new CredentialStore(directories.config).find(workspace, 'amazon');
    return readVariable(variables, 'amazon', 'API')?.toLowerCase() ?? stored?.connection.api;
  }

  /** The networks that are connected, or that the environment begins to describe. */
  private findConnected(workspace: string): NetworkName[] {
    const { variables, directories } = this.environment;
    const store = new CredentialStore(directories.config);
    return NETWORK_NAMES.filter((name) => store.find(workspace, name) ?? isNamedIn(variables, name));
  }

  private async showTable(config: RunConfig, check: MappingCheck, goal: string | undefined): Promise<void> {
    if (this.flags.test || this.readMapping() !== undefined) {
      throw new UsageError('missing_argument', 'A mapping needs a goal and a network.', {
        next: 'postback map GOAL NETWORK VALUE',
      });
    }
    const goals = goal === undefined ? config.goals : [findGoal(config.goals, goal)];
    const rows = listRows(goals, check, this.findConnected(config.workspace.value));
    await this.present(rows, () => printMappings(this.io, rows));
    if (this.io.isInteractive && !this.io.json && config.goalsFrom === 'user config') {
      await this.mapTheUnmapped(config, check, rows);
    }
  }

  private async mapTheUnmapped(config: RunConfig, check: MappingCheck, rows: readonly MappingRow[]): Promise<void> {
    for (const { goal, network, value, valid } of rows) {
      if (valid || value !== null) continue;
      const answer = await this.ask(goal, network, check, true);
      if (answer === undefined) continue;
      const target = { goal, network, kind: 'map' } as const;
      await this.changeGoals(config, (stored) => setMapping(stored, target, answer, check));
    }
  }

  private readMapping(): Mapping | undefined {
    const { name, type, source, dataset } = this.flags;
    const isDescribed = [name, type, source, dataset].some((part) => part !== undefined);
    const { value } = this.args;
    if (!isDescribed) return value?.trim();
    if (value !== undefined) {
      throw new UsageError('conflicting_mapping', 'Both a value and --name, --type, --source were given.', {
        hint: "Give the value for CAPI v1, or the flags for Amazon's Events API.",
      });
    }
    if (name === undefined || type === undefined || source === undefined) {
      throw new UsageError('missing_flag', 'An event description needs --name, --type and --source.');
    }
    return { name, type, source, ...(dataset === undefined ? {} : { dataset }) };
  }

  private ask(
    goal: string,
    network: NetworkName,
    check: MappingCheck,
    mayBeEmpty: boolean,
  ): Promise<Mapping | undefined> {
    // Where a number is refused for what it is, conversions are described.
    const isDescribed = network === 'amazon' && check(network, '1') !== undefined;
    return askForMapping(this.prompting, { goal, network, check, isDescribed, mayBeEmpty });
  }
}

/** The networks given (where there are none, all that this version sends to), and those that something is mapped at. */
function listRows(
  goals: readonly ConversionGoal[],
  check: MappingCheck,
  connected: readonly NetworkName[] = [],
): MappingRow[] {
  const isMapped = (name: NetworkName): boolean => goals.some(({ map, testMap }) => name in map || name in testMap);
  const isListed = (name: NetworkName): boolean =>
    connected.length === 0 ? findNetwork(name) !== undefined : connected.includes(name);
  const networks = NETWORK_NAMES.filter((name) => isListed(name) || isMapped(name));
  return listMappings(goals, networks, (name, { event }) => findNetwork(name)?.defaultMapping?.(event), check);
}
