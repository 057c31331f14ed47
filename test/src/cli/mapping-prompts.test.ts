import { expect, test } from 'vitest';
import { askForMapping, type MappingQuestion } from '../../../src/cli/mapping-prompts.js';
import { createMappingCheck } from '../../../src/networks/mapping-check.js';
import { answerPrompts, type Answer } from '../../kit/prompts.js';

const ENTER = '\r';
const BACK = '\u007f';

function run(answers: Answer[], api: string, mayBeEmpty = false): Promise<unknown> {
  const question: MappingQuestion = {
    goal: 'first-purchase',
    network: 'amazon',
    check: createMappingCheck({ amazon: api }),
    isDescribed: api === 'events-api',
    mayBeEmpty,
  };
  return answerPrompts(answers, (context) => askForMapping(context, question));
}

test('a definition id is asked for until it is one', async () => {
  const answers: Answer[] = [
    ['first-purchase at amazon:', `12x${ENTER}`],
    ['expected 1 to 20 digits', `${BACK}3${ENTER}`],
  ];
  expect(await run(answers, 'capi-v1')).toBe('123');
});

test('Enter leaves a goal unmapped where it may', async () => {
  expect(await run([['Enter leaves it unmapped', ENTER]], 'capi-v1', true)).toBeUndefined();
  expect(
    await run([['name (Enter leaves it unmapped', ENTER]], 'events-api', true),
  ).toBeUndefined();
});

test('the Events API is asked for name, type and source', async () => {
  const answers: Answer[] = [
    ['first-purchase at amazon, name:', `First${ENTER}`],
    ['Conversion type:', `buy${ENTER}`],
    ['unknown conversion type', `${BACK.repeat(3)}lead${ENTER}`],
    ['Event source:', ENTER],
  ];
  expect(await run(answers, 'events-api')).toEqual({
    name: 'First',
    type: 'LEAD',
    source: 'WEBSITE',
  });
});
