import type { WarningCode, WarningCounts } from '../events/warnings.js';
import type { Fix, Refusal } from '../networks/fix.js';
import type { Guidance } from '../networks/guidance.js';
import type { NetworkName } from '../networks/names.js';
import type { OutcomeKind, SkipReason } from '../networks/network.js';

/** Why postbacks are still pending when a run ends. */
export type WaitingKind = 'transient' | 'throttled' | 'credential' | 'processing' | 'stopped';
export type FailureKind = 'configuration' | 'payload' | 'expired';

/** The account of each network that a run delivers to. */
export type Accounts = Partial<Record<NetworkName, string>>;

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

/** The summary of a run, in the form of contract.md section 4. */
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
  /** `other_run`: another living run is delivering them; there only where there are some. */
  waiting: Record<WaitingKind, number> & { other_run?: number };
  networks: Partial<Record<NetworkName, NetworkTally>>;
  /** Why networks take nothing more, and what fixes it; absent where none refused. */
  refusals?: RefusalSummary[];
  /** Side fields that were not usable or not read, and what networks warn of, by code: no event is lost. */
  warnings: WarningCounts;
  /** Pending postbacks that this run left alone: they were recorded for another account. */
  otherAccount?: Partial<Record<NetworkName, number>>;
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

  constructor(head: Pick<Summary, 'run' | 'command' | 'workspace'> & Partial<Pick<Summary, 'accounts'>>) {
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
  skip(reason: SkipReason, network: NetworkName | undefined, isPostback = !EVENT_REASONS.has(reason)): void {
    const { summary } = this;
    summary.skipped++;
    summary.skips[reason] = (summary.skips[reason] ?? 0) + 1;
    // Without a network no goal took the event: a test event where nothing has a test mapping.
    if (!isPostback || !network) return;
    summary.postbacks++;
    this.#of(network).skipped++;
  }

  /** One postback handed to delivery. */
  plan(): void {
    this.summary.postbacks++;
  }

  /** One postback that delivery met again, in the log of another process: planned before, now a skip. */
  unplan(): void {
    this.summary.postbacks--;
  }

  /** A network that takes nothing more in this run. */
  refuse({ network, account, reason, fix }: Refusal, guidance: Guidance): void {
    (this.summary.refusals ??= []).push({ network, account, reason, fix: fix.by, ...guidance });
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

  fail(network: NetworkName, kind: OutcomeKind): void {
    this.summary.failed++;
    this.#of(network).failed++;
    this.summary.failures[kind === 'configuration' || kind === 'expired' ? kind : 'payload']++;
  }

  wait(network: NetworkName, kind: WaitingKind | 'other_run', count = 1): void {
    this.summary.pending += count;
    this.#of(network).pending += count;
    const { waiting } = this.summary;
    waiting[kind] = (waiting[kind] ?? 0) + count;
  }

  /** One pending postback that was recorded for another account than the one that is connected now. */
  leaveToOtherAccount(network: NetworkName, count = 1): void {
    if (count === 0) return;
    const { summary } = this;
    summary.otherAccount = { ...summary.otherAccount, [network]: (summary.otherAccount?.[network] ?? 0) + count };
    this.wait(network, 'stopped', count);
  }

  /** One postback whose network has decided: it waits no more. `isOurs`: this run sent it, and counted it as waiting. */
  decide(network: NetworkName, isOurs: boolean): void {
    if (!isOurs) {
      this.summary.postbacks++;
      return;
    }
    this.summary.pending--;
    this.#of(network).pending--;
    this.summary.waiting.processing--;
  }

  #of(network: NetworkName): NetworkTally {
    return (this.summary.networks[network] ??= { delivered: 0, failed: 0, pending: 0, skipped: 0, requests: 0 });
  }
}

/** Why a postback whose last outcome was `kind` waits. */
export function waitingKindOf(kind: OutcomeKind | 'stopped'): WaitingKind {
  if (kind === 'throttled' || kind === 'credential' || kind === 'processing' || kind === 'stopped') return kind;
  return 'transient';
}
