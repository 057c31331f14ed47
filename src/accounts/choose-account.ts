import { UsageError } from '../errors.js';
import type { AccountCandidate } from '../networks/amazon/account-answers.js';

/** What narrows the accounts that were found down to one. */
export interface AccountWish {
  region?: string;
  account?: string;
}

/**
 * The accounts that fit.
 * @throws UsageError listing what was found when none fits.
 */
export function narrowAccounts(candidates: readonly AccountCandidate[], wish: AccountWish): AccountCandidate[] {
  const { region, account } = wish;
  const fitting = candidates.filter(
    (candidate) =>
      (region === undefined || candidate.region === region) && (account === undefined || candidate.account === account),
  );
  if (fitting.length > 0) return fitting;
  const asked = [account && `account ${account}`, region && `region ${region}`].filter(Boolean).join(' in ');
  throw new UsageError(
    'account_not_found',
    `This user has nothing like ${asked}. Found: ${listAccounts(candidates)}.`,
    {
      hint: 'Give --account and --region as listed, or neither. Nothing was stored.',
    },
  );
}

/** The error of a choice that nobody is there to make. */
export function refuseToGuess(candidates: readonly AccountCandidate[]): UsageError {
  const message = `This user has ${candidates.length} advertisers: ${listAccounts(candidates)}.`;
  return new UsageError('account_needed', message, {
    hint: 'Say which with --account (and --region where it is in several). Nothing was stored.',
  });
}

/** One account in words: `1234 Example Studio (eu, GB)`. */
export function describeAccount({ account, name, region, country, isTest }: AccountCandidate): string {
  const notes = [region, country, isTest ? 'test account' : undefined].filter(Boolean).join(', ');
  return name === account ? `${account} (${notes})` : `${account} ${name} (${notes})`;
}

/** At most 20: an agency can have thousands. */
function listAccounts(candidates: readonly AccountCandidate[]): string {
  const shown = candidates.slice(0, 20).map(describeAccount).join('; ');
  return candidates.length > 20 ? `${shown}; and ${candidates.length - 20} more` : shown;
}
