import { join } from 'node:path';
import { deliverRemovals, makeRemoval } from '../src/audiences/removal.js';
import { systemClock } from '../src/clock.js';
import { loadRunConfig } from '../src/config/run-config.js';
import { UsageError } from '../src/errors.js';
import type { Erased, Receipt, Subject } from '../src/log/erasure.js';
import { systemRandom } from '../src/random.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { defineFlags, text, toggle } from './_face/flags.js';
import { confirmOrYes } from './_face/prompts.js';
import { endRun } from './_face/run-end.js';
import { printRecord } from './_face/table.js';
import { countOf } from './_face/text.js';
import { WorkspaceCommand } from './_face/workspace-command.js';

const RESUME = 'postback replay --state pending --all';

const NOT_REWRITTEN =
  'The file of the log could not be written anew now (somebody sends or reads, it is too large, or the disk has no room), so its free room may hold ' +
  'hashes of the person a while longer. Run the same command again once that is over.';

export default class Erase extends WorkspaceCommand<typeof Erase> {
  static override summary = 'remove a person, and report nothing of them any more';
  static override description =
    'Removes a player from the log, the queue and the click ledger, with all ids that alias messages have joined, and ' +
    'suppresses new postbacks, and takes the person out of audience lists. Works while other processes send: once the receipt is printed nothing leaves any more. ' +
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
    const [clock, random] = [systemClock, systemRandom];
    const erased = await erasePerson(subject, {
      path: join(this.environment.directories.data, workspace, 'delivery.db'),
      clock,
      random,
      dryRun,
      signal: this.signal,
      makeRemoval: (database, membership) =>
        makeRemoval(database, membership, { workspace, nowMs: clock.now(), random }),
    });
    // The receipt stands whatever becomes of the lists: what cannot be delivered now stays in the queue.
    await this.present(erased.receipt, () => this.#tell(erased.receipt));
    return erased.removals.length === 0 ? EXIT.done : this.#leaveLists(erased);
  }

  async #leaveLists({ removals }: Erased): Promise<ExitCode> {
    const wait = 'The removals from audience lists wait in the queue.';
    try {
      const summary = await this.withWorkspace((workspace) =>
        deliverRemovals(workspace, removals, { report: () => undefined, signal: this.signal }),
      );
      const { delivered, pending, waiting } = summary;
      const lists = countOf(delivered + waiting.processing, 'audience list');
      if (delivered + waiting.processing > 0) await this.io.remark(`Uploaded the removal from ${lists}.`);
      if (waiting.processing > 0) await this.io.remark(`Amazon decides later. Run: ${RESUME}`);
      if (pending > waiting.processing) await this.io.remark(`${wait} Run: ${RESUME}`);
      return await endRun(this.io, summary);
    } catch (error) {
      await this.io.remark(`${wait} Run: ${RESUME}`);
      throw error;
    }
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
      ['Audience lists left', receipt.listsLeft],
      ...Object.entries(deliveredKept).map(([network, count]) => [`Held by ${network}`, count] as const),
    ]);
    if (!receipt.rewritten && !this.flags['dry-run']) await this.io.remark(NOT_REWRITTEN);
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
    return checkSubject(userId ? { userId } : anonymousId ? { anonymousId } : { email: email as string });
  }
}

/** A local part, one @ and a domain; no blanks. Hashes and ids have no @. */
const EMAIL = /^[^\s@]+@[^\s@]+$/;
// eslint-disable-next-line no-control-regex -- no id holds a control character
const CONTROL = /[\u0000-\u001f\u007f]/;
/** Words that a shell script or an export leaves where there is no id. */
const NO_VALUE = /^(?:null|undefined|none|nan|n\/a|-|\(not set\)|\[object object\]|\$\{?\w*\}?|\{\{?[^}]*\}?\})$/i;

/** Refuses what cannot name anybody: a receipt for it would say that a person was erased who was not. */
function checkSubject(subject: Subject): Subject {
  const [[field, value]] = Object.entries(subject) as [[string, string]];
  const flag = field === 'email' ? '--email' : field === 'userId' ? '--user-id' : '--anonymous-id';
  const text = value.trim();
  const isId = text !== '' && !CONTROL.test(text) && !NO_VALUE.test(text);
  if (isId && (field !== 'email' || EMAIL.test(text))) return subject;
  const expected = field === 'email' ? 'an e-mail address such as name@example.com' : 'an id';
  throw new UsageError('bad_subject', `${flag} has a value that cannot be ${expected}. Nobody was erased.`, {
    hint: field === 'email' ? 'An id of a player goes to --user-id or --anonymous-id.' : 'Check the value.',
    next: `postback erase ${flag} ${field === 'email' ? 'ADDRESS' : 'ID'}`,
  });
}
