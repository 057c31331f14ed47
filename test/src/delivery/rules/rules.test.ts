import { describe, expect, it } from 'vitest';
import { GOAL_ROWS } from './goal-rows.js';
import { play } from './play.js';

describe.each([['goals', GOAL_ROWS]])('%s', (_name, rows) => {
  it.each(rows)('%s: %s', async (_rule, _what, state, plan) => {
    for (const made of await play(state)) expect(made).toEqual(plan);
  });
});
