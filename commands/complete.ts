import { listEndpointNetworks } from '../src/accounts/endpoint-networks.js';
import { listWorkspaces } from '../src/config/known-workspaces.js';
import { loadRunConfig, type RunConfig } from '../src/config/run-config.js';
import { SETTING_RULES } from '../src/config/settings.js';
import { UserConfig } from '../src/config/user-config.js';
import { NETWORKS } from '../src/networks/registry.js';
import { BaseCommand } from '../src/cli/base-command.js';
import {
  completeWords,
  type Candidate,
  type CompletableCommand,
  type NameSource,
} from '../src/cli/completion/complete.js';
import { listHelpPages } from '../src/cli/help-pages.js';
import { HELP_TOPICS } from '../src/cli/help-topics.js';
import { REASON_WORDS } from '../src/cli/reasons.js';
import { cleanCell } from '../src/cli/text.js';

/** Prints completions of the last word; the scripts of `autocomplete` run it at every Tab. */
export default class Complete extends BaseCommand<typeof Complete> {
  static override hidden = true;
  static override strict = false;
  static override summary = 'print completions for the last word; used by shell completion';
  static override examples = ['<%= config.bin %> complete -- goals ed'];

  protected async execute(): Promise<void> {
    const words = this.argv
      .slice(this.argv.indexOf('--') + 1)
      .map((word) => (word === '""' ? '' : word));
    // eslint-disable-next-line no-restricted-syntax -- oclif types a command more loosely than its manifest is
    const commands = this.config.commands as unknown as CompletableCommand[];
    const candidates = completeWords(words, commands, this.#names(words));
    await this.present(candidates, async () => {
      const lines = candidates.map(({ value, about }) =>
        about === undefined
          ? value
          : `${value}\t${cleanCell(about.replaceAll('<%= config.bin %>', this.config.bin))}`,
      );
      if (lines.length > 0) await this.io.print(lines.join('\n'));
    });
  }

  #names(words: readonly string[]): NameSource {
    const { directories } = this.environment;
    return {
      goals: () => orNothing(() => this.#listGoals(words)),
      networks: () => [
        ...NETWORKS.map(({ name, title }) => ({ value: name, about: title })),
        ...orNothing(() => this.#listEndpoints(words)),
      ],
      workspaces: () =>
        orNothing(() =>
          listWorkspaces(directories, new UserConfig(directories.config)).map((value) => ({
            value,
          })),
        ),
      settings: () => Object.entries(SETTING_RULES).map(([value, { about }]) => ({ value, about })),
      settingValues: listSettingValues,
      reasons: () => Object.entries(REASON_WORDS).map(([value, about]) => ({ value, about })),
      topics: () => this.#listTopics(),
    };
  }

  #listTopics(): Candidate[] {
    const topics = Object.entries(HELP_TOPICS).map(([value, { summary }]) => ({
      value,
      about: summary,
    }));
    const commands = this.config.commandIDs.map((id) => id.split(':')[0]!);
    const taken = new Set([...commands, ...topics.map(({ value }) => value)]);
    const pages = listHelpPages(this.config.root, taken);
    return [...topics, ...pages.map(({ name, title }) => ({ value: name, about: title }))];
  }

  #listGoals(words: readonly string[]): Candidate[] {
    const { goals } = this.#loadConfig(words);
    return goals.map(({ id, name }) => ({ value: id, about: name }));
  }

  #listEndpoints(words: readonly string[]): Candidate[] {
    const { workspace, project } = this.#loadConfig(words);
    const { config } = this.environment.directories;
    const networks = listEndpointNetworks(workspace.value, config, project);
    return networks.map(({ name, title }) => ({ value: name, about: title }));
  }

  #loadConfig(words: readonly string[]): RunConfig {
    const at = words.indexOf('--workspace');
    const workspace = at === -1 ? this.flags.workspace : words[at + 1];
    return loadRunConfig({ flags: { ...this.flags, workspace }, ...this.environment });
  }
}

function listSettingValues(name: string): Candidate[] {
  const rule = Object.entries(SETTING_RULES).find(([setting]) => setting === name)?.[1].rule;
  return rule?.kind === 'choice' ? rule.values.map((value) => ({ value })) : [];
}

/** At a Tab nothing is the best that can be said of a file that is broken or not there. */
function orNothing<T>(list: () => T[]): T[] {
  try {
    return list();
  } catch {
    return [];
  }
}
