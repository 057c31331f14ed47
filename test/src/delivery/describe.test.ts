import { expect, test } from 'vitest';
import { describeMatch } from '../../../src/delivery/describe.js';
import { compileGoals, matchGoals } from '../../../src/goals/match.js';
import { makeGoal, makePurchase } from '../goals/conversion.js';

test('50: names the goals that count an event and those whose filters exclude it', () => {
  const goals = compileGoals([
    makeGoal({ id: 'any' }),
    makeGoal({ id: 'big', filters: ['value>10000'] }),
  ]);
  const event = makePurchase({ value: '9.99' });
  expect(describeMatch(event, matchGoals(event, goals))).toMatch(
    /: counted by any, excluded by a filter of big$/,
  );
});
