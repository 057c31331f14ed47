import type { Check } from '../src/doctor/check.js';
import { checkLive } from '../src/doctor/doctor.js';
import { ConfigError } from '../src/errors.js';
import { endWithVerdict } from '../src/cli/errors.js';
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
      const { code } = error;
      return endWithVerdict(this.io, { code, message, hint: why, next, exit: EXIT.usage });
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
      return this.#end(checks);
    });
  }

  /** Ends with the exit code of the checks; the first that failed says how to go on. */
  async #end(checks: readonly Check[]): Promise<ExitCode> {
    const failed = checks.filter(({ result }) => result === 'fail');
    const [first] = failed;
    if (first === undefined) return EXIT.done;
    const subject = (check: Check): string =>
      check.network === undefined ? check.id : `${check.network} ${check.id}`;
    const others = failed.slice(1).map(subject);
    const more = others.length === 0 ? '' : ` Also failed: ${others.join(', ')}.`;
    return endWithVerdict(this.io, {
      code: 'checks_failed',
      message: `${subject(first)}: ${first.message}${more}`,
      ...(first.why === undefined ? {} : { hint: first.why }),
      ...(first.next === undefined ? {} : { next: first.next }),
      exit: exitOf(failed),
    });
  }
}

function exitOf(failed: readonly Check[]): ExitCode {
  if (failed.some(({ kind }) => kind === 'auth')) return EXIT.auth;
  if (failed.some(({ kind }) => kind === 'network')) return EXIT.pending;
  return EXIT.failed;
}

function withoutKind({ kind: _kind, ...check }: Check): Omit<Check, 'kind'> {
  return check;
}
