import { createList } from '../../src/audiences/lists.js';
import { UsageError } from '../../src/errors.js';
import { toCountryCode } from '../../src/identity/country.js';
import type { ListOptions } from '../../src/networks/audience-network.js';
import { listData, printCreated } from '../../src/cli/audience-view.js';
import { EXIT } from '../../src/cli/exit-codes.js';
import { defineFlags, duration, text } from '../../src/cli/flags.js';
import { WorkspaceCommand } from '../../src/cli/workspace-command.js';

export default class AudiencesCreate extends WorkspaceCommand<typeof AudiencesCreate> {
  static override summary = 'create an audience list at Amazon';
  static override description =
    'The list belongs to the advertiser of the connection, or to an AMC connection ' +
    '(--connection), which also makes it available in Amazon Marketing Cloud. Requires the ' +
    'audience scope: postback connect amazon --audiences.';
  static override examples = [
    '<%= config.bin %> audiences create --name "High value players" --external-id high-value ' +
      '--country US',
    '<%= config.bin %> audiences create --name "Weekly players" --external-id weekly --ttl 14d ' +
      '--connection 5a523424-e8b3-4da5-9a32-24a861aea576',
  ];
  static override flags = defineFlags({
    name: text({ summary: 'name, 10 to 128 characters', helpValue: 'TEXT', required: true }),
    'external-id': text({ summary: 'your own id for the list', helpValue: 'ID', required: true }),
    description: text({ summary: 'what the list is for', helpValue: 'TEXT' }),
    country: text({ summary: 'country of people whose line has no country', helpValue: 'CODE' }),
    ttl: duration({
      summary:
        'how long a person stays in the list without being uploaded again (default and ' +
        'maximum: 397d)',
    }),
    advertiser: text({ summary: 'advertiser id, if not that of the connection', helpValue: 'ID' }),
    connection: text({
      summary: 'AMC connection that the list belongs to',
      helpValue: 'ID',
      exclusive: ['advertiser'],
    }),
  });
  static override notes = { exitCodes: [EXIT.auth, EXIT.pending] };

  protected async execute(): Promise<void> {
    const wanted = this.#readListOptions();
    return this.withWorkspace(async (workspace) => {
      const list = await createList(workspace, wanted, this.signal);
      await this.present(listData(list), () => printCreated(this.io, list));
    });
  }

  #readListOptions(): ListOptions {
    const {
      name,
      description = '',
      'external-id': externalId,
      country,
      ttl,
      advertiser,
      connection,
    } = this.flags;
    const wanted: ListOptions = { name, description, externalId };
    if (country !== undefined) wanted.country = readCountry(country);
    if (ttl !== undefined) wanted.ttlSeconds = Math.floor(ttl / 1000);
    if (advertiser !== undefined) wanted.advertiserId = advertiser;
    if (connection !== undefined) wanted.connectionId = connection;
    return wanted;
  }
}

function readCountry(text: string): string {
  const code = toCountryCode(text);
  if (code !== undefined) return code;
  throw new UsageError('bad_flag_value', `Unknown country ${JSON.stringify(text)} for --country.`, {
    hint: 'Use a country code, such as US or DE.',
  });
}
