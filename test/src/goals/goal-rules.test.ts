import { describe, expect, test } from 'vitest';
import { readGoal, readGoals } from '../../../src/goals/goal-rules.js';
import { GOAL_TEMPLATES } from '../../../src/goals/templates.js';

const minimal = { name: 'Big Spender', event: 'purchase' };
const none: ReadonlySet<string> = new Set();

describe('readGoal', () => {
  test('fills in what is not said', () => {
    expect(readGoal(minimal, none)).toEqual({
      id: 'big-spender',
      name: 'Big Spender',
      event: 'purchase',
      trigger: 'repeatable',
      filters: [],
      enabled: true,
      map: {},
      testMap: {},
    });
  });

  test('keeps everything that is said', () => {
    const full = {
      ...minimal,
      id: 'spender.1',
      description: 'more than ten',
      trigger: 'once',
      filters: ['value>10', 'currency=USD'],
      enabled: false,
      map: { amazon: '12345678901234567890' },
      testMap: { amazon: { name: 'n', type: 't', source: 's', dataset: 'd' } },
    };
    expect(readGoal(full, none)).toEqual(full);
  });

  test.each([
    [{ name: undefined }, 'name is missing; expected text'],
    [{ name: '  ' }, 'name is empty'],
    [{ name: 'a\u0000b' }, 'name contains a control character'],
    [{ name: 'x'.repeat(257) }, 'name has 257 characters; the maximum is 256'],
    [{ event: 5 }, 'event is 5; expected text'],
    [{ description: '' }, 'description is empty'],
    [{ id: 'Big' }, 'id is "Big"; expected lower-case letters'],
    [{ id: '../x' }, 'id is "../x"'],
    [{ id: 'taken' }, 'id is "taken", which another goal already has'],
    [{ trigger: 'twice' }, 'trigger is "twice"; expected once or repeatable'],
    [{ enabled: 'yes' }, 'enabled is "yes"; expected true or false'],
    [{ filters: 'value>10' }, 'filters is "value>10"; expected a list'],
    [{ filters: ['value>10', 'value>x'] }, 'filters[1] ("value>x") needs a number after >'],
    [{ filters: [10] }, 'filters[0] is 10; expected text'],
    [{ filters: Array(21).fill('value>1') }, 'filters has 21 conditions; the maximum is 20'],
    [{ event_name: 'x' }, 'event_name is not known. Valid fields: id, name, event'],
    [{ filtres: [] }, 'filtres is not known. Did you mean filters?'],
    [{ map: [] }, 'map is a list; expected an object'],
    [
      { map: { amazn: '1' } },
      'map.amazn is not known. Did you mean amazon? Valid fields: amazon, meta',
    ],
    [{ map: { amazon: 12345 } }, 'map.amazon is a number; write it in quotes'],
    [{ map: { amazon: ' ' } }, 'map.amazon is " "; expected an id or name as text'],
    [
      { testMap: { amazon: { name: 'n', type: 't' } } },
      'testMap.amazon.source is missing; expected text',
    ],
    [{ map: { amazon: { name: 'n', kind: 't' } } }, 'map.amazon.kind is not known'],
  ])('refuses %j', (changes, words) => {
    expect(() => readGoal({ ...minimal, ...changes }, new Set(['taken']))).toThrow(words);
  });

  test.each([
    [null, 'null'],
    [[], 'a list'],
    ['goal', '"goal"'],
  ])('refuses %j as a goal', (raw, words) => {
    expect(() => readGoal(raw, none)).toThrow(`is ${words}; expected an object`);
  });
});

describe('readGoals', () => {
  test('makes ids that differ', () => {
    expect(readGoals([minimal, minimal]).map((goal) => goal.id)).toEqual([
      'big-spender',
      'big-spender-2',
    ]);
  });

  test.each([
    [{}, 'goals is an object; expected a list'],
    [[minimal, { ...minimal, trigger: 1 }], 'goals[1].trigger is 1'],
    [[minimal, 7], 'goals[1] is 7'],
    [
      [minimal, { ...minimal, id: 'big-spender' }],
      'goals[1].id is "big-spender", which another goal already has',
    ],
  ])('names the place of what is wrong in %j', (raw, words) => {
    expect(() => readGoals(raw)).toThrow(words);
  });
});

test('every template is a goal', () => {
  expect(
    readGoals(GOAL_TEMPLATES.map((template) => ({ ...template }))).map(({ event }) => event),
  ).toEqual(['purchase', 'wishlist_add', 'email_acquired']);
});
