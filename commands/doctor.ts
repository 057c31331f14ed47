import type { Check } from '../src/doctor/check.js';
import { checkLive } from '../src/doctor/doctor.js';
import { ConfigError } from '../src/errors.js';
import { printCheck, printVerdict } from '../src/cli/doctor-view.js';
import { EXIT, type ExitCode } from '../src/cli/exit-codes.js';
import { WorkspaceCommand } from '../src/cli/workspace-command.js';

export default class Doctor extends WorkspaceCommand<typeof Doctor> {
  static override summary = 'check the setup, locally and at the networks';
  static override description =
    'Checks files and their modes, disk space, the delivery log, the clock and, for each ' +
    'connected network, reachability, the grant (it refreshes the access token), scopes, the ' +
    'account, goal mappings and API versions that are ending. Sends no conversions. Each ' +
    'result says what was found, why it matters and what to do.';
  static override examples = [
    '<%= config.bin %> doctor',
    {
      description: 'List only the checks that did not pass',
      command: '<%= config.bin %> doctor --json | jq \'.checks[] | select(.result != "pass")\'',
    },
  ];
  static override notes = {
    exitCodes: [EXIT.failed, EXIT.auth, EXIT.pending, EXIT.interrupted, EXIT.terminated] as const,
    environment: {
      HTTPS_PROXY: 'proxy for requests; NO_PROXY lists hosts that are reached directly',
    },
  };

  protected async execute(): Promise<ExitCode> {
    try {
      return await this.#checkLive();
    } catch (error) {
      // An unusable file is a check result too. Nothing else can be checked until it is fixed.
      if (!(error instanceof ConfigError)) throw error;
      const {
        message,
        hint: why = 'No command works until this is fixed.',
        next = 'postback config path',
      } = error;
      const check: Check = { id: 'config', result: 'fail', message, why, next };
      await this.present({ checks: [check] }, () => printCheck(this.io, check));
      return EXIT.usage;
    }
  }

  #checkLive(): Promise<ExitCode> {
    return this.withWorkspace(async (workspace) => {
      const { variables, directories } = this.environment;
      const { gateway } = this.flags;
      const checks: Check[] = [];
      const found = checkLive({
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
