import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { makeLines } from '../kit/events.js';
import { makeFolder, runPostback, spawnPostback, type RunningPostback, type RunResult } from '../kit/run.js';

const TELL_TAKEN = fileURLToPath(new URL('../kit/code-taken.cjs', import.meta.url));
/** Node that keeps compiled code itself has its own files. */
const keepsItself = 'enableCompileCache' in nodeModule;
const isRoot = process.geteuid?.() === 0;

/** What {@link TELL_TAKEN} tells. */
interface Taken {
  taken: number;
  compiled: number;
  written: number;
  folder?: string;
}

const TELLING = { NODE_OPTIONS: `--require ${TELL_TAKEN}` };

const folderOf = (home: string): string => join(home, 'cache', 'code');

function run(home: string, args = ['status'], env: NodeJS.ProcessEnv = {}): Promise<RunResult> {
  return runPostback(args, { home, env });
}

/** What a run says of the code that it took. */
async function tellTaken(home: string, args = ['status']): Promise<Taken> {
  return readTaken(await run(home, args, TELLING));
}

function readTaken({ stderr }: RunResult): Taken {
  const lines = stderr.split('\n');
  const told = JSON.parse(lines.findLast((line) => line.startsWith('{'))!) as Omit<Taken, 'written'>;
  return { ...told, written: lines.filter((line) => line === 'wrote a cache').length };
}

/** A run that waits for more lines, when it has kept its code. */
async function startSettled(home: string): Promise<RunningPostback> {
  const running = await spawnPostback(['send', '-', '--sandbox', '--json'], { home, env: TELLING });
  running.child.stdin.write(makeLines(30, Date.now()));
  while (!existsSync(folderOf(home)) || !listFiles(folderOf(home)).some(isWhole)) await delay(20);
  return running;
}

/** No draft; Node's own drafts have a further ending, too. */
const isWhole = (file: string): boolean => !/\.(?:bin|cache)\..+$/.test(file);

function listFiles(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const wordsOf = ({ code, stdout, stderr }: RunResult): object => ({ code, stdout, stderr });

/** What `status` says in a home without anything. */
async function expected(): Promise<object> {
  return wordsOf(await run(await makeFolder(), ['status'], { NODE_DISABLE_COMPILE_CACHE: '1' }));
}

test.each([[['status']], [['--help']], [['goals', 'list', '--json']], [['goals', 'nonsense']], [['nonsense']]])(
  '%j says the same with and without code that was kept',
  async (args) => {
    const plain = wordsOf(await run(await makeFolder(), args, { NODE_DISABLE_COMPILE_CACHE: '1' }));
    const home = await makeFolder();
    for (let round = 0; round < 3; round += 1) expect(wordsOf(await run(home, args))).toEqual(plain);
  },
);

test('the folder is for the user alone, and is not made where NODE_DISABLE_COMPILE_CACHE is set', async () => {
  const home = await makeFolder();
  await run(home, ['status'], { NODE_DISABLE_COMPILE_CACHE: '1' });
  expect(existsSync(folderOf(home))).toBe(false);
  await run(home);
  expect(listFiles(folderOf(home))).not.toEqual([]);
  if (process.platform !== 'win32') expect(statSync(folderOf(home)).mode & 0o777).toBe(0o700);
});

const DAMAGES: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ['is empty', () => Buffer.alloc(0)],
  ['is cut off', (bytes) => bytes.subarray(0, bytes.length >> 1)],
  [
    'has its second half lost',
    (bytes) => Buffer.concat([bytes.subarray(0, bytes.length >> 1), Buffer.alloc(bytes.length >> 1)]),
  ],
  ['has bits turned', (bytes) => bytes.map((byte, at) => (at % 997 === 500 ? byte ^ 0x10 : byte)) as Buffer],
  ['is something else', () => Buffer.from('no code at all\n')],
];

test.each(DAMAGES)('a file that %s is left alone, and made anew', async (_what, damage) => {
  const home = await makeFolder();
  await run(home);
  const files = listFiles(folderOf(home));
  for (const file of files) writeFileSync(file, damage(readFileSync(file)));
  const plain = await expected();
  expect(wordsOf(await run(home))).toEqual(plain);
  expect(wordsOf(await run(home))).toEqual(plain);
});

test('a folder that cannot be made costs nobody anything', async () => {
  const home = await makeFolder();
  writeFileSync(join(home, 'cache'), 'a file where the folder would be');
  expect(wordsOf(await run(home))).toEqual(await expected());
  expect(readFileSync(join(home, 'cache'), 'utf8')).toBe('a file where the folder would be');
});

test.skipIf(isRoot || process.platform === 'win32')('nor does one that cannot be written', async () => {
  const home = await makeFolder();
  mkdirSync(folderOf(home), { recursive: true });
  chmodSync(folderOf(home), 0o500);
  expect(wordsOf(await run(home))).toEqual(await expected());
  expect(readdirSync(folderOf(home))).toEqual([]);
});

test('runs that start at once leave whole files', async () => {
  const home = await makeFolder();
  const plain = await expected();
  const runs = await Promise.all(Array.from({ length: 6 }, () => run(home)));
  for (const result of runs) expect(wordsOf(result)).toEqual(plain);
  expect(wordsOf(await run(home))).toEqual(plain);
  expect(readdirSync(folderOf(home)).filter((name) => /\.\d+$/.test(name))).toEqual([]);
});

test.skipIf(keepsItself && !('flushCompileCache' in nodeModule))('a run that is killed leaves its code', async () => {
  const home = await makeFolder();
  const running = await startSettled(home);
  running.child.kill('SIGKILL');
  expect((await running.finished).signal).toBe('SIGKILL');
  expect(listFiles(folderOf(home)).filter(isWhole)).not.toEqual([]);
  const again = await runPostback(['send', '-', '--sandbox', '--json'], { home, input: makeLines(30, Date.now()) });
  expect(again.code, again.stderr).toBe(0);
});

test.runIf(keepsItself)('Node that keeps code itself is told to do it there, and not below /tmp', async () => {
  const home = await makeFolder();
  expect((await tellTaken(home)).folder).toMatch(folderOf(home));
});

describe.skipIf(keepsItself)('on Node that keeps no code', () => {
  const fileOf = (home: string, command = 'status'): string => join(folderOf(home), `${command}.bin`);

  interface Header {
    key: string;
    isEarly: boolean;
    /** Name, sum of the text, bytes of code. */
    files: [string, number, number][];
  }

  function readHeader(file: string): Header {
    const bytes = readFileSync(file);
    return JSON.parse(bytes.toString('utf8', 8, bytes.indexOf('\n'))) as Header;
  }

  /** The file with its header changed, and a sum that fits. */
  function changeHeader(file: string, change: (header: Header) => void): void {
    const bytes = readFileSync(file);
    const header = readHeader(file);
    change(header);
    const body = Buffer.concat([Buffer.from(JSON.stringify(header)), bytes.subarray(bytes.indexOf('\n'))]);
    writeFileSync(file, Buffer.concat([Buffer.from(crc32(body).toString(16).padStart(8, '0')), body]));
  }

  test('the first run compiles, the second takes all', async () => {
    const home = await makeFolder();
    expect(await tellTaken(home)).toMatchObject({ taken: 0 });
    expect(await tellTaken(home)).toMatchObject({ compiled: 0 });
    expect(readdirSync(folderOf(home))).toEqual(['status.bin']);
  });

  test('what a command loads besides is added to what it has', async () => {
    const home = await makeFolder();
    await tellTaken(home, ['goals', 'list']);
    const { taken, compiled } = await tellTaken(home, ['goals', 'templates']);
    expect(taken).toBeGreaterThan(0);
    expect(compiled).toBeGreaterThan(0);
    expect(await tellTaken(home, ['goals', 'templates'])).toMatchObject({ compiled: 0 });
    expect(await tellTaken(home, ['goals', 'list'])).toMatchObject({ compiled: 0 });
  });

  test('what a killed run left is taken by the next, which makes it whole', async () => {
    const home = await makeFolder();
    const running = await startSettled(home);
    expect(readHeader(fileOf(home, 'send')).isEarly).toBe(true);
    running.child.kill('SIGKILL');
    await running.finished;
    const send = async (): Promise<Taken> => {
      const input = makeLines(30, Date.now());
      return readTaken(await runPostback(['send', '-', '--sandbox', '--json'], { home, env: TELLING, input }));
    };
    expect((await send()).taken).toBeGreaterThan(10);
    expect(readHeader(fileOf(home, 'send')).isEarly).toBe(false);
    expect(await send()).toMatchObject({ compiled: 0, written: 0 });
    // Nothing new is compiled, and still it is only a beginning.
    changeHeader(fileOf(home, 'send'), (header) => (header.isEarly = true));
    expect(await send()).toMatchObject({ compiled: 0, written: 1 });
    expect(readHeader(fileOf(home, 'send')).isEarly).toBe(false);
  });

  test('a run writes once at its end; one that went on for longer wrote before, and loses nothing of that', async () => {
    expect(await tellTaken(await makeFolder())).toMatchObject({ written: 1 });
    const home = await makeFolder();
    const running = await startSettled(home);
    const early = readHeader(fileOf(home, 'send'));
    running.child.stdin.end();
    expect(readTaken(await running.finished)).toMatchObject({ written: 2 });
    const lengths = new Map(readHeader(fileOf(home, 'send')).files.map(([name, , length]) => [name, length]));
    for (const [name, , length] of early.files) expect(lengths.get(name)).toBeGreaterThanOrEqual(length);
  });

  test('a word that is no command has no file, whatever it is', async () => {
    const home = await makeFolder();
    for (const word of ['nonsense', '../status', 'toString', 'constructor']) await run(home, [word]);
    expect(existsSync(folderOf(home)) ? readdirSync(folderOf(home)) : []).toEqual([]);
  });

  test('code of another version of Node, or of another text, is not taken', async () => {
    const home = await makeFolder();
    await tellTaken(home);
    changeHeader(fileOf(home), (header) => (header.key = header.key.replace(process.version, 'v20.0.0')));
    expect(await tellTaken(home)).toMatchObject({ taken: 0 });
    expect(await tellTaken(home)).toMatchObject({ compiled: 0 });
    changeHeader(fileOf(home), ({ files }) => (files[0]![1] ^= 1));
    expect(await tellTaken(home)).toMatchObject({ compiled: 1 });
    expect(await tellTaken(home)).toMatchObject({ compiled: 0 });
  });

  test.skipIf(process.platform === 'win32')('a folder or file that others can write to is not used', async () => {
    const home = await makeFolder();
    await tellTaken(home);
    chmodSync(fileOf(home), 0o666);
    expect(await tellTaken(home)).toMatchObject({ taken: 0 });
    expect(await tellTaken(home)).toMatchObject({ compiled: 0 });
    chmodSync(folderOf(home), 0o777);
    const before = readFileSync(fileOf(home));
    expect(await tellTaken(home)).toMatchObject({ taken: 0 });
    expect(readFileSync(fileOf(home)).equals(before)).toBe(true);
  });

  test.runIf(isRoot)("another user's file is not used", async () => {
    const home = await makeFolder();
    await tellTaken(home);
    chownSync(fileOf(home), 65_534, 65_534);
    expect(await tellTaken(home)).toMatchObject({ taken: 0 });
  });
});
