import type { Membership, StagedPerson } from '../../../src/log/audience-records.js';
import type { LoggedState } from '../../../src/log/stored-postback.js';
import { describe, expect, test } from 'vitest';
import {
  countPerson,
  countRecords,
  evaluatePair,
  startPlan,
  type PlanRules,
} from '../../../src/audiences/plan.js';

const NOW_MS = 1_000_000;

function staged(action: StagedPerson['action'], digest = 'same'): StagedPerson {
  return { member: 'm', action, digest, names: [], encrypted: 's', content: '{}' };
}

function known(action: Membership['action'], changes: Partial<Membership> = {}): Membership {
  const member = {
    list: '1',
    member: 'm',
    change: 'c',
    names: [],
    updatedMs: NOW_MS,
    isConfirmed: true,
  };
  return { ...member, action, digest: 'same', ...changes };
}

function row(
  state: 'pending' | 'failed' | 'skipped',
  changes: { run?: number; kind?: string } = {},
): LoggedState {
  return { state, ...changes } as LoggedState;
}

const RULES: PlanRules = {
  full: false,
  refresh: false,
  refreshBeforeMs: 0,
  postbackState: () => 'known',
};

describe('what is done with a person', () => {
  test.each<[string, StagedPerson, Membership | undefined, Partial<PlanRules>, string]>([
    ['who is new', staged('CREATE'), undefined, {}, 'add'],
    ['who is in', staged('CREATE'), known('CREATE'), {}, 'unchanged'],
    ['of whom something else is told', staged('CREATE', 'other'), known('CREATE'), {}, 'update'],
    ['who comes back', staged('CREATE'), known('DELETE', { digest: '' }), {}, 'add'],
    ['who leaves', staged('DELETE'), known('CREATE'), {}, 'remove'],
    ['who has left', staged('DELETE', 'other'), known('DELETE'), {}, 'unchanged'],
    ['who leaves and was never here', staged('DELETE'), undefined, {}, 'remove'],
    [
      'who leaves and was never here, of a full file',
      staged('DELETE'),
      undefined,
      { full: true },
      'unchanged',
    ],
    ['whose line is invalid', staged('KEEP'), known('CREATE'), {}, 'unchanged'],
    ['whose line is invalid and new', staged('KEEP'), undefined, {}, 'unchanged'],
    [
      'whose time is half over',
      staged('CREATE'),
      known('CREATE'),
      { refreshBeforeMs: NOW_MS + 1 },
      'refresh',
    ],
    [
      'who is to be uploaded again',
      staged('CREATE'),
      known('CREATE'),
      { refresh: true },
      'refresh',
    ],
    [
      'who has left, when all are uploaded again',
      staged('DELETE'),
      known('DELETE'),
      { refresh: true },
      'unchanged',
    ],
  ])('%s', (_name, person, before, rules, expected) => {
    expect(
      evaluatePair({ staged: person, known: before, todo: undefined }, { ...RULES, ...rules }),
    ).toBe(expected);
  });

  test.each<[string, LoggedState, string, string]>([
    ['was never recorded', 'unknown', 'resend', 'resend'],
    ['is in a request', 'known', 'underway', 'underway'],
    ['is pending', row('pending'), 'resume', 'resume'],
    ['is pending in another run', row('pending', { run: 3 }), 'underway', 'underway'],
    ['is not decided yet', row('pending', { kind: 'processing' }), 'underway', 'underway'],
    ['failed', row('failed'), 'add', 'remove'],
    ['was skipped', row('skipped'), 'add', 'remove'],
  ])('whose change %s', (_name, postbackState, create, remove) => {
    const rules = { ...RULES, postbackState: () => postbackState };
    const unsettled = { isConfirmed: false };
    const judge = (action: 'CREATE' | 'DELETE'): string =>
      evaluatePair(
        { staged: staged(action), known: known(action, unsettled), todo: undefined },
        rules,
      );
    expect([judge('CREATE'), judge('DELETE')]).toEqual([create, remove]);
  });

  test('what is told now comes before what an earlier run began', () => {
    const rules = { ...RULES, postbackState: () => row('pending') };
    const before = known('CREATE', { isConfirmed: false });
    expect(
      evaluatePair({ staged: staged('CREATE', 'other'), known: before, todo: undefined }, rules),
    ).toBe('update');
    expect(evaluatePair({ staged: staged('DELETE'), known: before, todo: undefined }, rules)).toBe(
      'remove',
    );
  });
});

test('a plan counts people, and the records that they make', () => {
  const plan = startPlan('371', true);
  for (const judged of [
    'add',
    'add',
    'update',
    'remove',
    'refresh',
    'resume',
    'resend',
    'unchanged',
    'underway',
  ] as const) {
    countPerson(plan, judged);
  }
  expect(plan).toEqual({
    list: '371',
    full: true,
    toAdd: 2,
    toUpdate: 1,
    toRemove: 1,
    toRefresh: 1,
    toResume: 2,
    unchanged: 1,
    underway: 1,
    invalid: 0,
    skipped: 0,
  });
  expect(countRecords(plan)).toBe(7);
});
