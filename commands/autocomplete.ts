import { basename } from 'node:path';
import { BaseCommand } from '../src/cli/base-command.js';
import {
  isShell,
  SHELL_SCRIPTS,
  SHELL_SETUP,
  SHELLS,
  type Shell,
} from '../src/cli/completion/shell-scripts.js';
import { argument, defineArgs } from '../src/cli/flags.js';

export default class Autocomplete extends BaseCommand<typeof Autocomplete> {
  static override summary = 'print a shell completion script';
  static override description =
    'Prints the completion script of a shell. Without a shell, explains how to enable ' +
    'completion in the current shell. Completes commands, flags and the names of goals, ' +
    'networks and workspaces.';
  static override examples = [
    {
      description: 'Current bash session only',
      command: 'eval "$(<%= config.bin %> autocomplete bash)"',
    },
    {
      description: 'All bash sessions',
      command: 'echo \'eval "$(<%= config.bin %> autocomplete bash)"\' >> ~/.bashrc',
    },
    {
      description: 'PowerShell',
      command: '<%= config.bin %> autocomplete powershell | Out-String | Invoke-Expression',
    },
    { description: 'fish', command: '<%= config.bin %> autocomplete fish | source' },
  ];
  static override args = defineArgs({
    shell: argument({ description: SHELLS.join(', '), options: [...SHELLS] }),
  });

  protected async execute(): Promise<void> {
    const { shell } = this.args;
    if (shell !== undefined && isShell(shell)) {
      const script = SHELL_SCRIPTS[shell];
      return this.present({ shell, script }, () => this.io.write(script));
    }
    const mine = this.#guessShell();
    const { line, file } = SHELL_SETUP[mine];
    await this.present({ shell: mine, line, file }, async () => {
      await this.io.info(`${mine}: run this command, or add it to ${file}:`);
      await this.io.print(line);
      await this.io.info(`Other shells: postback autocomplete ${SHELLS.join('|')}`);
    });
  }

  #guessShell(): Shell {
    const { SHELL, PSModulePath } = this.environment.variables;
    const name = basename(SHELL ?? '');
    if (isShell(name)) return name;
    return PSModulePath === undefined ? 'bash' : 'powershell';
  }
}
