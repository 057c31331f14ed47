import type { Mapping } from '../goals/goal.js';
import type { MappingCheck } from '../goals/mapping.js';
import type { NetworkName } from '../networks/names.js';
import type { ListedDefinition } from '../networks/definitions.js';
import { input, select, type PromptContext } from './prompts.js';

export interface MappingQuestion {
  goal: string;
  network: NetworkName;
  check: MappingCheck;
  /**
   * The network is spoken to through Amazon's Events API: a conversion is described, not numbered.
   */
  isDescribed: boolean;
  /** Enter leaves the goal unmapped. */
  mayBeEmpty: boolean;
  /** Definitions that the network lists, offered by name. */
  definitions?: readonly ListedDefinition[];
}

/**
 * Asks what a goal is at a network, until the network would take it. Gives nothing for an empty
 * answer, where it may be.
 */
export async function askForMapping(
  context: PromptContext,
  question: MappingQuestion,
): Promise<Mapping | undefined> {
  const { goal, network, check, isDescribed, mayBeEmpty, definitions = [] } = question;
  if (definitions.length > 0) {
    const chosen = await chooseDefinition(context, question, definitions);
    if (chosen !== 'other') return chosen;
  }
  const subject = `${goal} at ${network}${isDescribed ? ', name' : ''}`;
  const message = mayBeEmpty ? `${subject} (Enter leaves it unmapped):` : `${subject}:`;
  const toMapping = (said: string): Mapping =>
    isDescribed ? { ...VALID, name: said.trim() } : said.trim();
  const answer = await input(context, {
    message,
    flagName: isDescribed ? '--name, --type and --source' : 'the value as the third argument',
    check: (said) =>
      mayBeEmpty && said.trim() === '' ? undefined : check(network, toMapping(said)),
  });
  if (answer.trim() === '') return undefined;
  if (!isDescribed) return answer.trim();
  const name = answer.trim();
  const type = await askForPart(context, question, 'type', { ...VALID, name });
  return {
    name,
    type,
    source: await askForPart(context, question, 'source', { ...VALID, name, type }),
  };
}

/** Offers definitions by name; `other`: an id is typed. */
async function chooseDefinition(
  context: PromptContext,
  { goal, network, mayBeEmpty }: MappingQuestion,
  definitions: readonly ListedDefinition[],
): Promise<string | undefined> {
  return select<string | undefined>(context, {
    message: `${goal} at ${network}:`,
    flagName: 'the value as the third argument',
    choices: [
      ...definitions.map(({ id, name, problem }) => ({
        name: `${name} (${id})${problem === undefined ? '' : `: ${problem}`}`,
        value: id,
      })),
      { name: 'A different id', value: 'other', isAlways: true },
      ...(mayBeEmpty ? [{ name: 'Leave it unmapped', value: undefined, isAlways: true }] : []),
    ],
  });
}

/**
 * Stands in for the parts that were not asked for yet, so that the network's check judges the
 * answer alone.
 */
const VALID = { name: 'Conversion', type: 'OTHER', source: 'WEBSITE' };

async function askForPart(
  context: PromptContext,
  { network, check }: MappingQuestion,
  part: 'type' | 'source',
  soFar: typeof VALID,
): Promise<string> {
  const answer = await input(context, {
    message: part === 'type' ? 'Conversion type:' : 'Event source:',
    flagName: `--${part}`,
    fallback: VALID[part],
    check: (said) => check(network, { ...soFar, [part]: said.trim().toUpperCase() }),
  });
  return answer.trim().toUpperCase();
}
