// Programs that operators use instead of `postback send`, on the same file and the same stub. Each
// is left out, with a message, where what it needs is not installed.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { measure, TICKS_A_SECOND, watchStolen } from '../measure.js';
import { askStub } from '../stage.js';

const FOLDER = import.meta.dirname;
const PYTHON = join(homedir(), '.cache', 'postback-bench', 'aiohttp');
const SYSLOG_NG = [
  '/usr/sbin/syslog-ng',
  '/usr/local/sbin/syslog-ng',
  '/opt/homebrew/sbin/syslog-ng',
];
const POLL_MS = 20;
/** What does not end by itself is given up after this long without an event. */
const SILENCE_MS = 20_000;

/** The queue that a run of syslog-ng keeps before its destination. */
const QUEUES = {
  memory: () => 'log-fifo-size(200000)',
  reliable: (folder) =>
    `disk-buffer(reliable(yes) disk-buf-size(4294967296) mem-buf-size(67108864) dir("${folder}"))`,
};

/** Their names among the subjects of the bench. */
export const PEERS = ['syslogMemory', 'syslogDisk', 'aiohttp', 'plainNode'];

/**
 * Finds the peers that can run here.
 * @returns by name, what runs one: `(stage, events) => Promise<run>`, and why others are left out
 */
export function findPeers() {
  const peers = { plainNode: runPlainNode };
  const missing = [];
  const syslogNg = SYSLOG_NG.find((path) => existsSync(path));
  if (syslogNg) {
    peers.syslogMemory = (stage, events) =>
      runSyslogNg(stage, events, { syslogNg, queue: 'memory' });
    peers.syslogDisk = (stage, events) =>
      runSyslogNg(stage, events, { syslogNg, queue: 'reliable' });
  } else missing.push('syslog-ng (Debian: syslog-ng-core and syslog-ng-mod-http)');
  const python = preparePython();
  if (python) peers.aiohttp = (stage, events) => runAiohttp(stage, events, python);
  else missing.push('aiohttp (needs python3 with venv and PyPI)');
  return { peers, missing };
}

/** A Python that has aiohttp, made once. */
function preparePython() {
  const python = join(PYTHON, 'bin', 'python');
  if (existsSync(python)) return python;
  mkdirSync(join(PYTHON, '..'), { recursive: true });
  const made = spawnSync('python3', ['-m', 'venv', PYTHON], { stdio: 'ignore' }).status === 0;
  const pip = [join(PYTHON, 'bin', 'pip'), ['install', '-q', 'aiohttp'], { stdio: 'ignore' }];
  if (made && spawnSync(...pip).status === 0) return python;
  rmSync(PYTHON, { recursive: true, force: true });
  return undefined;
}

async function runPlainNode({ folder, stubs }, { path, postbacks }) {
  const home = mkdtempSync(join(folder, 'plain-'));
  const script = join(FOLDER, 'plain-node.js');
  const run = await measure([script, path, stubs.quick, join(home, 'log.db')]);
  expectAll('the plain Node program', JSON.parse(run.stdout).delivered, postbacks);
  rmSync(home, { recursive: true });
  return run;
}

async function runAiohttp({ stubs }, { path, postbacks }, python) {
  const stolen = watchStolen();
  const started = performance.now();
  const child = spawn(python, [join(FOLDER, 'aiohttp-script.py'), path, stubs.quick], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk;
  const seconds = (performance.now() - started) / 1000;
  const { delivered, cpuSeconds, peakMb } = JSON.parse(text);
  expectAll('the aiohttp script', delivered, postbacks);
  return { seconds, cpuSeconds, peakMb, stolen: stolen(seconds) };
}

/** syslog-ng follows its file for ever, so the clock stops when the stub has every event. */
async function runSyslogNg(stage, { path, postbacks }, { syslogNg, queue }) {
  const folder = mkdtempSync(join(stage.folder, 'syslog-'));
  const [version] = /\d+\.\d+/.exec(execFileSync(syslogNg, ['--version'], { encoding: 'utf8' }));
  const values = {
    VERSION: version,
    EVENTS: path,
    GATEWAY: stage.stubs.quick,
    QUEUE: QUEUES[queue](folder),
  };
  const template = readFileSync(join(FOLDER, 'syslog-ng.conf'), 'utf8');
  const config = join(folder, 'syslog-ng.conf');
  writeFileSync(
    config,
    template.replace(/@([A-Z]{5,})@/g, (whole, name) => values[name] ?? whole),
  );
  await askStub(stage, 'quick', 'reset');
  const stolen = watchStolen();
  const started = performance.now();
  const state = { '-f': config, '-R': 'persist', '-p': 'pid', '-c': 'control' };
  const args = Object.entries(state).flatMap(([flag, name]) => [
    flag,
    name === config ? name : join(folder, name),
  ]);
  const child = spawn(syslogNg, ['-F', '--no-caps', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => (errors += chunk));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const usage = await waitForEvents(stage, postbacks, child);
  const seconds = (performance.now() - started) / 1000;
  child.kill('SIGKILL');
  await exited;
  rmSync(folder, { recursive: true });
  expectAll(`syslog-ng\n${errors}`, usage.events, postbacks);
  return { seconds, ...usage, stolen: stolen(seconds) };
}

async function waitForEvents(stage, postbacks, child) {
  let last = { events: -1, at: 0 };
  for (;;) {
    const { events } = await askStub(stage, 'quick');
    if (events !== last.events) last = { events, at: performance.now() };
    const isOver = events >= postbacks || performance.now() - last.at > SILENCE_MS;
    if (isOver || child.exitCode !== null) return { events, ...readUsage(child) };
    await wait(POLL_MS);
  }
}

function readUsage({ pid, exitCode }) {
  if (exitCode !== null) return { cpuSeconds: 0, peakMb: 0 };
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1];
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND,
    peakMb: Number(peak) / 1024,
  };
}

function expectAll(who, found, expected) {
  if (found !== expected) throw new Error(`${who} delivered ${found} of ${expected} events`);
}
