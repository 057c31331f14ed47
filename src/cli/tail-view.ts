import { stripVTControlCharacters } from 'node:util';
import type { LogRow } from '../log/log-rows.js';
import type { Update } from '../delivery/report.js';
import { toProblem } from '../events/lint.js';
import { toSafeJson, type IO } from './io.js';
import { displayWidth } from './table-layout.js';
import { localTime } from './time.js';

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

/** Where the time of day begins in a local time. */
const CLOCK_AT = '2026-12-01 '.length;
/** Columns of the time of day and of the gap after it. */
const CLOCK_WIDTH = '12:00:00  '.length;

/**
 * Prints one line, or one JSON object, for each attempt that comes back; under `--json` for each
 * invalid line too.
 */
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
      this.#queue([
        toSafeJson({
          time: new Date().toISOString(),
          status: 'invalid',
          ...problem,
          reason,
          message,
        }),
      ]);
    }
    if (update.type !== 'answer') return;
    this.#queue(rowsOf(update).map((row) => (this.#io.json ? toSafeJson(row) : this.#format(row))));
  }

  #queue(lines: readonly string[]): void {
    this.#shown = this.#shown.then(() => this.#io.print(lines.join('\n')));
    // The caller that awaits `shown` reports the error.
    this.#shown.catch(() => undefined);
  }

  /** Resolves when everything queued was taken by the reader. */
  shown(): Promise<void> {
    return this.#shown;
  }

  #format({
    time,
    event,
    goal,
    network,
    account,
    status,
    http,
    latencyMs,
    eventId,
    reason,
  }: TailRow): string {
    const color = this.#io.color.out;
    const paints = {
      success: color.green,
      accepted: color.cyan,
      failed: color.red,
      retried: color.yellow,
      skipped: color.dim,
    };
    const parts = [
      this.#io.isTerminal ? localTime(time).slice(CLOCK_AT) : time,
      paints[status](status.padEnd(8)),
      `${network} ${account}`,
      event,
      goal,
      http ?? '-',
      `${latencyMs} ms`,
      eventId,
    ];
    const why = status === 'success' || reason === null ? [] : [reason];
    const line = [...parts, ...why].join('  ');
    if (!this.#io.isTerminal || displayWidth(stripVTControlCharacters(line)) <= this.#io.width)
      return line;
    // A row in two lines keeps its id whole.
    return `${[...parts.slice(0, -1), ...why].join('  ')}\n${' '.repeat(CLOCK_WIDTH)}${eventId}`;
  }
}

function rowsOf({
  batch,
  account,
  verdicts,
  http,
  latencyMs,
}: Extract<Update, { type: 'answer' }>): TailRow[] {
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
      message:
        (isDelivered ? outcome.warning : joinWords(outcome.message, outcome.warning)) ?? null,
    };
  });
}

function joinWords(...words: (string | undefined)[]): string | undefined {
  const said = words.filter((text) => text !== undefined);
  return said.length === 0 ? undefined : said.join('; ');
}
