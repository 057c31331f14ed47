import { Errors } from '@oclif/core';
import { describe, expect, it } from 'vitest';
import { describeError, reportError } from '../../../src/cli/errors.js';
import { Interruption } from '../../../src/cli/interruption.js';
import {
  AuthError,
  ConfigError,
  InputError,
  InternalError,
  NetworkError,
  UsageError,
} from '../../../src/errors.js';
import { createMemoryIO } from '../../kit/memory-io.js';

it.each([
  [new InputError('no_file', 'x'), 'no_file', 6],
  [new UsageError('bad', 'x'), 'bad', 2],
  [new ConfigError('bad', 'x'), 'bad', 2],
  [new AuthError('not_connected', 'x'), 'not_connected', 4],
  [new NetworkError('down', 'x'), 'down', 5],
  [new InternalError('disk', 'x'), 'disk', 1],
  [new Errors.CLIError('Flag --x expects a value'), 'usage', 2],
  [new TypeError('x is undefined'), 'unexpected', 1],
  ['a text', 'unexpected', 1],
])('%s ends with its exit code', (error, code, exit) => {
  expect(describeError(error)).toMatchObject({ code, exit });
});

describe('what is told', () => {
  const error = new AuthError('not_connected', 'amazon is not connected', {
    hint: 'Connect it.',
    next: 'postback connect',
  });

  it('is what happened, what to do, and what to type', async () => {
    const { io, stdout, stderr } = createMemoryIO();
    expect(await reportError(error, io)).toBe(4);
    expect(stderr.text).toBe(
      'Error: amazon is not connected\nConnect it.\nNext: postback connect\n',
    );
    expect(stdout.text).toBe('');
  });

  it('is one object under --json', async () => {
    const { io, stderr } = createMemoryIO(undefined, { json: true });
    await reportError(error, io);
    await reportError(new InputError('no_file', 'there is no x'), io);
    expect(
      stderr.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      {
        error: {
          code: 'not_connected',
          message: error.message,
          hint: error.hint,
          next: error.next,
          exit: 4,
        },
      },
      { error: { code: 'no_file', message: 'there is no x', hint: expect.any(String), exit: 6 } },
    ]);
  });

  it('has no control characters of strangers', async () => {
    const { io, stderr } = createMemoryIO();
    const hostile = 'refused: \u001b[2J\u001b]0;title\u0007evil\r\u202etxt\u0000';
    await reportError(new NetworkError('refused', hostile), io);
    expect(stderr.text).toBe('Error: refused: eviltxt\n');
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['EPIPE', 0],
  ] as const)('is nothing after %s', async (reason, exit) => {
    const { io, stderr } = createMemoryIO();
    expect(await reportError(new Interruption(reason), io)).toBe(exit);
    expect(stderr.text).toBe('');
  });
});
