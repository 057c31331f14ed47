import type { ChooseAccount, ConnectInput } from '../accounts/connect.js';
import { describeAccount, refuseToGuess } from '../accounts/choose-account.js';
import type { Connector } from '../networks/connector.js';
import { input, select, type PromptContext } from './prompts.js';

/**
 * Lets one of several accounts be picked; `freeInput` is called before stdin is needed. Off a
 * terminal the account that is connected already stays, and without one the choice is refused with
 * a list.
 */
export function createAccountChooser(
  context: PromptContext,
  connector: Connector,
  freeInput: () => void,
): ChooseAccount {
  return async (candidates, held) => {
    freeInput();
    if (!context.io.isInteractive) {
      if (held) return held;
      throw refuseToGuess(candidates, connector);
    }
    const choices = candidates.map((candidate) => ({
      name: describeAccount(candidate),
      value: candidate,
    }));
    return select(context, {
      message: `Which ${connector.accountWord}?`,
      flagName: connector.accountFlag,
      choices,
    });
  };
}

/**
 * Asks for the id of an account where the network has no list; off a terminal the one that is
 * connected stays.
 */
export function createAccountQuestion(
  context: PromptContext,
  { accountWord, accountFlag, checkAccount, normaliseAccount }: Connector,
  freeInput: () => void,
): ConnectInput['askAccount'] {
  return async (held) => {
    freeInput();
    if (!context.io.isInteractive && held !== undefined) return held;
    return input(context, {
      message: `Id of the ${accountWord}:`,
      flagName: accountFlag,
      ...(held === undefined ? {} : { fallback: held }),
      check: (text) => {
        const account = normaliseAccount?.(text.trim()) ?? text.trim();
        return account === '' ? 'A value is required.' : checkAccount?.(account);
      },
    });
  };
}
