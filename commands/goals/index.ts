import { GoalsCommand } from '../_face/goals-command.js';
import { printGoals } from '../_face/goals-view.js';

export default class Goals extends GoalsCommand<typeof Goals> {
  static override summary = 'conversion goals: which events count';
  static override description =
    'Lists the goals of the workspace, or those of postback.config.json where there is one.';
  static override examples = ['<%= config.bin %> goals', '<%= config.bin %> goals add --template first-purchase'];

  protected async execute(): Promise<void> {
    const { goals } = this.loadConfig();
    await this.present(goals, () => printGoals(this.io, goals));
  }
}
