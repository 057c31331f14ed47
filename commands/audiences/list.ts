import { describeLists } from '../../src/audiences/lists.js';
import { knownListData, printLists } from '../../src/cli/audience-view.js';
import { EXIT } from '../../src/cli/exit-codes.js';
import { defineFlags, toggle } from '../../src/cli/flags.js';
import { WorkspaceCommand } from '../../src/cli/workspace-command.js';

export default class AudiencesList extends WorkspaceCommand<typeof AudiencesList> {
  static override summary = 'list the audience lists of this workspace';
  static override description =
    'Shows the lists created or synced here, with the number of people in them according to ' +
    'the log and to Amazon (one request per list: Amazon has no call that lists them all). ' +
    'Amazon uses a list once it has matched 2,000 people.';
  static override examples = [
    '<%= config.bin %> audiences list',
    '<%= config.bin %> audiences list --offline --json',
  ];
  static override flags = defineFlags({
    offline: toggle({ summary: 'show only what the log knows; make no requests' }),
  });
  static override notes = { exitCodes: [EXIT.auth, EXIT.pending] };

  protected async execute(): Promise<void> {
    return this.withWorkspace(async (workspace) => {
      const lists = await describeLists(workspace, !this.flags.offline, this.signal);
      await this.present(lists.map(knownListData), () => printLists(this.io, lists));
    });
  }
}
