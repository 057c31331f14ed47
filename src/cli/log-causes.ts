import type { LogRow } from '../log/log-rows.js';
import { argumentWords } from '../shell-word.js';
import type { IO } from './io.js';
import { REASON_WORDS } from './reasons.js';
import { wrapAroundCommands } from './hints.js';
import { wrapWords } from './table-layout.js';
import { cleanCell, countOf } from './text.js';

/** Maximum number of causes that are explained. */
const NAMED_CAUSES = 10;

interface Cause {
  words: string;
  count: number;
}

/**
 * Says in words what the codes of a table of the log mean, which has no room for them: on a
 * terminal, each cause once.
 */
export class LogCauses {
  readonly #io: IO;
  readonly #causes = new Map<string, Cause>();
  /** An event of the log that failed, for the command that explains it. */
  #failedEvent: string | undefined;

  constructor(io: IO) {
    this.#io = io;
  }

  /** Passes rows on. `isLive`: says a cause as soon as its first row was shown. */
  async *watch(rows: AsyncIterable<LogRow>, isLive: boolean): AsyncIterable<LogRow> {
    for await (const row of rows) {
      yield row;
      const cause = this.#note(row);
      if (isLive && cause?.count === 1) await this.#say(`${' '.repeat(2)}${cause.words}`);
    }
  }

  /** Says all causes, the most frequent first, and the command that shows one in full. */
  async sayAll(): Promise<void> {
    const causes = [...this.#causes.values()].sort((a, b) => b.count - a.count);
    for (const { count, words } of causes.slice(0, NAMED_CAUSES))
      await this.#say(`${countOf(count, 'row')}: ${words}`);
    const left = causes.length - NAMED_CAUSES;
    if (left > 0) await this.#say(`and ${left} more; --json has the words of every row.`);
    const eventId = this.#failedEvent;
    if (eventId !== undefined)
      await this.#io.info(`Next: postback explain ${argumentWords(eventId)}`);
  }

  #note({ status, reason, message, goal, network, eventId }: LogRow): Cause | undefined {
    if (reason === null || status === 'success') return undefined;
    if (status === 'failed') this.#failedEvent ??= eventId;
    const said = status === 'skipped' ? (REASON_WORDS[reason] ?? message) : message;
    if (!said) return undefined;
    const where = status === 'skipped' ? '' : `${goal ?? ''} at ${network ?? ''}: `;
    const words = `${where}${cleanCell(reason)}, ${cleanCell(said)}`;
    const cause = this.#causes.get(words) ?? { words, count: 0 };
    cause.count++;
    this.#causes.set(words, cause);
    return cause;
  }

  #say(text: string): Promise<void> {
    const { err } = this.#io.color;
    const wrapped = wrapAroundCommands(text, (part) => wrapWords(part, this.#io.width));
    return this.#io.info(err.dim(wrapped));
  }
}
