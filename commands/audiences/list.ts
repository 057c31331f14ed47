import { describeLists } from '../../src/audiences/lists.js';
import { knownListData, printLists } from '../_face/audience-view.js';
import { EXIT } from '../_face/exit-codes.js';
import { defineFlags, toggle } from '../_face/flags.js';
import { WorkspaceCommand } from '../_face/workspace-command.js';

export default class AudiencesList extends WorkspaceCommand<typeof AudiencesList> {
  static override summary = 'show the audience lists of this workspace';
  static override description =
    'The lists that were made or synced here, with how many people are in them by the log, and by Amazon, which is asked ' +
    'for each (it has no call that lists them all). Amazon uses a list once it has matched 2,000 people.';
  static override examples = ['<%= config.bin %> audiences list', '<%= config.bin %> audiences list --offline --json'];
  static override flags = defineFlags({ offline: toggle({ summary: 'show what is known here; ask nobody' }) });
  static override notes = { exitCodes: [EXIT.auth, EXIT.pending] };

  protected async execute(): Promise<void> {
    return this.withWorkspace(async (workspace) => {
      const lists = await describeLists(workspace, !this.flags.offline, this.signal);
      await this.present(lists.map(knownListData), () => printLists(this.io, lists));
    });
  }
}
