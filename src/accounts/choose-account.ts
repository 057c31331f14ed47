import { UsageError } from '../errors.js';
import type { AccountCandidate, AccountWish, Connector } from '../networks/connector.js';

/**
 * The accounts that fit.
 * @throws UsageError listing what was found when none fits.
 */
export function narrowAccounts(
  candidates: readonly AccountCandidate[],
  wish: AccountWish,
  accountWord: string,
): AccountCandidate[] {
  const { region, account } = wish;
  const fitting = candidates.filter(
    (candidate) =>
      (region === undefined || candidate.region === region) && (account === undefined || candidate.account === account),
  );
  if (fitting.length > 0) return fitting;
  const asked = [account && `${accountWord} ${account}`, region && `region ${region}`].filter(Boolean).join(' in ');
  throw new UsageError(
    'account_not_found',
    `This user has nothing like ${asked}. Found: ${listAccounts(candidates)}.`,
    {
      hint: 'Give one that is listed, or none. Nothing was stored.',
    },
  );
}

/** The error of a choice that nobody is there to make. */
export function refuseToGuess(
  candidates: readonly AccountCandidate[],
  { accountWord, accountFlag, regions }: Pick<Connector, 'accountWord' | 'accountFlag' | 'regions'>,
): UsageError {
  const message = `This user has ${candidates.length} ${accountWord}s: ${listAccounts(candidates)}.`;
  const region = regions ? ' (and --region where it is in several)' : '';
  return new UsageError('account_needed', message, {
    hint: `Say which with ${accountFlag}${region}. Nothing was stored.`,
  });
}

/** One account in words: `1234 Example Studio (eu, GB)`. */
export function describeAccount({ account, name, region, country, isTest, note }: AccountCandidate): string {
  const notes = [note, region, country, isTest ? 'test account' : undefined].filter(Boolean).join(', ');
  const named = name === account ? account : `${account} ${name}`;
  return notes === '' ? named : `${named} (${notes})`;
}

/** At most 20: an agency can have thousands. */
function listAccounts(candidates: readonly AccountCandidate[]): string {
  const shown = candidates.slice(0, 20).map(describeAccount).join('; ');
  return candidates.length > 20 ? `${shown}; and ${candidates.length - 20} more` : shown;
}
