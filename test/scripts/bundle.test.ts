import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules, createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { makeFolder, runPostback } from '../kit/run.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIST = join(ROOT, 'dist');
const package_ = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
  string,
  unknown
>;
const files = readdirSync(DIST, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.js'),
);

/** What ajv writes into validators that it compiles to a file, which nobody here does. */
const ONLY_TEXT = /^ajv(?:-formats)?\/dist\//;
/**
 * The binding in C that pg loads, and the signatures over regions that the AWS SDK loads, only
 * where a program asks for them.
 */
const NOT_ASKED_FOR = new Set(['pg-native', '@aws-sdk/signature-v4-crt', '@aws-sdk/signature-v4a']);

test('the bundle needs nothing but Node, and nothing is installed with it', () => {
  const needed = new Set(
    files.flatMap((file) =>
      [...readFileSync(join(DIST, file), 'utf8').matchAll(/\brequire\(["'`]([^"'`]+)["'`]\)/g)].map(
        ([, id]) => id!,
      ),
    ),
  );
  const installed = [...needed].filter(
    (id) => !id.startsWith('.') && !ONLY_TEXT.test(id) && !NOT_ASKED_FOR.has(id),
  );
  const packages = installed.filter(
    (id) => !id.startsWith('node:') && !builtinModules.includes(id),
  );
  expect(packages).toEqual([]);
  expect(package_).not.toHaveProperty('dependencies');
  expect(
    Object.keys(package_['scripts'] as object).filter((name) =>
      /^(?:pre|post)?install$/.test(name),
    ),
  ).toEqual([]);
});

test('SQLite is in it for every machine that its package is built for, as it is there', () => {
  const require = createRequire(import.meta.url);
  const prebuilds = join(
    dirname(require.resolve('@photostructure/sqlite/package.json')),
    'prebuilds',
  );
  const sources = readdirSync(prebuilds, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.node'),
  );
  const built = readdirSync(join(DIST, 'sqlite')).filter((file) => file.endsWith('.node'));
  expect(built.sort()).toEqual([
    ...[
      'darwin-arm64',
      'darwin-x64',
      'linux-arm64-glibc',
      'linux-arm64-musl',
      'linux-x64-glibc',
      'linux-x64-musl',
    ].map((name) => `${name}.node`),
    ...['win32-arm64.node', 'win32-x64.node'],
  ]);
  const sumsOf = (folder: string, names: readonly string[]): string[] =>
    names.map((name) => hash('sha256', readFileSync(join(folder, name)))).sort();
  expect(sumsOf(join(DIST, 'sqlite'), built)).toEqual(sumsOf(prebuilds, sources));
});

test('it works where nothing else is', async () => {
  const folder = await makeFolder();
  for (const part of ['bin', 'dist', 'package.json', 'oclif.manifest.json']) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  }
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [join(folder, 'bin', 'postback.js'), 'demo'],
    {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder },
      encoding: 'utf8',
    },
  );
  expect(stdout + stderr).toMatch(/^The sandbox received (\d+) conversions\. \1 were delivered/m);
});

test("oclif's own modules are replaced whole or bundled as they are", async () => {
  const { aliasOclif } = (await import(
    new URL('../../scripts/bundle/oclif-aliases.js', import.meta.url).href
  )) as {
    aliasOclif: () => object;
  };
  // A plugin that changed a text would have a hook for it: `transform` or `renderChunk`.
  expect(Object.keys(aliasOclif())).toEqual(['name', 'resolveId']);
});

test('the licences of what is in it go with it', () => {
  const notices = readFileSync(join(DIST, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
  for (const name of [
    '@oclif/core',
    'undici',
    'conf',
    'libphonenumber-js',
    '@photostructure/sqlite',
    'node-addon-api',
  ]) {
    expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\([A-Z]`, 'm'));
  }
  expect(notices).not.toContain('No text of the licence');
});

/**
 * Files of the program that a command loads: a script that runs before it tells them when it ends.
 */
async function loadedBy(args: readonly string[]): Promise<string[]> {
  const { stderr } = await runPostback(args, {
    cwd: await makeFolder(),
    env: { NODE_OPTIONS: `--require ${join(ROOT, 'test', 'kit', 'loaded-files.cjs')}` },
  });
  const line = stderr.split('\n').find((text) => text.startsWith('["'))!;
  return JSON.parse(line) as string[];
}

describe.each([
  [['--version']],
  [['--help']],
  [['send', '--help']],
  [['goals', 'list']],
  [['map']],
])('%j', (args) => {
  test('loads no HTTP client, no SQLite and no sandbox', async () => {
    const loaded = await loadedBy(args);
    expect(loaded.filter((file) => /sqlite|undici|pool|sandbox|delivery/.test(file))).toEqual([]);
    expect(loaded.length).toBeLessThan(20);
  });
});

test('help loads nothing of a command, and a question to the log nothing of the networks', async () => {
  expect((await loadedBy(['--help'])).filter((file) => /base|common|parser/.test(file))).toEqual(
    [],
  );
  expect((await loadedBy(['logs'])).filter((file) => /networks(?!\/names)/.test(file))).toEqual([]);
});

test('a status loads SQLite only where there is a log', async () => {
  expect(
    (await loadedBy(['status'])).filter((file) => /load-sqlite|log-reader/.test(file)),
  ).toEqual([]);
});

test('a dry run loads no HTTP client', async () => {
  const dryRun = await loadedBy(['send', '/dev/null', '--sandbox', '--dry-run']);
  expect(dryRun.filter((file) => /[/\\]pool-/.test(file))).toEqual([]);
  const sent = await loadedBy(['send', join(ROOT, 'examples', 'events.jsonl'), '--sandbox']);
  expect(sent.filter((file) => /[/\\]pool-/.test(file))).toHaveLength(1);
});
