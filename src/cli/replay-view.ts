import type { ReplayPlan } from '../delivery/replay-plan.js';
import type { IO } from './io.js';
/** Shows what a replay is about to do: data of the question that follows, so it goes to stdout. */
export async function printReplayPlan(io: IO, plan: ReplayPlan): Promise<void> {
  if (plan.matched === 0) {
    await io.print('Nothing to replay: no postback in the log matches.');
    await io.info(
      'Broaden the search: postback replay --dry-run --all --state pending,failed,skipped',
    );
    return;
  }
  const lines = [`${plan.matched} match, ${plan.toSend} will be sent${describeAge(plan)}`];
  lines.push(
    ...describe('  state', plan.states),
    ...describe('  network', plan.networks),
    ...describe('  goal', plan.goals),
  );
  if (plan.overLimit > 0)
    lines.push(
      `${plan.overLimit} more match. Use --all or --limit to send more than the oldest ` +
        `${plan.toSend}.`,
    );
  for (const { reason, count, message, next } of plan.advice) {
    lines.push(`${count} left out, ${reason}: ${message}.`);
    if (next !== undefined) lines.push(`  Next: ${next}`);
  }
  await io.print(lines.join('\n'));
}

function describeAge({ oldest, newest }: ReplayPlan): string {
  return oldest === undefined || newest === undefined ? '.' : `, events of ${oldest} to ${newest}:`;
}

function describe(name: string, counts: Readonly<Record<string, number>>): string[] {
  const parts = Object.entries(counts).map(([value, count]) => `${value} ${count}`);
  return parts.length === 0 ? [] : [`${name}: ${parts.join(', ')}`];
}
