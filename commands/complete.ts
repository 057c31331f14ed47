import { listWorkspaces } from '../src/config/known-workspaces.js';
import { loadRunConfig } from '../src/config/run-config.js';
import { SETTING_RULES } from '../src/config/settings.js';
import { UserConfig } from '../src/config/user-config.js';
import { NETWORKS } from '../src/networks/registry.js';
import { BaseCommand } from './_face/base-command.js';
import {
  completeWords,
  type Candidate,
  type CompletableCommand,
  type NameSource,
} from './_face/completion/complete.js';
import { HELP_TOPICS } from './_face/help-topics.js';
import { cleanCell } from './_face/text.js';

/** What the scripts of `autocomplete` ask at every Tab: what could stand at the last word. */
export default class Complete extends BaseCommand<typeof Complete> {
  static override hidden = true;
  static override strict = false;
  static override summary = 'what could stand at the last word; for shell completion';
  static override examples = ['<%= config.bin %> complete -- goals ed'];

  protected async execute(): Promise<void> {
    const words = this.argv.slice(this.argv.indexOf('--') + 1).map((word) => (word === '""' ? '' : word));
    const commands = this.config.commands as unknown as CompletableCommand[];
    const candidates = completeWords(words, commands, this.#names(words));
    await this.present(candidates, async () => {
      const lines = candidates.map(({ value, about }) =>
        about === undefined ? value : `${value}\t${cleanCell(about)}`,
      );
      if (lines.length > 0) await this.io.out(lines.join('\n'));
    });
  }

  #names(words: readonly string[]): NameSource {
    const { directories } = this.environment;
    return {
      goals: () => orNothing(() => this.#listGoals(words)),
      networks: () => NETWORKS.map(({ name, title }) => ({ value: name, about: title })),
      workspaces: () =>
        orNothing(() => listWorkspaces(directories, new UserConfig(directories.config)).map((value) => ({ value }))),
      settings: () => Object.entries(SETTING_RULES).map(([value, { about }]) => ({ value, about })),
      topics: () => Object.entries(HELP_TOPICS).map(([value, { summary }]) => ({ value, about: summary })),
    };
  }

  #listGoals(words: readonly string[]): Candidate[] {
    const at = words.indexOf('--workspace');
    const workspace = at === -1 ? this.flags.workspace : words[at + 1];
    const { goals } = loadRunConfig({ flags: { ...this.flags, workspace }, ...this.environment });
    return goals.map(({ id, name }) => ({ value: id, about: name }));
  }
}

/** At a Tab nothing is the best that can be said of a file that is broken or not there. */
function orNothing<T>(list: () => T[]): T[] {
  try {
    return list();
  } catch {
    return [];
  }
}
