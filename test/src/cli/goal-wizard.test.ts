import { describe, expect, test } from 'vitest';
import {
  askForGoal,
  describeUnknownField,
  type GoalAnswers,
} from '../../../src/cli/goal-wizard.js';
import type { GoalInput } from '../../../src/goals/goal-list.js';
import { answerPrompts, type Answer } from '../../kit/prompts.js';

const ENTER = '\r';
const DOWN = '\u001b[B';

function runWizard(given: GoalAnswers, answers: Answer[]): Promise<GoalInput | undefined> {
  return answerPrompts(answers, (context) => askForGoal(context, given));
}

describe('askForGoal', () => {
  test('starts from a template whose fields stay editable', async () => {
    const goal = await runWizard({}, [
      ['Which goal?', ENTER],
      ['Which event counts?', ENTER],
      ['called?', ` Ever${ENTER}`],
      ['Filter', `value>x${ENTER}`],
      ['needs a number', `\u007f10${ENTER}`],
      ['Another filter', ENTER],
      ['Save it?', ENTER],
    ]);
    expect(goal).toMatchObject({ event: 'purchase', trigger: 'once', filters: ['value>10'] });
    expect(goal?.name).toContain('Ever');
  });

  test('asks for the trigger of an own goal, and skips the filter where the event has nothing to filter by', async () => {
    const goal = await runWizard({}, [
      ['Which goal?', `${DOWN}${DOWN}${DOWN}${ENTER}`],
      ['Which event counts?', `email_acquired${ENTER}`],
      ['called?', `Mail${ENTER}`],
      ['How often', `${DOWN}${ENTER}`],
      ['Mail: email_acquired, once. Save it?', ENTER],
    ]);
    expect(goal).toMatchObject({
      name: 'Mail',
      event: 'email_acquired',
      trigger: 'once',
      filters: [],
    });
  });

  test('asks for nothing that was given, and takes no for an answer', async () => {
    const given = { event: 'sign_up', trigger: 'once', filters: ['method=mail'] };
    const answers: Answer[] = [
      ['called?', `Joined${ENTER}`],
      ['Joined: sign_up, once, when method=mail. Save it?', `n${ENTER}`],
    ];
    expect(await runWizard(given, answers)).toBeUndefined();
  });
});

test.each([
  ['price>20', 'purchase', /^Note: price is not a field of purchase events \(value, currency/],
  ['value>20', 'purchase', undefined],
  ['price>20', 'my_event', undefined],
  ['price', 'purchase', undefined],
] as const)('34: says of the filter %s on %s: %s', (filter, event, words) => {
  const said = describeUnknownField(filter, event);
  if (words === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(words);
});
