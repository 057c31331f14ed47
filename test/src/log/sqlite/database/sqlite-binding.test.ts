import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { PostbackError } from '../../../../../src/errors.js';
import {
  loadBinding,
  type Machine,
} from '../../../../../src/log/sqlite/database/sqlite-binding.js';

const BUILT = [
  'darwin-arm64',
  'linux-arm64-glibc',
  'linux-arm64-musl',
  'linux-x64-glibc',
  'linux-x64-musl',
  'win32-x64',
];

function makeBinaries(names = BUILT): string {
  const folder = mkdtempSync(join(tmpdir(), 'binding-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of names) writeFileSync(join(folder, `${name}.node`), '');
  return folder;
}

/** A machine that refuses the binaries whose name has `refused` in it. */
function makeMachine(
  platform: string,
  arch: string,
  { refused = 'none', isAlpine = false } = {},
): Machine {
  return {
    platform,
    arch,
    isAlpine,
    setLibrary: () => 'glibc 2.17',
    open: (file) => {
      if (file.includes(refused))
        throw new Error(`version \`GLIBC_2.29' not found (required by ${basename(file)})`);
      return basename(file);
    },
  };
}

test.each([
  ['linux', 'x64', {}, 'linux-x64-glibc.node'],
  ['linux', 'arm64', {}, 'linux-arm64-glibc.node'],
  ['linux', 'x64', { isAlpine: true }, 'linux-x64-musl.node'],
  // musl elsewhere than on Alpine, and Alpine with a Node that was built for glibc.
  ['linux', 'x64', { refused: 'glibc.node' }, 'linux-x64-musl.node'],
  ['linux', 'x64', { isAlpine: true, refused: 'musl.node' }, 'linux-x64-glibc.node'],
  ['darwin', 'arm64', {}, 'darwin-arm64.node'],
  ['win32', 'x64', {}, 'win32-x64.node'],
])('%s on %s, %j: %s', (platform, arch, how, file) => {
  expect(loadBinding(makeBinaries(), makeMachine(platform, arch, how))).toBe(file);
});

function errorOf(machine: Machine, folder = makeBinaries()): PostbackError {
  try {
    loadBinding(folder, machine);
  } catch (error) {
    if (error instanceof PostbackError) return error;
  }
  throw new Error('there was no error');
}

test('a machine that there is no binary for is named', () => {
  const error = errorOf(makeMachine('freebsd', 'x64'));
  expect([error.kind, error.code]).toEqual(['internal', 'no_sqlite']);
  expect(error.message).toBe(
    'SQLite, which keeps the delivery log, is not in this package for freebsd-x64.',
  );
  expect(error.hint).toMatch(/^postback runs on Linux \(glibc 2\.29/);
  expect(errorOf(makeMachine('linux', 'riscv64')).message).toContain(
    'for linux-riscv64 (glibc 2.17).',
  );
});

test('where none of them can be loaded, the fault of the likelier one is told', () => {
  const error = errorOf(makeMachine('linux', 'x64', { refused: 'linux' }));
  expect(error.message).toBe(
    "SQLite, which keeps the delivery log, cannot be loaded on linux-x64 (glibc 2.17): version `GLIBC_2.29' not found (required by linux-x64-glibc.node).",
  );
  expect(error.cause).toBeInstanceOf(Error);
});

test('a package from which the binaries of other machines were taken away works as before', () => {
  const folder = makeBinaries(['linux-x64-musl']);
  expect(loadBinding(folder, makeMachine('linux', 'x64'))).toBe('linux-x64-musl.node');
});
