import { join } from 'node:path';
import { systemClock } from '../src/clock.js';
import { loadRunConfig } from '../src/config/run-config.js';
import { UsageError } from '../src/errors.js';
import type { Receipt, Subject } from '../src/log/erasure.js';
import { systemRandom } from '../src/random.js';
import { BaseCommand } from './_face/base-command.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { defineFlags, text, toggle } from './_face/flags.js';
import { confirmOrYes } from './_face/prompts.js';
import { printRecord } from './_face/table.js';

export default class Erase extends BaseCommand<typeof Erase> {
  static override summary = 'remove a person, and report nothing of them any more';
  static override description =
    'Removes a player from the log, the queue and the click ledger, with all ids that alias messages have joined, and ' +
    'suppresses new postbacks. Works while other processes send: once the receipt is printed nothing leaves any more. ' +
    'What networks hold already is counted, not retracted: ask the network itself.';
  static override examples = ['<%= config.bin %> erase --user-id player-17'];
  static override flags = defineFlags({
    'user-id': text({ summary: 'the user id of the person', helpValue: 'ID' }),
    'anonymous-id': text({ summary: 'an anonymous id of the person', helpValue: 'ID' }),
    email: text({ summary: 'an e-mail address of the person', helpValue: 'ADDRESS' }),
    yes: toggle({ char: 'y', summary: 'do not ask' }),
    'dry-run': toggle({ summary: 'count what would be removed; change nothing' }),
  });

  protected async execute(): Promise<ExitCode> {
    const subject = this.#readSubject();
    const dryRun = this.flags['dry-run'];
    if (!dryRun && !(await this.#confirm())) return EXIT.done;
    const workspace = loadRunConfig({ flags: this.flags, ...this.environment }).workspace.value;
    const { erasePerson } = await import('../src/log/erasure.js');
    const receipt = await erasePerson(subject, {
      path: join(this.environment.directories.data, workspace, 'delivery.db'),
      clock: systemClock,
      random: systemRandom,
      dryRun,
      signal: this.signal,
    });
    await this.present(receipt, () => this.#tell(receipt));
    return EXIT.done;
  }

  #confirm(): Promise<boolean> {
    const question = 'Remove this person? It cannot be undone.';
    return confirmOrYes(this.prompting, { question, yes: this.flags.yes });
  }

  async #tell(receipt: Receipt): Promise<void> {
    const { deliveredKept } = receipt;
    await printRecord(this.io, [
      ['Receipt', receipt.receipt],
      ['Erased at', receipt.erasedAt],
      ['Names suppressed', receipt.suppressed],
      ['Pending purged', receipt.pendingPurged],
      ['Failed and skipped purged', receipt.otherPurged],
      ['Clicks removed', receipt.clicksRemoved],
      ['Claims removed', receipt.claimsRemoved],
      ...Object.entries(deliveredKept).map(([network, count]) => [`Held by ${network}`, count] as const),
    ]);
    const held = Object.keys(deliveredKept).join(', ');
    if (held !== '') await this.io.remark(`What ${held} holds is not retracted; ask there for its erasure.`);
  }

  #readSubject(): Subject {
    const { 'user-id': userId, 'anonymous-id': anonymousId, email } = this.flags;
    const given = [userId, anonymousId, email].filter((value) => value !== undefined && value !== '');
    if (given.length !== 1) {
      throw new UsageError('bad_subject', 'Name the person by exactly one of --user-id, --anonymous-id and --email.', {
        next: 'postback erase --user-id ID',
      });
    }
    if (userId) return { userId };
    return anonymousId ? { anonymousId } : { email: email as string };
  }
}
