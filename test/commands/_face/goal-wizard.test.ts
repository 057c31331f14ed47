import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { askForGoal, type GoalAnswers } from '../../../commands/_face/goal-wizard.js';
import { createIO } from '../../../commands/_face/io.js';
import type { GoalInput } from '../../../src/goals/goal-list.js';

const ENTER = '\r';
const DOWN = '\u001b[B';

/** Answers each question when it is on the screen: a piece of its text, and the keys. */
async function runWizard(given: GoalAnswers, answers: [string, string][]): Promise<GoalInput | undefined> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const screen = new PassThrough();
  // Each prompt ends its output, which a process's own streams ignore.
  screen.end = () => screen;
  const stderr = Object.assign(screen, { isTTY: true, columns: 200 });
  let shown = '';
  screen.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    const next = answers[0];
    if (next === undefined || !shown.includes(next[0])) return;
    answers.shift();
    shown = '';
    setImmediate(() => stdin.write(next[1]));
  });
  const io = createIO({ stdin, stdout: new PassThrough(), stderr, environment: {}, json: false, noColor: true });
  const goal = await askForGoal({ io, signal: new AbortController().signal }, given);
  expect(answers).toEqual([]);
  return goal;
}

describe('askForGoal', () => {
  test('starts from a template whose fields stay editable', async () => {
    const goal = await runWizard({}, [
      ['Which goal?', ENTER],
      ['Which event counts?', ENTER],
      ['called?', ` Ever${ENTER}`],
      ['Only when', `value>x${ENTER}`],
      ['needs a number', `\u007f10${ENTER}`],
      ['no further filter', ENTER],
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
    expect(goal).toMatchObject({ name: 'Mail', event: 'email_acquired', trigger: 'once', filters: [] });
  });

  test('asks for nothing that was given, and takes no for an answer', async () => {
    const given = { event: 'sign_up', trigger: 'once', filters: ['method=mail'] };
    const answers: [string, string][] = [
      ['called?', `Joined${ENTER}`],
      ['Joined: sign_up, once, when method=mail. Save it?', `n${ENTER}`],
    ];
    expect(await runWizard(given, answers)).toBeUndefined();
  });
});
