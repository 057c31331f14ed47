import type { Update } from '../../src/delivery/report.js';
import type { LogRow } from '../../src/log/attempt-rows.js';
import { toProblem } from '../../src/events/lint.js';
import { toSafeJson, type IO } from './io.js';

type TailRow = Pick<
  LogRow,
  | 'time'
  | 'event'
  | 'goal'
  | 'network'
  | 'account'
  | 'status'
  | 'http'
  | 'latencyMs'
  | 'attempt'
  | 'eventId'
  | 'postbackId'
  | 'kind'
  | 'reason'
  | 'message'
>;

/** Prints one line, or one JSON object, for each attempt that comes back; under `--json` for each invalid line too. */
export class TailView {
  readonly #io: IO;
  #shown: Promise<void> = Promise.resolve();

  constructor(io: IO) {
    this.#io = io;
  }

  /** Queues the lines of one answer, or one invalid line; other updates are shown elsewhere. */
  show(update: Update): void {
    if (update.type === 'invalid' && this.#io.json) {
      const { code: reason, message } = update;
      const problem = toProblem(update.input, update.line, update);
      this.#queue([toSafeJson({ time: new Date().toISOString(), status: 'invalid', ...problem, reason, message })]);
    }
    if (update.type !== 'answer') return;
    this.#queue(rowsOf(update).map((row) => (this.#io.json ? toSafeJson(row) : this.#format(row))));
  }

  #queue(lines: readonly string[]): void {
    this.#shown = this.#shown.then(() => this.#io.out(lines.join('\n')));
    // The error is told by whoever waits for `shown`.
    this.#shown.catch(() => undefined);
  }

  /** Resolves when everything queued was taken by the reader. */
  shown(): Promise<void> {
    return this.#shown;
  }

  #format({ time, event, goal, network, account, status, http, latencyMs, eventId, reason }: TailRow): string {
    const color = this.#io.color.out;
    const paints = {
      success: color.green,
      accepted: color.cyan,
      failed: color.red,
      retried: color.yellow,
      skipped: color.dim,
    };
    const parts = [
      time,
      paints[status](status.padEnd(8)),
      `${network} ${account}`,
      event,
      goal,
      http ?? '-',
      `${latencyMs} ms`,
      eventId,
    ];
    return [...parts, ...(status === 'success' || reason === null ? [] : [reason])].join('  ');
  }
}

function rowsOf({ batch, account, verdicts, http, latencyMs }: Extract<Update, { type: 'answer' }>): TailRow[] {
  const time = new Date().toISOString();
  return verdicts.map(({ status, outcome }, index): TailRow => {
    const { postback, attempts } = batch.items[index]!.entry;
    const isDelivered = status === 'success';
    return {
      time,
      event: postback.event,
      goal: postback.goal,
      network: postback.network,
      account,
      status,
      http: http ?? null,
      latencyMs: Math.round(latencyMs),
      attempt: attempts + 1,
      eventId: postback.eventId,
      postbackId: postback.id,
      kind: outcome.kind,
      reason: isDelivered ? null : outcome.reason,
      message: (isDelivered ? outcome.warning : joinWords(outcome.message, outcome.warning)) ?? null,
    };
  });
}

function joinWords(...words: (string | undefined)[]): string | undefined {
  const said = words.filter((text) => text !== undefined);
  return said.length === 0 ? undefined : said.join('; ');
}
