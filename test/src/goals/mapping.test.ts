import { expect, test } from 'vitest';
import {
  formatMapping,
  listMappings,
  removeMapping,
  setMapping,
  type MappingCheck,
} from '../../../src/goals/mapping.js';
import { makeGoal } from './conversion.js';

const digitsOnly: MappingCheck = (_, mapping) =>
  typeof mapping === 'string' && /^\d+$/.test(mapping) ? undefined : 'expected digits only';
const description = { name: 'Buy', type: 'OTHER', source: 'WEBSITE' };
const mapped = makeGoal({
  id: 'mapped',
  map: { amazon: '12345678901234567890', x: 'bad' },
  testMap: { amazon: '2' },
});
const bare = makeGoal({ id: 'bare' });

test('setMapping sets one mapping, or that of test events, and leaves the rest', () => {
  const target = { goal: 'mapped', network: 'amazon', kind: 'testMap' } as const;
  expect(setMapping([mapped, bare], target, '3', digitsOnly)).toEqual([
    { ...mapped, testMap: { amazon: '3' } },
    bare,
  ]);
  const other = { goal: 'bare', network: 'google', kind: 'map' } as const;
  expect(setMapping([mapped, bare], other, '4', digitsOnly)[1]?.map).toEqual({ google: '4' });
});

test('setMapping refuses what the network refuses, and unknown goals', () => {
  const target = { goal: 'mapped', network: 'amazon', kind: 'map' } as const;
  expect(() => setMapping([mapped], target, '12a', digitsOnly)).toThrow(
    'mapped cannot be mapped at amazon: expected digits only.',
  );
  expect(() => setMapping([mapped], { ...target, goal: 'maped' }, '1', digitsOnly)).toThrow(
    'Did you mean mapped?',
  );
});

test('removeMapping removes both mappings at the network', () => {
  expect(removeMapping([mapped, bare], 'mapped', 'amazon')).toEqual([
    { ...mapped, map: { x: 'bad' }, testMap: {} },
    bare,
  ]);
});

test('listMappings has a row for each goal and network, and knows which can be sent', () => {
  const rows = listMappings(
    [mapped, bare],
    ['amazon', 'meta', 'x'],
    (network) => (network === 'meta' ? 'Purchase' : undefined),
    digitsOnly,
  );
  expect(rows).toEqual([
    { goal: 'mapped', network: 'amazon', value: '12345678901234567890', test: '2', valid: true },
    { goal: 'mapped', network: 'meta', value: null, test: null, default: 'Purchase', valid: true },
    {
      goal: 'mapped',
      network: 'x',
      value: 'bad',
      test: null,
      valid: false,
      problem: 'expected digits only',
    },
    { goal: 'bare', network: 'amazon', value: null, test: null, valid: false },
    { goal: 'bare', network: 'meta', value: null, test: null, default: 'Purchase', valid: true },
    { goal: 'bare', network: 'x', value: null, test: null, valid: false },
  ]);
});

test('formatMapping', () => {
  expect(formatMapping('123')).toBe('123');
  expect(formatMapping({ ...description, dataset: 'd' })).toBe('Buy / OTHER / WEBSITE / d');
});
