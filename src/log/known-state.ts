import type { ClickOwner } from '../attribution/click-rules.js';
import type { Click, ConversionEvent } from '../events/conversion-event.js';
import type { ConversionGoal } from '../goals/goal.js';
import type { NetworkName } from '../networks/names.js';
import type { Postback } from '../networks/network.js';

/** What identifies a postback in the log. */
export type PostbackKey = Pick<Postback, 'id' | 'eventId' | 'goal' | 'network'>;

/**
 * What a plan makes of the log's answer: `new` is planned, `pending` was recorded and not delivered
 * and is delivered now, `known` is a duplicate.
 */
export type PlanState = 'new' | 'pending' | 'known';

/** What a planner asks about one event. */
export interface EventQuestion {
  readonly event: ConversionEvent;
  /**
   * Goals that count the event. Of each the postback, and where it counts once per player its lock,
   * is asked for.
   */
  readonly goals: readonly ConversionGoal[];
  /** Owner of the event's own click. Absent: the player's last click before the event decides. */
  readonly owner: ClickOwner | undefined;
}

/** What a planner has to know of some events. */
export interface LookupRequest {
  /**
   * Events that carry identities or paid clicks: a run records them before the questions are
   * answered.
   */
  readonly identities: readonly ConversionEvent[];
  readonly questions: readonly EventQuestion[];
  /** How long a click counts, in milliseconds. */
  readonly clickWindowMs: number;
}

/** What the log has of one postback. */
export interface KnownPostback {
  readonly id: string;
  readonly goal: string;
  readonly network: NetworkName;
  readonly state: PlanState;
  /**
   * Id of the postback that holds the once-per-player lock of the goal. Absent: the lock is free or
   * not needed.
   */
  readonly lockOwner?: string;
  /** Its row in the log, where it has one. */
  readonly row?: {
    readonly state: 'pending' | 'failed' | 'skipped';
    readonly reason: string | undefined;
    readonly account: string | undefined;
  };
}

/** What is known of one event. */
export interface KnownEvent {
  /** Whether the player was erased. */
  readonly isSuppressed: boolean;
  /** The player's last paid click in the window, where the question has no owner. */
  readonly click?: Click | undefined;
  /** The postbacks that were asked for: one for each goal, of the network that owns the click. */
  readonly postbacks: readonly KnownPostback[];
  /** Key of the player. Absent where the event names none or every postback is known. */
  readonly player?: string | undefined;
  /** Keys of everything on the event that names the player; empty where every postback is known. */
  readonly members: readonly string[];
}

/** The answer to a {@link LookupRequest}: one value, read at one moment. */
export interface KnownState {
  /** One for each question, in order. */
  readonly events: readonly KnownEvent[];
}
