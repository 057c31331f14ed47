import { findNextSteps } from '../src/overview/next-steps.js';
import { surveyNetworks } from '../src/overview/network-status.js';
import { printGuidance } from './_face/guidance-view.js';
import { WorkspaceCommand } from './_face/workspace-command.js';

/** What `postback` alone runs. */
export default class Next extends WorkspaceCommand<typeof Next> {
  static override hidden = true;
  static override summary = 'what to do next, as things stand: the same as postback alone';
  static override examples = ['<%= config.bin %>', '<%= config.bin %> next --json'];

  protected async execute(): Promise<void> {
    return this.withWorkspace(async (workspace) => {
      const { networks, needAttention } = surveyNetworks(workspace);
      const refused = networks.filter(({ network }) => needAttention.includes(network));
      const guidance = findNextSteps({ networks, refused, goals: workspace.goals.length });
      await this.present({ workspace: workspace.name, ...guidance }, () => printGuidance(this.io, guidance));
    });
  }
}
