import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Interruption } from '../../../src/cli/interruption.js';
import { InternalError } from '../../../src/errors.js';
import { createMemoryIO } from '../../kit/memory-io.js';

describe('colour', () => {
  const terminal = 80;
  const pipe = undefined;
  it.each<[string, number | undefined, Record<string, string>, boolean, boolean]>([
    ['a terminal has it', terminal, { TERM: 'xterm' }, false, true],
    ['a pipe has none', pipe, { TERM: 'xterm' }, false, false],
    ['NO_COLOR takes it away', terminal, { NO_COLOR: '1' }, false, false],
    ['an empty NO_COLOR says nothing', terminal, { NO_COLOR: '' }, false, true],
    ['--no-color takes it away, even if forced', terminal, { FORCE_COLOR: '1' }, true, false],
    ['a dumb terminal has none', terminal, { TERM: 'dumb' }, false, false],
    ['FORCE_COLOR does not bring it to a pipe', pipe, { FORCE_COLOR: '1' }, false, false],
    ['FORCE_COLOR beats TERM', terminal, { TERM: 'dumb', FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR=0 takes it away', terminal, { FORCE_COLOR: '0' }, false, false],
    ['NO_COLOR beats FORCE_COLOR', terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, false, false],
  ])('%s', (_case, columns, environment, noColor, isColoured) => {
    const { io } = createMemoryIO(columns, { environment, noColor });
    expect(io.color.out.red('x') !== 'x').toBe(isColoured);
    expect(io.color.err.red('x') !== 'x').toBe(isColoured);
  });
});

describe('questions', () => {
  it.each([
    ['a terminal may be asked', 80, {}, true],
    ['a pipe may not', undefined, {}, false],
    ['a CI job may not', 80, { CI: 'true' }, false],
    ['CI=false is no CI job', 80, { CI: 'false' }, true],
  ])('%s', (_case, columns, environment, isInteractive) => {
    expect(createMemoryIO(columns, { environment }).io.isInteractive).toBe(isInteractive);
  });
});

it.each([
  ['the terminal', 132, {}, 132],
  ['COLUMNS off a terminal', undefined, { COLUMNS: '60' }, 60],
  ['80 else', undefined, { COLUMNS: 'wide' }, 80],
])('the width is that of %s', (_case, columns, environment, width) => {
  expect(createMemoryIO(columns, { environment }).io.width).toBe(width);
});

describe('writing', () => {
  it('puts data on stdout, words on stderr, and keeps remarks for people', async () => {
    const people = createMemoryIO();
    await people.io.print({ a: 1 });
    await people.io.print('two');
    await people.io.info('three');
    expect([people.stdout.text, people.stderr.text]).toEqual(['{"a":1}\ntwo\n', 'three\n']);

    const machine = createMemoryIO(undefined, { json: true });
    await machine.io.info('three');
    await machine.io.error('four');
    expect(machine.stderr.text).toBe('four\n');
  });

  it('waits until the reader has taken the text', async () => {
    let take: () => void = () => undefined;
    const slow = new Writable({ write: (_chunk, _encoding, done) => void (take = done) });
    const { io } = createMemoryIO(undefined, { stdout: slow });
    let isDone = false;
    const writing = io.print('x').then(() => (isDone = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(false);
    take();
    await writing;
  });

  it.each([
    ['a closed reader stops the run', 'EPIPE', Interruption],
    ['a full disk is an error', 'ENOSPC', InternalError],
  ])('%s', async (_case, code, expected) => {
    const broken = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('no'), { code })),
    });
    broken.on('error', () => undefined);
    await expect(createMemoryIO(undefined, { stdout: broken }).io.print('x')).rejects.toThrow(
      expected,
    );
  });
});
