import { createList } from '../../src/audiences/lists.js';
import { UsageError } from '../../src/errors.js';
import { toCountryCode } from '../../src/identity/country.js';
import type { ListWish } from '../../src/networks/amazon/audience-lists.js';
import { listData, printCreated } from '../_face/audience-view.js';
import { EXIT } from '../_face/exit-codes.js';
import { defineFlags, duration, text } from '../_face/flags.js';
import { WorkspaceCommand } from '../_face/workspace-command.js';

export default class AudiencesCreate extends WorkspaceCommand<typeof AudiencesCreate> {
  static override summary = 'make an audience list at Amazon';
  static override description =
    'The list belongs to the advertiser of the connection, or to an AMC connection (--connection), which reaches Amazon ' +
    'Marketing Cloud too. Needs the audience scope: postback connect amazon --audiences.';
  static override examples = [
    '<%= config.bin %> audiences create --name "High value players" --external-id high-value --country US',
    '<%= config.bin %> audiences create --name "Weekly players" --external-id weekly --ttl 14d --connection 5a523424-e8b3-4da5-9a32-24a861aea576',
  ];
  static override flags = defineFlags({
    name: text({ summary: 'name, 10 to 128 characters', helpValue: 'TEXT', required: true }),
    'external-id': text({ summary: 'your own id of the list', helpValue: 'ID', required: true }),
    description: text({ summary: 'what the list is for', helpValue: 'TEXT' }),
    country: text({ summary: 'country of people whose line names none', helpValue: 'CODE' }),
    ttl: duration({ summary: 'how long a person stays who is not uploaded again (default, and at most: 397d)' }),
    advertiser: text({ summary: 'another advertiser than that of the connection', helpValue: 'ID' }),
    connection: text({ summary: 'AMC connection that the list is for', helpValue: 'ID', exclusive: ['advertiser'] }),
  });
  static override notes = { exitCodes: [EXIT.auth, EXIT.pending] };

  protected async execute(): Promise<void> {
    const wish = this.#readWish();
    return this.withWorkspace(async (workspace) => {
      const list = await createList(workspace, wish, this.signal);
      await this.present(listData(list), () => printCreated(this.io, list));
    });
  }

  #readWish(): ListWish {
    const { name, description = '', 'external-id': externalId, country, ttl, advertiser, connection } = this.flags;
    const wish: ListWish = { name, description, externalId };
    if (country !== undefined) wish.country = readCountry(country);
    if (ttl !== undefined) wish.ttlSeconds = Math.floor(ttl / 1000);
    if (advertiser !== undefined) wish.advertiserId = advertiser;
    if (connection !== undefined) wish.connectionId = connection;
    return wish;
  }
}

function readCountry(text: string): string {
  const code = toCountryCode(text);
  if (code !== undefined) return code;
  throw new UsageError('bad_flag_value', `--country ${JSON.stringify(text)} is no country.`, {
    hint: 'Write US or DE.',
  });
}
