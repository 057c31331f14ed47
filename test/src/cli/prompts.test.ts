import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Interruption } from '../../../src/cli/interruption.js';
import {
  confirm,
  confirmOrYes,
  input,
  password,
  searchChoices,
  select,
  type PromptContext,
} from '../../../src/cli/prompts.js';
import { UsageError } from '../../../src/errors.js';
import { createMemoryIO, type MemoryIO } from '../../kit/memory-io.js';

interface Keyboard extends PromptContext, MemoryIO {
  /** Types once the question stands there. */
  type: (keys: string) => void;
}

function sitDown(columns: number | undefined, signal = new AbortController().signal): Keyboard {
  const stdin = Object.assign(new PassThrough(), { isTTY: columns !== undefined });
  const memory = createMemoryIO(columns, { stdin });
  const type = (keys: string): void => {
    const timer = setInterval(() => {
      if (!memory.stderr.text.includes('?')) return;
      clearInterval(timer);
      stdin.write(keys);
    }, 10);
  };
  return { ...memory, signal, type };
}

describe('off a terminal', () => {
  const ask: [string, (context: PromptContext) => Promise<unknown>][] = [
    ['confirm', (context) => confirm(context, { message: 'Sure?', flagName: '--yes' })],
    ['confirmOrYes', (context) => confirmOrYes(context, { question: 'Sure?', yes: false })],
    [
      'select',
      (context) =>
        select(context, {
          message: 'Which?',
          flagName: '--yes',
          choices: [{ name: 'a', value: 1 }],
        }),
    ],
    ['input', (context) => input(context, { message: 'What?', flagName: '--yes' })],
    ['password', (context) => password(context, { message: 'Secret?', flagName: '--yes' })],
  ];

  it.each(ask)('%s fails and names the flag', async (_name, run) => {
    const keyboard = sitDown(undefined);
    await expect(run(keyboard)).rejects.toThrow(UsageError);
    await expect(run(keyboard)).rejects.toMatchObject({ hint: 'Give --yes.' });
    expect(keyboard.stdout.text + keyboard.stderr.text).toBe('');
  });

  it('--yes answers', async () => {
    expect(await confirmOrYes(sitDown(undefined), { question: 'Sure?', yes: true })).toBe(true);
  });
});

describe('on a terminal', () => {
  it.each([
    ['y\n', true],
    ['n\n', false],
    ['\n', false],
  ])('%j answers %s, and the question is on stderr', async (keys, answer) => {
    const keyboard = sitDown(80);
    keyboard.type(keys);
    expect(await confirmOrYes(keyboard, { question: 'Remove it?', yes: false })).toBe(answer);
    expect(keyboard.stderr.text).toContain('Remove it?');
    expect(keyboard.stdout.text).toBe('');
  });

  it('a list is picked from', async () => {
    const keyboard = sitDown(80);
    keyboard.type('\u001b[B\n');
    const choices = [
      { name: 'North America', value: 'na' },
      { name: 'Europe', value: 'eu' },
    ];
    expect(
      await select(keyboard, { message: 'Which region?', flagName: '--region', choices }),
    ).toBe('eu');
  });

  it('a secret is not echoed', async () => {
    const keyboard = sitDown(80);
    keyboard.type('s3cret\n');
    expect(await password(keyboard, { message: 'Client secret?', flagName: '--token-stdin' })).toBe(
      's3cret',
    );
    expect(keyboard.stderr.text).not.toContain('s3cret');
  });

  it('Ctrl-C is an interruption', async () => {
    const keyboard = sitDown(80);
    keyboard.type('\u0003');
    await expect(confirm(keyboard, { message: 'Sure?', flagName: '--yes' })).rejects.toThrow(
      Interruption,
    );
  });

  it('a signal takes the question away', async () => {
    const controller = new AbortController();
    const asking = confirm(sitDown(80, controller.signal), { message: 'Sure?', flagName: '--yes' });
    controller.abort(new Interruption('SIGTERM'));
    await expect(asking).rejects.toMatchObject({ name: 'AbortPromptError' });
  });
});

describe('a long list', () => {
  const choices = ['Purchase', 'First Purchase', 'Sign Up'].map((name) => ({ name, value: name }));
  const typed = { name: 'A different id', value: 'other', isAlways: true };

  it.each([
    ['', ['Purchase', 'First Purchase', 'Sign Up', 'other']],
    ['purch', ['Purchase', 'First Purchase', 'other']],
    [' SIGN', ['Sign Up', 'other']],
    ['nothing', ['other']],
  ])(
    'searched for "%s" lists what begins so first, and always what is pinned',
    (term, expected) => {
      const found = searchChoices([typed, ...choices], term).map(({ value }) => value);
      expect(found).toEqual(expected);
    },
  );
});
