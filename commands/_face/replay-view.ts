import type { ReplayPlan } from '../../src/delivery/replay-plan.js';
import type { IO } from './io.js';
import { REASON_WORDS } from './reasons.js';

const REFUSAL_WORDS: Readonly<Record<string, string>> = {
  ...REASON_WORDS,
  too_old: 'have passed their window and cannot be sent any more',
  dedupe_window: 'could be counted twice: their first attempt is older than the network remembers; --force sends them',
};

/** Shows what a replay is about to do: data of the question that follows, so it goes to stdout. */
export async function printReplayPlan(io: IO, plan: ReplayPlan): Promise<void> {
  if (plan.matched === 0) {
    await io.out('Nothing to replay: no postback in the log matches.');
    await io.remark('Look wider with --since 7d, --all, or --state pending,failed,skipped.');
    return;
  }
  const lines = [`${plan.matched} match, ${plan.toSend} will be sent${describeAge(plan)}`];
  lines.push(
    ...describe('  state', plan.states),
    ...describe('  network', plan.networks),
    ...describe('  goal', plan.goals),
  );
  if (plan.overLimit > 0)
    lines.push(`${plan.overLimit} more wait: --all, or --limit for more than the oldest ${plan.toSend}.`);
  for (const [reason, count] of Object.entries(plan.refused)) {
    lines.push(`${count} left out, ${reason}: ${REFUSAL_WORDS[reason] ?? ''}`);
  }
  await io.out(lines.join('\n'));
}

function describeAge({ oldest, newest }: ReplayPlan): string {
  return oldest === undefined || newest === undefined ? '.' : `, events of ${oldest} to ${newest}:`;
}

function describe(name: string, counts: Readonly<Record<string, number>>): string[] {
  const parts = Object.entries(counts).map(([value, count]) => `${value} ${count}`);
  return parts.length === 0 ? [] : [`${name}: ${parts.join(', ')}`];
}
