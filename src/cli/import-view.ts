import type { GoalImport } from '../goals/goal-list.js';
import { countOf } from './text.js';

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
