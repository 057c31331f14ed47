import { describe, expect, test } from 'vitest';
import {
  addGoal,
  editGoal,
  findGoal,
  importGoals,
  removeGoal,
  switchGoal,
} from '../../../src/goals/goal-list.js';
import { makeGoal } from './conversion.js';

const first = makeGoal({ id: 'first-purchase', map: { amazon: '1' }, description: 'old' });
const second = makeGoal({ id: 'second' });
const goals = [first, second];

test('addGoal puts a checked goal at the end', () => {
  const after = addGoal(goals, { name: 'Second', event: 'sign_up', description: undefined });
  expect(after.map(({ id }) => id)).toEqual(['first-purchase', 'second', 'second-2']);
  expect(goals).toHaveLength(2);
  expect(() => addGoal(goals, { name: 'x', event: 'y', id: 'second' })).toThrow(
    'The goal\'s id is "second", which another goal already has.',
  );
});

test('editGoal replaces what is said and keeps the rest', () => {
  const after = editGoal(goals, 'first-purchase', {
    filters: ['value>10'],
    name: undefined,
    description: '',
  });
  const { description: _, ...kept } = first;
  expect(after).toEqual([{ ...kept, filters: ['value>10'] }, second]);
  expect(() => editGoal(goals, 'second', { trigger: 'x' })).toThrow('trigger is "x"');
});

test('switchGoal and removeGoal change the one goal', () => {
  expect(switchGoal(goals, 'second', false)).toEqual([first, { ...second, enabled: false }]);
  expect(removeGoal(goals, 'second')).toEqual([first]);
});

test.each([
  [
    'first-purchas',
    goals,
    'Unknown goal "first-purchas". Did you mean first-purchase?',
    'first-purchase, second',
  ],
  ['nonsense', goals, 'Unknown goal "nonsense".', 'first-purchase, second'],
  ['any', [], 'Unknown goal "any".', 'no goals yet'],
])('findGoal(%s) suggests goals for an unknown one', (id, among, message, hint) => {
  expect(() => findGoal(among, id)).toThrow(
    expect.objectContaining({
      kind: 'config',
      message,
      hint: expect.stringContaining(hint) as string,
    }),
  );
});

test('importGoals replaces by id, keeps the others, and tells what it did', () => {
  const changed = { ...second, enabled: false };
  const added = makeGoal({ id: 'third' });
  expect(importGoals(goals, [added, changed, structuredClone(first)])).toEqual({
    goals: [first, changed, added],
    added: ['third'],
    replaced: ['second'],
    unchanged: ['first-purchase'],
  });
});

describe('on goals that are not there', () => {
  test.each([
    ['editGoal', () => editGoal(goals, 'x', {})],
    ['switchGoal', () => switchGoal(goals, 'x', true)],
    ['removeGoal', () => removeGoal(goals, 'x')],
  ])('%s throws', (_, run) => {
    expect(run).toThrow('Unknown goal "x".');
  });
});
