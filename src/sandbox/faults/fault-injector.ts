import type { PartialAnswer } from '../exchange.js';
import { createSeededChance } from '../seeded-chance.js';
import type { FaultRule } from './fault-rule.js';
import { describeFault } from './fault-text.js';

/** What the faults do to one request. */
export interface FaultPlan {
  delayMs: number;
  /** The rule that answers instead of the network. */
  refusal?: FaultRule;
  drop?: 'before' | 'after';
  truncate: boolean;
  partialAnswer?: PartialAnswer;
  revoke: boolean;
  expire: boolean;
  /** The faults applied, for the request log. */
  labels: string[];
}

/** What a rule is matched against. */
export interface FaultTarget {
  network: string;
  address: string;
  login: boolean;
}

export interface ActiveFault {
  id: number;
  rule: FaultRule;
  /** Matching requests seen. */
  seen: number;
  /** How often it struck. */
  fired: number;
}

interface Held extends ActiveFault {
  chance: () => number;
}

/**
 * Decides which faults strike a request; the same seed and the same order of requests give the same
 * faults.
 */
export class FaultInjector {
  readonly seed: number;
  #held: Held[] = [];
  #nextId = 1;

  constructor(seed: number, rules: readonly FaultRule[] = []) {
    this.seed = seed;
    this.replace(rules);
  }

  /** Adds a validated rule after the others. */
  add(rule: FaultRule): ActiveFault {
    const id = this.#nextId;
    this.#nextId += 1;
    // A generator per rule: adding a second fault does not move the blows of the first.
    const held = {
      id,
      rule: { ...rule },
      seen: 0,
      fired: 0,
      chance: createSeededChance(this.seed + id * 7919),
    };
    this.#held.push(held);
    return publish(held);
  }

  replace(rules: readonly FaultRule[]): void {
    this.#held = [];
    this.#nextId = 1;
    for (const rule of rules) this.add(rule);
  }

  /** Whether there was such a fault. */
  remove(id: number): boolean {
    const before = this.#held.length;
    this.#held = this.#held.filter((held) => held.id !== id);
    return this.#held.length < before;
  }

  list(): ActiveFault[] {
    return this.#held.map(publish);
  }

  plan(target: FaultTarget): FaultPlan {
    const plan: FaultPlan = {
      delayMs: 0,
      truncate: false,
      revoke: false,
      expire: false,
      labels: [],
    };
    for (const held of this.#held) {
      if (matchesTarget(held.rule, target) && strikes(held)) applyRule(plan, held);
    }
    return plan;
  }
}

function publish({ id, rule, seen, fired }: Held): ActiveFault {
  return { id, rule: { ...rule }, seen, fired };
}

function matchesTarget({ match }: FaultRule, target: FaultTarget): boolean {
  if (match === undefined) return !target.login;
  const parts = match.split('|');
  return parts.some(
    (part) => part === '*' || part === target.network || target.address.includes(part),
  );
}

function strikes(held: Held): boolean {
  const { rate = 1, every = 1, times = Infinity, after = 0 } = held.rule;
  held.seen += 1;
  // Drawn for every matching request, so that `after` and `every` do not shift later draws.
  const lucky = held.chance() < rate;
  const turn = held.seen - after;
  if (!lucky || turn < 1 || turn % every !== 0 || held.fired >= times) return false;
  held.fired += 1;
  return true;
}

/** Delays add up; of several refusals and drops the first rule's holds. */
function applyRule(plan: FaultPlan, { rule, chance }: Held): void {
  plan.labels.push(describeFault(rule));
  plan.delayMs += rule.latencyMs ?? 0;
  if (rule.status !== undefined || rule.code !== undefined) plan.refusal ??= rule;
  if (rule.drop) plan.drop ??= rule.drop;
  if (rule.truncate) plan.truncate = true;
  if (rule.revoke) plan.revoke = true;
  if (rule.expire) plan.expire = true;
  if (rule.omit !== undefined) {
    plan.partialAnswer ??= {
      count: rule.omit,
      accepted: rule.omitAccepted ?? true,
      pick: (size) => Math.floor(chance() * size),
    };
  }
}
