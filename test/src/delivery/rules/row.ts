import type { FormatChoice } from '../../../../src/events/event-parser.js';
import type { JsonObject } from '../../../../src/json.js';
import type { Subject } from '../../../../src/log/maintenance.js';
import type { PlanContextOptions } from '../../../kit/plan-context.js';

/** What happened before the event of a row, through the real memory and the real log. */
export type Step =
  /** Lines of earlier files, remembered as `send` does. */
  | { read: JsonObject[] }
  /** Planned, recorded and answered by the network with yes, no, or not yet. */
  | { delivered: JsonObject }
  | { failed: JsonObject }
  | { pending: JsonObject }
  /** Planned, and stopped by a gate. */
  | { stopped: JsonObject }
  | { erased: Subject };

export interface Case {
  /** Changes to the fields of a purchase that passes every gate, and to its properties. */
  of?: JsonObject;
  with?: JsonObject;
  /** Instead of that purchase. */
  message?: JsonObject;
  format?: FormatChoice;
  before?: Step[];
  /** As a project file has them. */
  goals?: JsonObject[];
  settings?: PlanContextOptions['settings'];
  amazon?: PlanContextOptions['amazon'];
  others?: PlanContextOptions['others'];
  only?: PlanContextOptions['only'];
  /**
   * What the first event of the request holds, which fields it has not, and what stands nowhere in
   * all of them.
   */
  sends?: JsonObject;
  lacks?: string[];
  hides?: string[];
  /** Where the request goes. */
  url?: string;
}

/**
 * Rule, what, state of the world, and what comes of it:
 * `goal@network:mapping` for each postback, `-reason goal@network` for each skip, `!code field` for
 * a line or a goal that is refused.
 */
export type Row = readonly [rule: string, what: string, state: Case, plan: string[]];

const BUY_MAP = { amazon: '1234567891' };

/** A goal as a project file has it. */
export function goal(name: string, parts: JsonObject = {}): JsonObject {
  return { name, event: 'purchase', map: BUY_MAP, ...parts };
}

/** What the goal that rows have by default makes. */
export const COUNTED = ['purchase@amazon:1234567891'];

export const NO_CLICK: JsonObject = { utm_source: undefined, utm_medium: undefined };

/** The Events API, with the mapping that it takes. */
export const EVENTS_API: Pick<Case, 'amazon' | 'goals'> = {
  amazon: { api: 'events-api' },
  goals: [
    goal('Purchase', {
      map: { amazon: { name: 'Bought', type: 'OFF_AMAZON_PURCHASES', source: 'WEBSITE' } },
    }),
  ],
};
export const COUNTED_BY_NAME = ['purchase@amazon:Bought / OFF_AMAZON_PURCHASES / WEBSITE'];
