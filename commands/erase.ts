import { deliverRemovals, makeRemoval } from '../src/audiences/removal.js';
import { systemClock } from '../src/clock.js';
import { loadRunConfig } from '../src/config/run-config.js';
import { UsageError } from '../src/errors.js';
import { locateLog } from '../src/config/log-location.js';
import type { Erased, ErasureReceipt, Subject } from '../src/log/maintenance.js';
import { systemRandom } from '../src/random.js';
import { EXIT, type ExitCode } from '../src/cli/exit-codes.js';
import { defineFlags, text, toggle, yesFlag } from '../src/cli/flags.js';
import { confirmOrYes } from '../src/cli/prompts.js';
import { endRun } from '../src/cli/run-end.js';
import { printRecord } from '../src/cli/table.js';
import { countOf } from '../src/cli/text.js';
import { WorkspaceCommand } from '../src/cli/workspace-command.js';

const RESUME = 'postback replay --state pending --all';

const NOT_REWRITTEN =
  'The log file could not be rewritten now (another process uses it, it is too large, or the ' +
  'disk is full), so its free pages may still contain hashes of the person. Run the same ' +
  'command again later.';

export default class Erase extends WorkspaceCommand<typeof Erase> {
  static override summary = 'remove a person and stop reporting their events';
  static override description =
    'Removes a player from the log, the queue, the click ledger and audience lists, including ' +
    'all ids linked by alias messages, and suppresses new postbacks. Works while other ' +
    'processes send: after the receipt is printed, nothing more is sent for the person. Data ' +
    'that networks already hold is counted but not retracted. Ask the network to erase it.';
  static override examples = ['<%= config.bin %> erase --user-id player-17'];
  static override flags = defineFlags({
    'user-id': text({ summary: 'the user id of the person', helpValue: 'ID' }),
    'anonymous-id': text({ summary: 'an anonymous id of the person', helpValue: 'ID' }),
    email: text({ summary: 'an e-mail address of the person', helpValue: 'ADDRESS' }),
    yes: yesFlag(),
    'dry-run': toggle({ summary: 'count what would be removed without removing it' }),
  });

  protected async execute(): Promise<ExitCode> {
    const subject = this.#readSubject();
    const dryRun = this.flags['dry-run'];
    if (!dryRun && !(await this.#confirm(subject))) return EXIT.done;
    const config = loadRunConfig({ flags: this.flags, ...this.environment });
    const workspace = config.workspace.value;
    const { erasePerson } = await import('../src/log/open-log.js');
    const [clock, random] = [systemClock, systemRandom];
    const location = locateLog({ config, environment: this.environment, clock });
    const erased = await erasePerson(location, subject, {
      random,
      dryRun,
      signal: this.signal,
      makeRemoval: (list, membership) =>
        makeRemoval(list, membership, { workspace, nowMs: clock.now(), random }),
    });
    // The receipt is valid even if the removals cannot be delivered now; they stay in the queue.
    await this.present(erased.receipt, () => this.#report(erased.receipt));
    return erased.removals.length === 0 ? EXIT.done : this.#leaveLists(erased);
  }

  async #leaveLists({ removals }: Erased): Promise<ExitCode> {
    const wait = 'The removals from audience lists are queued.';
    try {
      const summary = await this.withWorkspace((workspace) =>
        deliverRemovals(workspace, removals, { report: () => undefined, signal: this.signal }),
      );
      const { delivered, pending, waiting } = summary;
      const lists = countOf(delivered + waiting.processing, 'audience list');
      if (delivered + waiting.processing > 0)
        await this.io.info(`Uploaded the removal from ${lists}.`);
      if (waiting.processing > 0) await this.io.info(`Amazon decides later. Run: ${RESUME}`);
      if (pending > waiting.processing) await this.io.info(`${wait} Run: ${RESUME}`);
      return await endRun(this.io, summary);
    } catch (error) {
      await this.io.info(`${wait} Run: ${RESUME}`);
      throw error;
    }
  }

  #confirm(subject: Subject): Promise<boolean> {
    const question = `Erase ${Object.values(subject).join('')}? This cannot be undone.`;
    return confirmOrYes(this.prompting, { question, yes: this.flags.yes });
  }

  async #report(receipt: ErasureReceipt): Promise<void> {
    const { deliveredKept } = receipt;
    await printRecord(this.io, [
      ...(this.flags['dry-run']
        ? ([['Dry run', 'nothing was erased; these are the counts of a real run']] as const)
        : ([
            ['Receipt', receipt.receipt],
            ['Erased at', receipt.erasedAt],
          ] as const)),
      ['Ids suppressed', receipt.suppressed],
      ['Pending purged', receipt.pendingPurged],
      ['Failed and skipped purged', receipt.otherPurged],
      ['Clicks removed', receipt.clicksRemoved],
      ['Locks removed', receipt.claimsRemoved],
      ['Audience lists left', receipt.listsLeft],
      ...Object.entries(deliveredKept).map(
        ([network, count]) => [`Held by ${network}`, count] as const,
      ),
    ]);
    if (isUnknown(receipt))
      await this.io.info(
        this.flags['dry-run'] ? UNKNOWN : `${UNKNOWN} New events of this person will not be sent.`,
      );
    if (!receipt.rewritten && !this.flags['dry-run']) await this.io.info(NOT_REWRITTEN);
    const held = Object.keys(deliveredKept).join(', ');
    if (held !== '')
      await this.io.info(`What ${held} holds is not retracted. Ask the network to erase it.`);
  }

  #readSubject(): Subject {
    const { 'user-id': userId, 'anonymous-id': anonymousId, email } = this.flags;
    const given = [userId, anonymousId, email].filter(
      (value) => value !== undefined && value !== '',
    );
    if (given.length !== 1) {
      throw new UsageError(
        'bad_subject',
        'Identify the person with exactly one of --user-id, --anonymous-id and --email.',
        {
          next: 'postback erase --user-id ID',
        },
      );
    }
    return checkSubject(
      userId ? { userId } : anonymousId ? { anonymousId } : { email: email as string },
    );
  }
}

const UNKNOWN = 'Nothing was found about this person.';

/** Whether the log held nothing about the person: only the suppression is new. */
function isUnknown(receipt: ErasureReceipt): boolean {
  const { pendingPurged, otherPurged, clicksRemoved, claimsRemoved, listsLeft } = receipt;
  const found = [pendingPurged, otherPurged, clicksRemoved, claimsRemoved, listsLeft];
  return found.every((count) => !count) && Object.keys(receipt.deliveredKept).length === 0;
}

/** A local part, one @ and a domain; no blanks. Hashes and ids have no @. */
const EMAIL = /^[^\s@]+@[^\s@]+$/;
// eslint-disable-next-line no-control-regex -- no id holds a control character
const CONTROL = /[\u0000-\u001f\u007f]/;
/** Words that a shell script or an export leaves where there is no id. */
const NO_VALUE =
  /^(?:null|undefined|none|nan|n\/a|-|\(not set\)|\[object object\]|\$\{?\w*\}?|\{\{?[^}]*\}?\})$/i;

/**
 * Refuses what cannot name anybody: a receipt for it would say that a person was erased who was
 * not.
 */
function checkSubject(subject: Subject): Subject {
  const [[field, value]] = Object.entries(subject) as [[string, string]];
  const flag = field === 'email' ? '--email' : field === 'userId' ? '--user-id' : '--anonymous-id';
  const text = value.trim();
  const isId = text !== '' && !CONTROL.test(text) && !NO_VALUE.test(text);
  if (isId && (field !== 'email' || EMAIL.test(text))) return subject;
  const expected = field === 'email' ? 'an e-mail address such as name@example.com' : 'an id';
  throw new UsageError(
    'bad_subject',
    `${flag} does not look like ${expected}. Nobody was erased.`,
    {
      hint:
        field === 'email'
          ? 'Pass a player id with --user-id or --anonymous-id.'
          : 'Check the value.',
      next: `postback erase ${flag} ${field === 'email' ? 'ADDRESS' : 'ID'}`,
    },
  );
}
