import type { Update } from '../src/delivery/report.js';
import { surveyNetworks } from '../src/overview/network-status.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { printStatus } from './_face/status-view.js';
import { WorkspaceCommand } from './_face/workspace-command.js';

export default class Status extends WorkspaceCommand<typeof Status> {
  static override summary = 'is it working: connections, goals, the last 24 hours';
  static override description =
    'Who each network is connected as, how many active goals are mapped there, what was delivered and failed in the last ' +
    '24 hours, what waits, and health as the product defines it; for whatever is not well, the command that mends it. ' +
    'Networks that decide later (google) are asked what became of what they accepted; no other is: postback doctor asks all.';
  static override examples = [
    '<%= config.bin %> status',
    {
      description: 'In a monitor: exit code 4 when somebody has to look at a grant',
      command: '<%= config.bin %> status --json',
    },
  ];
  static override notes = { exitCodes: [EXIT.auth] as const };

  protected async execute(): Promise<ExitCode> {
    return this.withWorkspace(async (workspace) => {
      const { pickUpDecisions } = await import('../src/delivery/pick-up.js');
      const report = (update: Update): void => {
        if (update.type === 'notice') void this.io.remark(update.message);
      };
      await pickUpDecisions(workspace, { report, signal: this.signal });
      const { needAttention, ...status } = surveyNetworks(workspace);
      await this.present(status, () => printStatus(this.io, { ...status, needAttention }, workspace.clock.now()));
      const isConnected = status.networks.some(({ connected }) => connected);
      return needAttention.length > 0 || !isConnected ? EXIT.auth : EXIT.done;
    });
  }
}
