import { findNextSteps } from '../src/status/next-steps.js';
import { readNetworkStates } from '../src/status/network-status.js';
import { printGuidance } from '../src/cli/guidance-view.js';
import { WorkspaceCommand } from '../src/cli/workspace-command.js';

/** The command that runs when none is given. */
export default class Next extends WorkspaceCommand<typeof Next> {
  static override hidden = true;
  static override summary = 'show what to do next; same as postback without a command';
  static override examples = ['<%= config.bin %>', '<%= config.bin %> next --json'];

  protected async execute(): Promise<void> {
    return this.withWorkspace(async (workspace) => {
      const { networks, haveIssues, unsent } = await readNetworkStates(workspace);
      const refused = networks.filter(({ network }) => haveIssues.includes(network));
      const guidance = findNextSteps({ networks, refused, goals: workspace.goals.length, unsent });
      await this.present({ workspace: workspace.name, ...guidance }, () =>
        printGuidance(this.io, guidance),
      );
    });
  }
}
