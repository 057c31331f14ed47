import type { Update, WaitCause } from '../delivery/report.js';
import type { Summary } from '../delivery/tally.js';
import { countOf } from './text.js';

/** Time before a rate is shown, in milliseconds: earlier ones say little. */
const RATE_AFTER_MS = 1_000;
/** Longest time left that is shown in seconds. */
const LONGEST_SECONDS = 120;

/** What is waited for, the most serious first. */
const CAUSES: readonly WaitCause[] = ['throttled', 'failing', 'retry', 'pace'];

interface Wait {
  network: string;
  cause: WaitCause;
  untilMs: number;
}

/** The state of a run in one line: counts, share, rate, time left, and what it waits for. */
export class ProgressLine {
  readonly #waits = new Map<string, Wait>();
  #startedAtMs: number | undefined;
  #share: number | undefined;
  #summary: Summary | undefined;

  /** The counts so far; undefined before the first. */
  get summary(): Summary | undefined {
    return this.#summary;
  }

  /** Takes note of an update. Returns whether it says that requests are held back. */
  note(update: Update, nowMs: number): boolean {
    this.#startedAtMs ??= nowMs;
    if (update.type === 'progress') this.#summary = update.summary;
    else if (update.type === 'read') this.#share = update.share;
    else if (update.type === 'wait') {
      const { network, cause, untilMs } = update;
      const key = `${network} ${cause}`;
      this.#waits.set(key, {
        network,
        cause,
        untilMs: Math.max(untilMs, this.#waits.get(key)?.untilMs ?? 0),
      });
      return true;
    }
    return false;
  }

  /** Returns what the run waits for now; undefined where nothing is held back. */
  findWait(nowMs: number): string | undefined {
    const active = [...this.#waits.values()].filter(({ untilMs }) => untilMs > nowMs);
    const [first] = active.sort((a, b) => CAUSES.indexOf(a.cause) - CAUSES.indexOf(b.cause));
    return first && describeWait(first, nowMs);
  }

  /**
   * Returns the line.
   * @param total number of postbacks to deliver, where it is known
   */
  text(nowMs: number, total?: number): string {
    const counts = this.#summary ? describeCounts(this.#summary) : '';
    const parts = [this.findWait(nowMs), counts, this.#describePace(nowMs, total)];
    return parts.filter((part) => part !== undefined && part !== '').join(' · ');
  }

  #describePace(nowMs: number, total: number | undefined): string {
    const { lines = 0, delivered = 0 } = this.#summary ?? {};
    const share = total === undefined ? this.#share : Math.min(1, delivered / Math.max(1, total));
    const elapsedMs = nowMs - (this.#startedAtMs ?? nowMs);
    const percent = share === undefined ? '' : `${Math.floor(share * 100)} %`;
    if (elapsedMs < RATE_AFTER_MS) return percent;
    const done = total === undefined ? lines : delivered;
    const rate = `${count(Math.round(done / (elapsedMs / 1000)))}${total === undefined ? ' lines' : ''}/s`;
    const left =
      share === undefined || share === 0 || share === 1
        ? ''
        : describeLeft((elapsedMs * (1 - share)) / share);
    return [percent, rate, left].filter((part) => part !== '').join(', ');
  }
}

/**
 * The counts of a run in one line: `310 lines: 119 delivered, 0 failed, 0 pending, 174 skipped`.
 */
export function describeCounts(summary: Summary): string {
  const { lines, delivered, failed, pending, skipped } = summary;
  const counts =
    `${count(delivered)} delivered, ${count(failed)} failed, ${count(pending)} pending, ` +
    `${count(skipped)} skipped`;
  return lines === 0 ? counts : `${count(lines)} ${lines === 1 ? 'line' : 'lines'}: ${counts}`;
}

function describeWait({ network, cause, untilMs }: Wait, nowMs: number): string {
  const seconds = countOf(Math.ceil((untilMs - nowMs) / 1000), 'second');
  const words: Readonly<Record<WaitCause, string>> = {
    throttled: `${network} asks to wait ${seconds}`,
    failing: `${network} keeps failing; trying again in ${seconds}`,
    retry: `trying ${network} again in ${seconds}`,
    pace: `held by the pace of ${network} (--rate)`,
  };
  return words[cause];
}

function describeLeft(leftMs: number): string {
  const seconds = Math.ceil(leftMs / 1000);
  return seconds < LONGEST_SECONDS ? `${seconds} s left` : `${Math.ceil(seconds / 60)} min left`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
