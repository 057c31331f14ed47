import { expect, it } from 'vitest';
import { findNetwork } from '../../../../src/networks/registry.js';
import { CLICK_ROWS } from './click-rows.js';
import { CONSENT_ROWS } from './consent-rows.js';
import { ERASURE_ROWS } from './erasure-rows.js';
import { GOAL_ROWS } from './goal-rows.js';
import { MAPPING_ROWS, TEST_ROWS } from './mapping-rows.js';
import { OFFICE_ROWS } from './office-rows.js';
import { TOKEN_ROWS } from './token-rows.js';

const PLANNED = [...GOAL_ROWS, ...CLICK_ROWS, ...CONSENT_ROWS, ...TEST_ROWS, ...MAPPING_ROWS, ...ERASURE_ROWS];

function number(letter: string, last: number): string[] {
  return Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);
}

/** The rules of product-behaviour.md, sections 1 to 5, that are stated on a page or read in code or a specification. */
const RULES = [
  ...number('G', 12),
  ...number('A', 12),
  ...number('C', 10),
  ...number('T', 5).filter((rule) => rule !== 'T4'), // T4 is not stated anywhere.
  ...number('K', 15),
];

/** Rules of networks that this version does not send to: the tables of "Five more networks" will show them. */
const ELSEWHERE = {
  K9: ['x', 'a pasted pixel id, and an event tag of its own for each goal'],
} as const;

it('every rule has a row, or belongs to a network that is not there yet', () => {
  const shown = new Set([...PLANNED, ...OFFICE_ROWS, ...TOKEN_ROWS].map(([rule]) => rule));
  expect(RULES.filter((rule) => !shown.has(rule))).toEqual(Object.keys(ELSEWHERE));
});

it.each(Object.entries(ELSEWHERE))('%s waits for %s', (_rule, [network]) => {
  expect(findNetwork(network)).toBeUndefined();
});

it('at least 150 rows, none of them twice', () => {
  expect(PLANNED.length).toBeGreaterThanOrEqual(150);
  const names = [...PLANNED, ...OFFICE_ROWS, ...TOKEN_ROWS].map(([rule, what]) => `${rule} ${what}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
