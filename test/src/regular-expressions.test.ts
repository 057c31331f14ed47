import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { findExpressions, findIn } from '../../scripts/expressions/find.js';

/*
 * C4: no expression over input is super-linear. V8 counts no steps, so only time can show it: at
 * this length one text takes a linear expression a millisecond, and a quadratic one (2 * 10^10
 * steps) at least ten seconds. The linter judges the same expressions by their structure
 * (`regexp/no-super-linear-*`).
 */
const LENGTH = 200_000;
const LIMIT_MS = 8_000;
/** A limit that a quadratic expression passes on a fast machine too. */
const SHORT_LIMIT_MS = 1_000;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORKER = new URL('../../scripts/expressions/worker.js', import.meta.url);
const all = findExpressions(ROOT, ['src', 'commands', 'bin']);
const known = all.filter(({ source }) => source !== undefined);

let worker: Worker | undefined;
afterAll(() => worker?.terminate());

/**
 * Runs an expression against its attacks. @returns how many there were; undefined where one took
 * longer than `limitMs`
 */
async function attack(source: string, flags: string, limitMs: number): Promise<number | undefined> {
  const current = (worker ??= new Worker(WORKER));
  const attacks = await new Promise<number | undefined>((resolve, reject) => {
    const stop = (): void => resolve(undefined);
    let timer = setTimeout(stop, limitMs);
    current.removeAllListeners('message');
    current.removeAllListeners('error');
    current.on('error', reject);
    current.on('message', (message: { kind: 'text' | 'done'; attacks: number }) => {
      clearTimeout(timer);
      if (message.kind === 'done') resolve(message.attacks);
      else timer = setTimeout(stop, limitMs);
    });
    current.postMessage({ source, flags, length: LENGTH });
  });
  if (attacks === undefined) {
    worker = undefined;
    await current.terminate();
  }
  return attacks;
}

describe('C4: every regular expression', () => {
  it('is found: a literal, a constant made of others, and one that is made when it runs', () => {
    const text = String.raw`
      const PART = String.raw${'`[a-z\\d]+`'};
      const WHOLE = new RegExp(${'`^${PART}$`'}, 'i');
      function read(name: string) { return [/a\/b/g, new RegExp(name)]; }`;
    expect(findIn('a.ts', text)).toEqual([
      { file: 'a.ts', line: 3, name: 'WHOLE', source: String.raw`^[a-z\d]+$`, flags: 'i' },
      { file: 'a.ts', line: 4, name: 'read', source: String.raw`a\/b`, flags: 'g' },
      { file: 'a.ts', line: 4, name: 'read', source: undefined, flags: '' },
    ]);
    expect(known.length).toBeGreaterThan(400);
  });

  it('is known before the run, but for these, which hold no part of an input', () => {
    const made = all
      .filter(({ source }) => source === undefined)
      .map(({ file, name }) => `${file} ${name}`);
    expect(made).toEqual([
      // A random mark, and what stands in one JSON text after it.
      'src/exact-json.ts MARKED',
      // A numbering plan of libphonenumber-js on a number of at most 17 digits.
      'src/identity/phone.ts isWhole',
      // A field of Amazon's answers, in the sandbox.
      'src/sandbox/amazon/long-json.ts digitsOf',
    ]);
  });

  it.each([
    ['blanks at the end', String.raw`\s+$`, ''],
    ['everything after a mark on one line', '#.*$', ''],
    ['two parts that take the same digits', String.raw`^0*(\d+)(?:\.(\d*))?$`, ''],
    ['an address', String.raw`^\S+@\S+\.\S+$`, ''],
    ['a list of names', String.raw`\{(?:[^{}]*,)*\}`, 'g'],
  ])('would be seen to take too long: %s', async (_, source, flags) => {
    expect(await attack(source, flags, SHORT_LIMIT_MS)).toBeUndefined();
  });

  it.each(known.map((one) => [one.file, one.name, `/${one.source!}/${one.flags}`, one] as const))(
    'takes linear time: %s %s %s',
    async (_file, _name, _text, { source, flags }) => {
      expect(await attack(source!, flags, LIMIT_MS)).toBeGreaterThan(0);
    },
  );
});
