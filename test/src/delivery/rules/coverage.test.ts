import { expect, it } from 'vitest';
import { CLICK_ROWS } from './click-rows.js';
import { CONSENT_ROWS } from './consent-rows.js';
import { ERASURE_ROWS } from './erasure-rows.js';
import { GOAL_ROWS } from './goal-rows.js';
import { MAPPING_ROWS, TEST_ROWS } from './mapping-rows.js';
import { WORKSPACE_ROWS } from './workspace-rows.js';
import { TOKEN_ROWS } from './token-rows.js';

const PLANNED = [
  ...GOAL_ROWS,
  ...CLICK_ROWS,
  ...CONSENT_ROWS,
  ...TEST_ROWS,
  ...MAPPING_ROWS,
  ...ERASURE_ROWS,
];

function number(letter: string, last: number): string[] {
  return Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);
}

/**
 * The rules of the product that are stated on a page or read in code or
 * a specification.
 */
const RULES = [
  ...number('G', 12),
  ...number('A', 12),
  ...number('C', 10),
  ...number('T', 5).filter((rule) => rule !== 'T4'), // T4 is not stated anywhere.
  ...number('K', 15),
];

it('every rule has a row', () => {
  const shown = new Set([...PLANNED, ...WORKSPACE_ROWS, ...TOKEN_ROWS].map(([rule]) => rule));
  expect(RULES.filter((rule) => !shown.has(rule))).toEqual([]);
});

it('at least 150 rows, none of them twice', () => {
  expect(PLANNED.length).toBeGreaterThanOrEqual(150);
  const names = [...PLANNED, ...WORKSPACE_ROWS, ...TOKEN_ROWS].map(
    ([rule, what]) => `${rule} ${what}`,
  );
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
