import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { makeFolder, runPostback, type RunResult } from '../kit/run.js';

const COMPILE_CACHE = fileURLToPath(new URL('../../bin/compile-cache.js', import.meta.url));
const isRoot = process.geteuid?.() === 0;
const isWindows = process.platform === 'win32';

/** Node 20 has no compile cache. */
const hasCache = 'enableCompileCache' in nodeModule;

/**
 * Prints the directory that Node is asked to cache code in, on every version of Node; `null` where
 * it is not asked.
 */
const ASK = `
  let asked = null;
  require('node:module').enableCompileCache = (directory) => void (asked = directory);
  require(${JSON.stringify(COMPILE_CACHE)})(process.argv[1]);
  console.log(JSON.stringify(asked));
`;

/** Returns the directory that Node is asked to use for a package at `root`. */
function askedFor(
  env: NodeJS.ProcessEnv,
  { root = '/nowhere/package', cwd = '/' } = {},
): string | null {
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', ASK, root], {
    env: { PATH: process.env['PATH'], ...env },
    cwd,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as string | null;
}

const wordsOf = ({ code, stdout, stderr }: RunResult): object => ({ code, stdout, stderr });

describe('where Node is asked to cache code', () => {
  test('below POSTBACK_CACHE_DIR, which the program sets from POSTBACK_HOME, in a directory for the user alone', async () => {
    const home = await makeFolder();
    const directory = join(home, 'cache', 'code');
    expect(askedFor({ POSTBACK_CACHE_DIR: join(home, 'cache') })).toBe(directory);
    if (!isWindows) expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  test('below a relative POSTBACK_CACHE_DIR, as seen from the working directory', async () => {
    const cwd = await makeFolder();
    expect(askedFor({ POSTBACK_CACHE_DIR: 'cache' }, { cwd })).toBe(join(cwd, 'cache', 'code'));
  });

  test.skipIf(process.platform !== 'linux')(
    'below XDG_CACHE_HOME or, where it is relative, below HOME',
    async () => {
      const home = await makeFolder();
      expect(askedFor({ HOME: home, XDG_CACHE_HOME: join(home, 'xdg') })).toBe(
        join(home, 'xdg', 'postback', 'code'),
      );
      expect(askedFor({ HOME: home, XDG_CACHE_HOME: 'xdg' })).toBe(
        join(home, '.cache', 'postback', 'code'),
      );
    },
  );

  test.each([{ NODE_COMPILE_CACHE: '/elsewhere' }, { NODE_DISABLE_COMPILE_CACHE: '1' }])(
    'nowhere when the environment decides: %j',
    async (env) => {
      const home = await makeFolder();
      expect(askedFor({ POSTBACK_CACHE_DIR: home, ...env })).toBeNull();
      expect(readdirSync(home)).toEqual([]);
    },
  );

  test('nowhere inside the package', async () => {
    const folder = await makeFolder();
    const root = join(folder, 'package');
    const other = join(folder, 'package-cache');
    expect(askedFor({ POSTBACK_CACHE_DIR: join(root, 'cache') }, { root })).toBeNull();
    expect(askedFor({ POSTBACK_CACHE_DIR: other }, { root })).toBe(join(other, 'code'));
    expect(readdirSync(folder)).toEqual(['package-cache']);
  });
});

describe.skipIf(isWindows)('nowhere when another user could put code there', () => {
  /** A home whose cache directory exists. */
  async function prepare(): Promise<{ home: string; env: NodeJS.ProcessEnv; directory: string }> {
    const home = await makeFolder();
    const env = { POSTBACK_CACHE_DIR: join(home, 'cache') };
    const directory = join(home, 'cache', 'code');
    expect(askedFor(env)).toBe(directory);
    return { home, env, directory };
  }

  test.each(['777', '770', '707', '1777'])('a directory of mode %s', async (mode) => {
    const { env, directory } = await prepare();
    chmodSync(directory, Number.parseInt(mode, 8));
    expect(askedFor(env)).toBeNull();
  });

  test('a directory above it that everybody can write to, but for one with the sticky bit', async () => {
    const { home, env, directory } = await prepare();
    chmodSync(home, 0o777);
    expect(askedFor(env)).toBeNull();
    chmodSync(home, 0o1777);
    expect(askedFor(env)).toBe(directory);
  });

  test('a link in place of the directory', async () => {
    const home = await makeFolder();
    mkdirSync(join(home, 'cache'));
    mkdirSync(join(home, 'target'), { mode: 0o700 });
    symlinkSync(join(home, 'target'), join(home, 'cache', 'code'));
    expect(askedFor({ POSTBACK_CACHE_DIR: join(home, 'cache') })).toBeNull();
  });

  test('a file in place of the directory', async () => {
    const home = await makeFolder();
    writeFileSync(join(home, 'cache'), 'a file');
    expect(askedFor({ POSTBACK_CACHE_DIR: join(home, 'cache') })).toBeNull();
    expect(readFileSync(join(home, 'cache'), 'utf8')).toBe('a file');
  });

  test.runIf(isRoot)("another user's directory, or one below it", async () => {
    const { home, env, directory } = await prepare();
    chownSync(directory, 65_534, 65_534);
    expect(askedFor(env)).toBeNull();
    chownSync(directory, 0, 0);
    expect(askedFor(env)).toBe(directory);
    chownSync(home, 65_534, 65_534);
    expect(askedFor(env)).toBeNull();
  });
});

test.each([
  [['status']],
  [['--help']],
  [['goals', 'list', '--json']],
  [['goals', 'nonsense']],
  [['nonsense']],
])('%j prints the same with and without cached code', async (args) => {
  const run = async (home: string, env: NodeJS.ProcessEnv = {}): Promise<object> =>
    wordsOf(await runPostback(args, { home, env }));
  const plain = await run(await makeFolder(), { NODE_DISABLE_COMPILE_CACHE: '1' });
  const home = await makeFolder();
  for (let round = 0; round < 3; round += 1) expect(await run(home)).toEqual(plain);
  expect(existsSync(join(home, 'cache', 'code'))).toBe(hasCache);
});

test('a cache directory that cannot be created or written changes nothing that is printed', async () => {
  const plain = wordsOf(
    await runPostback(['status'], { env: { NODE_DISABLE_COMPILE_CACHE: '1' } }),
  );
  const home = await makeFolder();
  writeFileSync(join(home, 'cache'), 'a file where the directory would be');
  expect(wordsOf(await runPostback(['status'], { home }))).toEqual(plain);
  const locked = await makeFolder();
  mkdirSync(join(locked, 'cache', 'code'), { recursive: true, mode: 0o500 });
  expect(wordsOf(await runPostback(['status'], { home: locked }))).toEqual(plain);
});

test.runIf(hasCache)('code that is damaged is compiled again', async () => {
  const home = await makeFolder();
  const run = async (): Promise<object> => wordsOf(await runPostback(['status'], { home }));
  const first = await run();
  const directory = join(home, 'cache', 'code');
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files).not.toEqual([]);
  for (const entry of files) {
    const file = join(entry.parentPath, entry.name);
    const bytes = readFileSync(file);
    for (let at = 100; at < bytes.length; at += 997) bytes[at]! ^= 0x10;
    writeFileSync(file, bytes);
  }
  expect(await run()).toEqual(first);
});
