import { describeAccount, refuseToGuess } from '../../src/accounts/choose-account.js';
import type { ChooseAccount } from '../../src/accounts/connect-amazon.js';
import { select, type PromptContext } from './prompts.js';

/**
 * Lets one of several accounts be picked; `freeInput` is called before stdin is needed. Off a terminal the account that
 * is connected already stays, and without one the choice is refused with a list.
 */
export function createAccountChooser(context: PromptContext, freeInput: () => void): ChooseAccount {
  return async (candidates, held) => {
    freeInput();
    if (!context.io.isInteractive) {
      if (held) return held;
      throw refuseToGuess(candidates);
    }
    const choices = candidates.map((candidate) => ({ name: describeAccount(candidate), value: candidate }));
    return select(context, { message: 'Which advertiser?', flagName: '--account', choices });
  };
}
