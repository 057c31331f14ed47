import type { GoalImport } from '../goals/goal-list.js';
import type { GoalChange } from '../goals/goal-diff.js';
import type { IO } from './io.js';
import { cleanCell, countOf } from './text.js';

/** Describes the effect of an import on the goals. */
export function describeImport(
  { added, replaced, unchanged }: GoalImport,
  dryRun: boolean,
): string {
  const parts = [
    ['added', added],
    ['replaced', replaced],
    ['unchanged', unchanged],
  ] as const;
  const said = parts
    .filter(([, ids]) => ids.length > 0)
    .map(([word, ids]) => `${countOf(ids.length, 'goal')} ${word}`);
  return `${dryRun ? 'Dry run: ' : ''}${said.length === 0 ? 'no goals' : said.join(', ')}.`;
}

/** Prints what an import changes in the goals that it replaces, before it asks. */
export async function printChanges(
  io: IO,
  changes: Readonly<Record<string, readonly GoalChange[]>>,
): Promise<void> {
  for (const [goal, changed] of Object.entries(changes)) {
    await io.info(io.color.err.bold(goal));
    for (const { field, from = 'none', to = 'none' } of changed)
      await io.info(`  ${field}: ${cleanCell(from)} -> ${cleanCell(to)}`);
  }
}
