import { describe, expect, it } from 'vitest';
import { CLICK_ROWS } from './click-rows.js';
import { CONSENT_ROWS } from './consent-rows.js';
import { ERASURE_ROWS } from './erasure-rows.js';
import { GOAL_ROWS } from './goal-rows.js';
import { MAPPING_ROWS, TEST_ROWS } from './mapping-rows.js';
import { planRow } from './plan-row.js';

describe.each([
  ['goals', GOAL_ROWS],
  ['clicks', CLICK_ROWS],
  ['consent', CONSENT_ROWS],
  ['tests', TEST_ROWS],
  ['mappings', MAPPING_ROWS],
  ['erasure', ERASURE_ROWS],
])('%s', (_name, rows) => {
  it.each(rows)('%s: %s', async (_rule, _what, state, plan) => {
    for (const made of await planRow(state)) expect(made).toEqual(plan);
  });
});
