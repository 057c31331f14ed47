import { expect, test } from 'vitest';

import { GoalProblem, readGoal } from '../../../src/goals/goal-rules.js';
import { buildGoalSchema } from '../../../src/goals/goal-schema.js';
import type { JsonObject } from '../../../src/json.js';
import { compileSchema } from '../../kit/schema.js';

const accepts = compileSchema(buildGoalSchema());

function reads(value: unknown): boolean {
  try {
    readGoal(value, new Set());
    return true;
  } catch (error) {
    if (error instanceof GoalProblem) return false;
    throw error;
  }
}

const EXAMPLES: JsonObject[] = [
  {},
  { name: undefined },
  { name: ' ' },
  { name: 7 },
  { name: 'a\tb' },
  { name: 'x'.repeat(256) },
  { name: 'x'.repeat(257) },
  { event: undefined },
  { event: null },
  { id: 'first-purchase' },
  { id: 'First' },
  { id: '' },
  { id: `a${'b'.repeat(64)}` },
  { description: 'why' },
  { description: '' },
  { trigger: 'once' },
  { trigger: 'twice' },
  { enabled: false },
  { enabled: 'no' },
  { filters: [] },
  {
    filters: [
      'value>10',
      'currency in USD, EUR',
      'order exists',
      'name contains gold',
      'a.b = "x, y"',
    ],
  },
  { filters: ['value>'] },
  { filters: ['value'] },
  { filters: ['>10'] },
  { filters: ['order exists now'] },
  { filters: ['value==10'] },
  { filters: [10] },
  { filters: Array.from({ length: 21 }, () => 'value>10') },
  { map: { amazon: '1' } },
  { map: { amazon: 1 } },
  { map: { amazon: ' ' } },
  { map: { myspace: '1' } },
  { map: { amazon: { name: 'n', type: 't', source: 's' } } },
  { map: { amazon: { name: 'n', type: 't', source: 's', dataset: 'd' } } },
  { map: { amazon: { name: 'n', type: 't' } } },
  { map: { amazon: { name: 'n', type: 't', source: 's', secret: 'x' } } },
  { testMap: { meta: 'custom' } },
  { testMap: [] },
  { colour: 'red' },
];

test.each(EXAMPLES.map((example) => [JSON.stringify(example).slice(0, 80), example] as const))(
  '%s',
  (_, changes) => {
    const goal: unknown = JSON.parse(
      JSON.stringify({ name: 'Purchase', event: 'purchase', ...changes }),
    );
    expect(accepts(goal)).toBe(reads(goal));
  },
);
