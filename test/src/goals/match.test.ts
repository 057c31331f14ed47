import { describe, expect, test } from 'vitest';
import { compileGoals, matchGoals } from '../../../src/goals/match.js';
import type { ConversionGoal } from '../../../src/goals/goal.js';
import { makeGoal, makePurchase } from './conversion.js';

const any = makeGoal({ id: 'any' });
const big = makeGoal({ id: 'big', filters: ['value>10', 'currency=USD'] });
const off = makeGoal({ id: 'off', enabled: false });
const other = makeGoal({ id: 'other', event: 'sign_up' });

describe('matchGoals', () => {
  test.each([
    ['every goal on the event', [any, big, off, other], '10.01', ['any', 'big']],
    ['only goals whose filters all hold', [any, big], '10', ['any']],
  ])('gives %s', (_, goals, value, ids) => {
    const { matched } = matchGoals(makePurchase({ value }), compileGoals(goals));
    expect(matched.map(({ id }) => id)).toEqual(ids);
  });

  test.each([
    [[], 'no_goal', 'no goal counts the event "purchase"'],
    [[other], 'no_goal', 'no goal counts the event "purchase"'],
    [[off], 'goal_disabled', 'disabled: off'],
    [[off, big], 'filter_not_met', 'big: value>10 does not match (value is "9.99")'],
    [
      [makeGoal({ filters: ['level>1'] })],
      'filter_not_met',
      'purchase: level>1 does not match (the event has no level)',
    ],
  ])('says why none of %j matches', (goals, reason, message) => {
    expect(matchGoals(makePurchase(), compileGoals(goals))).toMatchObject({
      matched: [],
      reason,
      message,
    });
  });

  test('41: names the goals whose filters exclude the event, also where another goal counts it', () => {
    const match = (...goals: ConversionGoal[]) => matchGoals(makePurchase(), compileGoals(goals));
    expect(match(any, big, off, other)).toEqual({ matched: [any], filtered: ['big'] });
    expect(match(big)).toMatchObject({ matched: [], filtered: ['big'] });
    expect(match(any, off)).toEqual({ matched: [any] });
  });

  test('does not repeat what a property holds', () => {
    const event = makePurchase({ properties: { contact: 'private-text' } });
    const match = matchGoals(event, compileGoals([makeGoal({ filters: ['contact=x'] })]));
    expect(JSON.stringify(match)).not.toContain('private');
  });

  test('is not confused by names that objects have', () => {
    expect(matchGoals(makePurchase({ name: 'constructor' }), compileGoals([any]))).toMatchObject({
      reason: 'no_goal',
    });
  });
});

test('compileGoals refuses a filter that was never checked', () => {
  expect(() => compileGoals([makeGoal({ filters: ['value>'] })])).toThrow(
    'no value to compare with',
  );
});
