import { expect, test } from 'vitest';
import {
  describeAccount,
  narrowAccounts,
  refuseToGuess,
} from '../../../src/accounts/choose-account.js';
import type { AccountCandidate } from '../../../src/networks/connector.js';

const make = (region: string, account: string, change: Partial<AccountCandidate> = {}) => ({
  region,
  account,
  name: `Studio ${account}`,
  isTest: false,
  ...change,
});
const CONNECTOR = { accountWord: 'advertiser', accountFlag: '--account', regions: ['na'] } as const;
const found = [make('na', '1'), make('eu', '1'), make('eu', '2', { country: 'GB', isTest: true })];

test.each([
  [{}, ['na 1', 'eu 1', 'eu 2']],
  [{ region: 'eu' }, ['eu 1', 'eu 2']],
  [{ account: '1' }, ['na 1', 'eu 1']],
  [{ account: '1', region: 'eu' }, ['eu 1']],
])('%j leaves %j', (wanted, expected) => {
  expect(
    narrowAccounts(found, wanted, 'advertiser').map(
      ({ region, account }) => `${region} ${account}`,
    ),
  ).toEqual(expected);
});

test.each([
  [{ account: '3' }, 'advertiser 3'],
  [{ region: 'fe' }, 'region fe'],
  [{ account: '2', region: 'na' }, 'advertiser 2 in region na'],
])('%j is refused with what there is', (wanted, words) => {
  expect(() => narrowAccounts(found, wanted, 'advertiser')).toThrow(
    `This user has no account that matches ${words}. Available: 1 Studio 1 (na); 1 Studio 1 (eu); 2 Studio 2 (eu, GB, test account).`,
  );
});

test('a name that only repeats the id is not shown twice', () => {
  expect(describeAccount(make('fe', '7', { name: '7' }))).toBe('7 (fe)');
});

test('an agency with thousands of advertisers does not fill the screen', () => {
  const many = Array.from({ length: 3000 }, (_, index) => make('na', String(index)));
  expect(refuseToGuess(many, CONNECTOR).message).toMatch(
    /^This user has 3000 advertisers: 0 .*; and 2980 more\.$/,
  );
});
