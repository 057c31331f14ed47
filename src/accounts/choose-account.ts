import { UsageError } from '../errors.js';
import type { AccountCandidate, AccountSelector, Connector } from '../networks/connector.js';

/**
 * The accounts that fit.
 * @throws UsageError listing what was found when none fits.
 */
export function narrowAccounts(
  candidates: readonly AccountCandidate[],
  wanted: AccountSelector,
  accountWord: string,
): AccountCandidate[] {
  const { region, account } = wanted;
  const fitting = candidates.filter(
    (candidate) =>
      (region === undefined || candidate.region === region) &&
      (account === undefined || candidate.account === account),
  );
  if (fitting.length > 0) return fitting;
  const asked = [account && `${accountWord} ${account}`, region && `region ${region}`]
    .filter(Boolean)
    .join(' in ');
  throw new UsageError(
    'account_not_found',
    `This user has no account that matches ${asked}. Available: ${listAccounts(candidates)}.`,
    {
      hint: 'Use one of these accounts, or omit the flag to choose. Nothing was stored.',
    },
  );
}

/** Returns the error for a choice that cannot be made without a terminal. */
export function refuseToGuess(
  candidates: readonly AccountCandidate[],
  { accountWord, accountFlag, regions }: Pick<Connector, 'accountWord' | 'accountFlag' | 'regions'>,
): UsageError {
  const message = `This user has ${candidates.length} ${accountWord}s: ${listAccounts(candidates)}.`;
  const region = regions ? ' (and --region if the account is in several regions)' : '';
  return new UsageError('account_needed', message, {
    hint: `Choose one with ${accountFlag}${region}. Nothing was stored.`,
  });
}

/** Describes an account: `1234 Example Studio (eu, GB)`. */
export function describeAccount({
  account,
  name,
  region,
  country,
  isTest,
  note,
}: AccountCandidate): string {
  const notes = [note, region, country, isTest ? 'test account' : undefined]
    .filter(Boolean)
    .join(', ');
  const named = name === account ? account : `${account} ${name}`;
  return notes === '' ? named : `${named} (${notes})`;
}

/** At most 20: an agency can have thousands. */
function listAccounts(candidates: readonly AccountCandidate[]): string {
  const shown = candidates.slice(0, 20).map(describeAccount).join('; ');
  return candidates.length > 20 ? `${shown}; and ${candidates.length - 20} more` : shown;
}
