import type { GoalImport } from '../../src/goals/goal-list.js';
import { countOf } from './text.js';

/** What an import does to the goals, in a sentence. */
export function describeImport({ added, replaced, unchanged }: GoalImport, dryRun: boolean): string {
  const parts = [
    ['added', added],
    ['replaced', replaced],
    ['unchanged', unchanged],
  ] as const;
  const said = parts.filter(([, ids]) => ids.length > 0).map(([word, ids]) => `${countOf(ids.length, 'goal')} ${word}`);
  return `${dryRun ? 'Would be: ' : ''}${said.length === 0 ? 'no goals' : said.join(', ')}.`;
}
