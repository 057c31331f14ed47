import { basename } from 'node:path';
import { BaseCommand } from './_face/base-command.js';
import { isShell, SHELL_SCRIPTS, SHELL_SETUP, SHELLS, type Shell } from './_face/completion/shell-scripts.js';
import { argument, defineArgs } from './_face/flags.js';

export default class Autocomplete extends BaseCommand<typeof Autocomplete> {
  static override summary = 'shell completion, with the names of your goals, networks and workspaces';
  static override description =
    'Prints the script of a shell. Without one, says how to switch completion on in the shell that is running.';
  static override examples = [
    { description: 'For this session of bash', command: 'eval "$(<%= config.bin %> autocomplete bash)"' },
    { description: 'For good', command: 'echo \'eval "$(<%= config.bin %> autocomplete bash)"\' >> ~/.bashrc' },
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
      await this.io.remark(`${mine}: type this, or put it into ${file}:`);
      await this.io.out(line);
      await this.io.remark(`Other shells: postback autocomplete ${SHELLS.join('|')}`);
    });
  }

  #guessShell(): Shell {
    const { SHELL, PSModulePath } = this.environment.variables;
    const name = basename(SHELL ?? '');
    if (isShell(name)) return name;
    return PSModulePath === undefined ? 'bash' : 'powershell';
  }
}
