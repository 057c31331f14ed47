import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { PostbackHelp } from '../../../src/cli/help.js';

/** Lines of a screen that help may fill. */
const MAX_LINES = 40;

let config: Config;
beforeEach(async () => {
  config = await Config.load(fileURLToPath(new URL('../../../', import.meta.url)));
});

/** Collects what help would print on 80 columns. */
class CollectedHelp extends PostbackHelp {
  readonly lines: string[] = [];

  override log(...words: unknown[]): void {
    this.lines.push(...words.join(' ').trimEnd().split('\n'));
  }

  async showRoot(): Promise<void> {
    await this.showRootHelp();
  }
}

describe('help', () => {
  it('of every command fits a screen, and names each flag', async () => {
    const commands = config.commands.filter(
      ({ hidden, pluginName }) => !hidden && pluginName === config.name,
    );
    expect(commands.length).toBeGreaterThan(40);
    for (const command of commands) {
      const help = new CollectedHelp(config);
      await help.showCommandHelp(command);
      expect(help.lines.length, `${command.id}\n${help.lines.join('\n')}`).toBeLessThanOrEqual(
        MAX_LINES,
      );
      const text = help.lines.join('\n');
      for (const name of Object.keys(command.flags)) expect(text).toMatch(`--${name}`);
    }
  });

  it('without a command fits a screen, and names every command', async () => {
    const help = new CollectedHelp(config);
    await help.showRoot();
    expect(help.lines.length, help.lines.join('\n')).toBeLessThanOrEqual(MAX_LINES);
    const names = config.commands.filter(
      ({ id, hidden, aliases }) => !hidden && !id.includes(':') && !aliases.includes(id),
    );
    for (const { id } of names) expect(help.lines.join('\n')).toMatch(new RegExp(`\\b${id}\\b`));
  });
});
