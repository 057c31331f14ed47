import type { Update } from '../src/delivery/report.js';
import type { NetworkName } from '../src/networks/names.js';
import { readNetworkStates, type NetworkStatus } from '../src/status/network-status.js';
import { EXIT, type ExitCode } from '../src/cli/exit-codes.js';
import { endWithVerdict, type Verdict } from '../src/cli/errors.js';
import { printStatus } from '../src/cli/status-view.js';
import { WorkspaceCommand } from '../src/cli/workspace-command.js';

export default class Status extends WorkspaceCommand<typeof Status> {
  static override summary = 'show connections, goals and the last 24 hours';
  static override description =
    'Shows, per network, the connected account, the number of active mapped goals, deliveries ' +
    'and failures in the last 24 hours, pending postbacks and health, and the command that ' +
    'fixes each problem. Only asks networks that decide later (google) for the result of ' +
    'accepted postbacks. To check every network, run: postback doctor.';
  static override examples = [
    '<%= config.bin %> status',
    {
      description: 'For monitoring: exits with 4 if a grant needs attention',
      command: '<%= config.bin %> status --json',
    },
  ];
  static override aliases = ['whoami'];
  static override notes = { exitCodes: [EXIT.auth] as const };

  protected async execute(): Promise<ExitCode> {
    return this.withWorkspace(async (workspace) => {
      const { pollDecisions } = await import('../src/delivery/poll-decisions.js');
      const report = (update: Update): void => {
        if (update.type === 'notice') void this.io.info(update.message);
      };
      await pollDecisions(workspace, { report, signal: this.signal });
      const { haveIssues, ...status } = await readNetworkStates(workspace);
      await this.present(status, () =>
        printStatus(this.io, { ...status, haveIssues }, workspace.clock.now()),
      );
      const verdict = evaluateStatus(status.networks, haveIssues);
      return verdict ? endWithVerdict(this.io, verdict) : EXIT.done;
    });
  }
}

/** Returns why a status ends with 4; undefined where each grant that is needed works. */
function evaluateStatus(
  networks: readonly NetworkStatus[],
  haveIssues: readonly NetworkName[],
): Verdict | undefined {
  if (haveIssues.length > 0) {
    const first = networks.find(({ network }) => network === haveIssues[0]);
    return {
      code: 'grant_needs_attention',
      message: `${haveIssues.join(', ')}: ${first?.problem ?? 'the grant needs attention.'}`,
      ...(first?.next === undefined ? {} : { next: first.next }),
      exit: EXIT.auth,
    };
  }
  if (networks.some(({ connected }) => connected)) return undefined;
  return {
    code: 'not_connected',
    message: 'No network is connected in this workspace.',
    next: 'postback connect amazon',
    exit: EXIT.auth,
  };
}
