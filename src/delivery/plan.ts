import type { Settings } from '../config/settings.js';
import type { CompiledGoals } from '../goals/match.js';
import type { NetworkName } from '../networks/names.js';
import type { AnyNetwork, Channel, Outgoing, Postback, Skip } from '../networks/network.js';

/** A network as this run may use it. */
export interface Route {
  network: AnyNetwork;
  /** Absent: not connected. */
  channel?: Channel;
  /** The channel of audience lists, where the network has them. */
  lists?: Channel;
  enabled: boolean;
}

/** What a plan depends on apart from what the log knows: see {@link KnownState}. */
export interface PlanContext {
  workspace: string;
  settings: Settings;
  goals: CompiledGoals;
  /**
   * Whether a test event can go anywhere: to a goal's test mapping, or where a network keeps tests
   * apart.
   */
  takesTestEvents: boolean;
  routes: ReadonlyMap<NetworkName, Route>;
  /** The networks of `--network`; empty: all. */
  onlyNetworks: ReadonlySet<string>;
}

/** A postback to send; `resumes`: an earlier run recorded it and did not deliver it. */
export interface PlannedPostback extends Outgoing {
  resumes?: boolean;
}

/** Why an event, or one postback of it, is not sent. */
export interface PlannedSkip extends Skip {
  goal?: string;
  network?: NetworkName;
  /** Present where a later replay may find the reason gone. */
  postback?: Postback;
}

export interface Plan {
  outgoing: PlannedPostback[];
  skips: PlannedSkip[];
  /** Goals that name the event and whose filters exclude it; absent: none. */
  filtered?: readonly string[];
}
