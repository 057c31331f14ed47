// `npm run release`: everything that a release consists of, in one folder. Archives with their own
// Node for each machine, the npm package, a bill of materials, checksums and the install scripts.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { program } from 'commander';
import { checkArchive } from './release/check-archive.js';
import { makeChecksums, makeSbom } from './release/sbom.js';
import { archiveName, MACHINES, openPacker, THIS_MACHINE } from './release/standalone.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const package_ = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const options = program
  .description('make a release of postback')
  .option('--out <folder>', 'where it goes', 'release')
  .option('--node <version>', 'version of the runtimes in the registry')
  .option('--only <machines>', 'machines such as linux-x64,win-arm64 (default: all)')
  .parse()
  .opts();

const out = resolve(options.out);
const asked = options.only?.split(',');
const machines = MACHINES.filter(
  ({ platform, arch }) => asked?.includes(`${platform}-${arch}`) ?? true,
);
if (machines.length === 0) throw new Error(`No machine is named by --only ${options.only}.`);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const packer = openPacker({ out, ...(options.node && { node: options.node }) });
try {
  const runtimes = machines.map((machine) => {
    const { path, runtime } = packer.packOne(machine);
    const problems = checkArchive(path, machine);
    if (problems.length > 0) throw new Error(`${basename(path)}: ${problems.join('; ')}`);
    console.log(`${basename(path)}: complete, with ${runtime.name} ${runtime.version}`);
    return runtime;
  });
  copyFileSync(packer.tarball, join(out, basename(packer.tarball)));
  const notices = readFileSync(join(root, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
  const sbom = makeSbom(package_, notices, runtimes);
  writeFileSync(join(out, 'sbom.cdx.json'), `${JSON.stringify(sbom, undefined, 2)}\n`);
  for (const name of ['install.sh', 'install.ps1']) writeInstaller(name);
  const names = [
    ...machines.map(archiveName),
    basename(packer.tarball),
    'sbom.cdx.json',
    'install.sh',
    'install.ps1',
  ];
  const files = names.map((name) => ({ name, path: join(out, name) }));
  writeFileSync(join(out, 'SHA256SUMS'), makeChecksums(files));
  tryOut(machines);
  console.log(`Everything is in ${out}.`);
} finally {
  packer.close();
}

function writeInstaller(name) {
  const text = readFileSync(join(root, 'scripts/release', name), 'utf8');
  const options = name.endsWith('.sh') ? { mode: 0o755 } : {};
  writeFileSync(join(out, name), text.replaceAll('@VERSION@', package_.version), options);
}

/** Installs the archive of this machine with the install script, and runs it. */
function tryOut(made) {
  const isMade = made.some(
    ({ platform, arch }) => platform === THIS_MACHINE.platform && arch === THIS_MACHINE.arch,
  );
  if (!isMade || THIS_MACHINE.platform === 'win') return;
  const prefix = mkdtempSync(join(tmpdir(), 'postback-release-'));
  try {
    execFileSync('sh', [join(out, 'install.sh'), '--prefix', prefix], { stdio: 'ignore' });
    const env = { ...process.env, POSTBACK_HOME: join(prefix, 'home'), PATH: '/usr/bin:/bin' };
    const postback = (args) =>
      execFileSync(join(prefix, 'bin/postback'), args, { encoding: 'utf8', env });
    const { delivered } = JSON.parse(postback(['demo', '--json']));
    if (!(delivered > 0)) throw new Error('The installed archive delivers nothing.');
    console.log(
      `${postback(['--version']).trim()}: installed, and the demo delivered ${delivered}`,
    );
  } finally {
    rmSync(prefix, { recursive: true, force: true });
  }
}
