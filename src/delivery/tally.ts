import type { WarningCode, WarningCounts } from '../events/warnings.js';
import type { Fix, Refusal } from '../networks/fix.js';
import type { Guidance } from '../networks/guidance.js';
import type { NetworkName, PerNetwork } from '../networks/names.js';
import type { OutcomeKind, SkipReason } from '../networks/network.js';
import { FailureCauses, type FailedPostback, type FailureCause } from './failure-causes.js';

/** Why postbacks are still pending when a run ends. */
export type WaitingKind = 'transient' | 'throttled' | 'credential' | 'processing' | 'stopped';
export type FailureKind = 'configuration' | 'payload' | 'expired';

/** The account of each network that a run delivers to. */
export type Accounts = PerNetwork<string>;

export interface NetworkTally {
  delivered: number;
  failed: number;
  pending: number;
  skipped: number;
  requests: number;
}

/** A refusal as a summary shows it. */
export interface RefusalSummary extends Guidance {
  network: NetworkName;
  account: string;
  reason: string;
  fix: Fix['by'];
}

/** The summary of a run. */
export interface Summary {
  run: string;
  command: string;
  workspace: string;
  accounts: Accounts;
  durationMs: number;
  dryRun?: boolean;
  lines: number;
  invalid: number;
  events: number;
  postbacks: number;
  delivered: number;
  failed: number;
  pending: number;
  skipped: number;
  skips: Partial<Record<SkipReason, number>>;
  failures: Record<FailureKind, number>;
  /** Why postbacks failed, by goal and reason, with the command that helps; absent: none failed. */
  causes?: FailureCause[];
  /**
   * Events of a goal's name that a filter of the goal excluded, by goal, whether or not another
   * goal counted them. Absent: none.
   */
  filtered?: Record<string, number>;
  /** `other_run`: another living run is delivering them; there only where there are some. */
  waiting: Record<WaitingKind, number> & { other_run?: number };
  networks: PerNetwork<NetworkTally>;
  /** Why networks take nothing more, and what fixes it; absent where none refused. */
  refusals?: RefusalSummary[];
  /**
   * Side fields that were not usable or not read, and what networks warn of, by code: no event is
   * lost.
   */
  warnings: WarningCounts;
  /**
   * Postbacks that runs which died left unfinished and this run took over; counted in `postbacks`
   * too. Absent: none.
   */
  recovered?: number;
  /**
   * Another process took this run over while it was paused or cut off: it wrote nothing more.
   * Absent otherwise.
   */
  takenOver?: true;
  /** Pending postbacks that this run left alone: they were recorded for another account. */
  otherAccount?: PerNetwork<number>;
}

/** Reasons that stop a whole event; every other one stops a postback. */
const EVENT_REASONS: ReadonlySet<SkipReason> = new Set<SkipReason>([
  'consent_none',
  'consent_unknown',
  'suppressed',
  'organic',
  'other_network',
  'no_goal',
  'goal_disabled',
  'filter_not_met',
]);

/** Counts what a run does. */
export class Tally {
  readonly summary: Summary;
  /** Postbacks handed to delivery, by network. */
  readonly #planned = new Map<NetworkName, number>();
  readonly #causes = new FailureCauses();

  constructor(
    head: Pick<Summary, 'run' | 'command' | 'workspace'> & Partial<Pick<Summary, 'accounts'>>,
  ) {
    this.summary = {
      accounts: {},
      ...head,
      durationMs: 0,
      lines: 0,
      invalid: 0,
      events: 0,
      postbacks: 0,
      delivered: 0,
      failed: 0,
      pending: 0,
      skipped: 0,
      skips: {},
      failures: { configuration: 0, payload: 0, expired: 0 },
      waiting: { transient: 0, throttled: 0, credential: 0, processing: 0, stopped: 0 },
      networks: {},
      warnings: {},
    };
  }

  /** One event or postback that is not sent. */
  skip(
    reason: SkipReason,
    network: NetworkName | undefined,
    isPostback = !EVENT_REASONS.has(reason),
  ): void {
    const { summary } = this;
    summary.skipped++;
    summary.skips[reason] = (summary.skips[reason] ?? 0) + 1;
    // Without a network no goal took the event: a test event where nothing has a test mapping.
    if (!isPostback || !network) return;
    summary.postbacks++;
    this.#of(network).skipped++;
  }

  /** Counts postbacks handed to delivery. */
  plan(network: NetworkName, count = 1): void {
    this.summary.postbacks += count;
    this.#planned.set(network, (this.#planned.get(network) ?? 0) + count);
  }

  /**
   * Takes back one planned postback that turned out to be a skip: another process has delivered it,
   * say.
   */
  unplan(network: NetworkName): void {
    this.plan(network, -1);
  }

  /** Counts postbacks that runs which died left unfinished; a negative count takes some back. */
  recover(count: number): void {
    const recovered = (this.summary.recovered ?? 0) + count;
    if (recovered > 0) this.summary.recovered = recovered;
    else delete this.summary.recovered;
  }

  /** Counts everything without an outcome as left to the run that has taken this one over. */
  leaveToSuccessor(): void {
    this.summary.takenOver = true;
    for (const [network, planned] of this.#planned) {
      const { delivered, failed, pending } = this.#of(network);
      const left = planned - delivered - failed - pending;
      if (left > 0) this.wait(network, 'other_run', left);
    }
  }

  /** A network that takes nothing more in this run. */
  refuse({ network, account, reason, fix }: Refusal, guidance: Guidance): void {
    (this.summary.refusals ??= []).push({ network, account, reason, fix: fix.by, ...guidance });
  }

  /** Counts an event for each goal that names it and whose filter excludes it. */
  filter(goals: readonly string[]): void {
    const filtered = (this.summary.filtered ??= {});
    for (const goal of goals) filtered[goal] = (filtered[goal] ?? 0) + 1;
  }

  request(network: NetworkName): void {
    this.#of(network).requests++;
  }

  deliver(network: NetworkName, count: number): void {
    this.summary.delivered += count;
    this.#of(network).delivered += count;
  }

  /** Something that was not usable, or that a network warns of; it costs no conversion. */
  warn(code: WarningCode, count = 1): void {
    this.summary.warnings[code] = (this.summary.warnings[code] ?? 0) + count;
  }

  /**
   * Counts a postback that failed permanently.
   * @param failed the postback with its outcome, for the causes of the summary
   */
  fail(network: NetworkName, kind: OutcomeKind, failed?: FailedPostback): void {
    this.summary.failed++;
    if (failed) {
      this.#causes.add(failed);
      this.summary.causes = this.#causes.list;
    }
    this.#of(network).failed++;
    this.summary.failures[kind === 'configuration' || kind === 'expired' ? kind : 'payload']++;
  }

  wait(network: NetworkName, kind: WaitingKind | 'other_run', count = 1): void {
    this.summary.pending += count;
    this.#of(network).pending += count;
    const { waiting } = this.summary;
    waiting[kind] = (waiting[kind] ?? 0) + count;
  }

  /**
   * One pending postback that was recorded for another account than the one that is connected now.
   */
  leaveToOtherAccount(network: NetworkName, count = 1): void {
    if (count === 0) return;
    const { summary } = this;
    summary.otherAccount = {
      ...summary.otherAccount,
      [network]: (summary.otherAccount?.[network] ?? 0) + count,
    };
    this.wait(network, 'stopped', count);
  }

  /**
   * One postback whose network has decided: it waits no more. `isOurs`: this run sent it, and
   * counted it as waiting.
   */
  decide(network: NetworkName, isOurs: boolean): void {
    if (!isOurs) {
      this.plan(network);
      return;
    }
    this.summary.pending--;
    this.#of(network).pending--;
    this.summary.waiting.processing--;
  }

  #of(network: NetworkName): NetworkTally {
    return (this.summary.networks[network] ??= {
      delivered: 0,
      failed: 0,
      pending: 0,
      skipped: 0,
      requests: 0,
    });
  }
}

/** Why a postback whose last outcome was `kind` waits. */
export function waitingKindOf(kind: OutcomeKind | 'stopped'): WaitingKind {
  if (kind === 'throttled' || kind === 'credential' || kind === 'processing' || kind === 'stopped')
    return kind;
  return 'transient';
}
