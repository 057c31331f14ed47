// Checks what is in an archive without running it: the runtime is for the machine, and the program
// and its SQLite are there.
import { execFileSync } from 'node:child_process';
import { Buffer } from 'node:buffer';

const MAX_BYTES = 512 * 1024 * 1024;

/** ELF: magic, then `e_machine` at 18 (https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html). */
const ELF_MACHINES = { x64: 62, arm64: 183 };
/** Mach-O, 64 bits: `cputype` at 4 (mach/machine.h). */
const MACH_TYPES = { x64: 0x01000007, arm64: 0x0100000c };
/** PE: `Machine` after the signature (https://learn.microsoft.com/windows/win32/debug/pe-format). */
const PE_MACHINES = { x64: 0x8664, arm64: 0xaa64 };

/**
 * Returns what is wrong with an archive, one sentence each; empty where nothing is.
 * @param path the archive
 * @param machine `{platform, arch}` that it is for
 */
export function checkArchive(path, { platform, arch }) {
  const files = execFileSync('tar', ['-tzf', path], { encoding: 'utf8', maxBuffer: MAX_BYTES })
    .split('\n')
    .filter((name) => name !== '');
  const isWindows = platform === 'win';
  const runtime = `postback/lib/node${isWindows ? '.exe' : ''}`;
  const program = 'postback/lib/node_modules/postback';
  const needed = [
    runtime,
    'postback/lib/NODE-LICENSE',
    `postback/bin/postback${isWindows ? '.cmd' : ''}`,
    `${program}/bin/postback.js`,
    `${program}/package.json`,
    `${program}/LICENSE`,
    `${program}/dist/THIRD-PARTY-LICENSES.txt`,
    `${program}/man/postback.1`,
  ];
  const problems = needed
    .filter((name) => !files.includes(name))
    .map((name) => `${name} is missing`);
  const prefix = `${isWindows ? 'win32' : platform}-${arch}`;
  const binaries = files.filter((name) => name.endsWith('.node'));
  const own = binaries.filter((name) => name.split('/').at(-1).startsWith(prefix));
  if (own.length === 0) problems.push(`no SQLite for ${prefix}`);
  if (own.length < binaries.length) problems.push('it has SQLite for other machines');
  if (files.includes(runtime)) {
    const head = readHead(path, runtime);
    const found = machineOf(head);
    const expected = `${platform}-${arch}`;
    if (found !== expected) problems.push(`${runtime} is for ${found}, not for ${expected}`);
  }
  return problems;
}

function readHead(path, name) {
  const options = { maxBuffer: MAX_BYTES, stdio: ['ignore', 'pipe', 'ignore'] };
  return execFileSync('tar', ['-xzOf', path, name], options).subarray(0, 4096);
}

/** Returns the machine that an executable is for, such as `linux-x64`. */
export function machineOf(head) {
  if (head.subarray(0, 4).equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46])))
    return `linux-${nameOf(ELF_MACHINES, head.readUInt16LE(18))}`;
  if (head.readUInt32LE(0) === 0xfeedfacf)
    return `darwin-${nameOf(MACH_TYPES, head.readUInt32LE(4))}`;
  if (head.toString('latin1', 0, 2) === 'MZ') {
    const at = head.readUInt32LE(0x3c);
    return `win-${nameOf(PE_MACHINES, head.readUInt16LE(at + 4))}`;
  }
  return 'an unknown machine';
}

function nameOf(machines, value) {
  return Object.keys(machines).find((name) => machines[name] === value) ?? `unknown (${value})`;
}
