import type { Check } from '../src/doctor/check.js';
import { examine } from '../src/doctor/doctor.js';
import { ConfigError } from '../src/errors.js';
import { printCheck, printVerdict } from './_face/doctor-view.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { WorkspaceCommand } from './_face/workspace-command.js';

export default class Doctor extends WorkspaceCommand<typeof Doctor> {
  static override summary = 'check everything that a run depends on, at the networks too';
  static override description =
    'Files and their modes, disk room, the delivery log, the clock, and for each connected network: reachability, the grant ' +
    '(the access token is renewed), scopes, account, what goals are mapped to, and contracts that end. Sends no conversion. ' +
    'Each finding says what was found, why it matters and what to do.';
  static override examples = [
    '<%= config.bin %> doctor',
    {
      description: 'What is not well',
      command: '<%= config.bin %> doctor --json | jq \'.checks[] | select(.result != "pass")\'',
    },
  ];
  static override notes = {
    exitCodes: [EXIT.failed, EXIT.auth, EXIT.pending, EXIT.interrupted, EXIT.terminated] as const,
    environment: { HTTPS_PROXY: 'proxy that requests go through; NO_PROXY names hosts that are reached directly' },
  };

  protected async execute(): Promise<ExitCode> {
    try {
      return await this.#examine();
    } catch (error) {
      // A file that cannot be used is a finding too: nothing else can be looked at until it is mended.
      if (!(error instanceof ConfigError)) throw error;
      const { message, hint: why = 'No command works with it.', next = 'postback config path' } = error;
      const check: Check = { id: 'config', result: 'fail', message, why, next };
      await this.present({ checks: [check] }, () => printCheck(this.io, check));
      return EXIT.usage;
    }
  }

  #examine(): Promise<ExitCode> {
    return this.withWorkspace(async (workspace) => {
      const { variables, directories } = this.environment;
      const { gateway } = this.flags;
      const checks: Check[] = [];
      const found = examine({
        workspace,
        directories,
        variables,
        platform: process.platform,
        ...(gateway ? { gateway } : {}),
        signal: this.signal,
      });
      for await (const check of found) {
        checks.push(check);
        if (!this.io.json) await printCheck(this.io, check);
      }
      await this.present({ checks: checks.map(withoutKind) }, () => printVerdict(this.io, checks));
      return exitOf(checks);
    });
  }
}

function exitOf(checks: readonly Check[]): ExitCode {
  const failed = checks.filter(({ result }) => result === 'fail');
  if (failed.some(({ kind }) => kind === 'auth')) return EXIT.auth;
  if (failed.some(({ kind }) => kind === 'network')) return EXIT.pending;
  return failed.length > 0 ? EXIT.failed : EXIT.done;
}

function withoutKind({ kind: _kind, ...check }: Check): Omit<Check, 'kind'> {
  return check;
}
