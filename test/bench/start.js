// Rows about short commands and installing: start, queries of a large log, resuming, what npm puts
// on the disk.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure, median, NODE_OPTIONS } from './measure.js';
import { askStub, makeEvents, prepareHome, PROGRAM, runSend, sizeOf } from './stage.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Median seconds of some commands, each in turn with the others. */
export async function timeCommands(subjects, rounds, options = {}) {
  const runs = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, args] of Object.entries(subjects))
      runs[name].push(await measure(args, options));
  }
  return Object.fromEntries(
    Object.entries(runs).map(([name, list]) => [name, median(list, 'seconds')]),
  );
}

/**
 * `--version`, `--help` and `status` next to bare Node. Certificates that Node is told to read at
 * every start are Node's time, not ours.
 */
export function timeStart(stage, rounds) {
  const home = mkdtempSync(join(stage.folder, 'start-'));
  const { cwd, env } = prepareHome(stage, home);
  const subjects = {
    bare: ['-e', '0'],
    version: [PROGRAM, '--version'],
    help: [PROGRAM, '--help'],
    status: [PROGRAM, 'status'],
  };
  return timeCommands(subjects, rounds, { env, cwd });
}

/** Two queries of a large log, next to the same program's help. */
export function timeQueries(home, eventId, rounds) {
  const cwd = join(home, 'cwd');
  mkdirSync(cwd, { recursive: true });
  const subjects = {
    help: [PROGRAM, '--help'],
    failed: [PROGRAM, 'logs', '--status', 'failed', '--since', '24h', '--json', '--limit', '20'],
    one: [PROGRAM, 'logs', '--event-id', eventId, '--json'],
  };
  return timeCommands(subjects, rounds, {
    env: { PATH: process.env.PATH, POSTBACK_HOME: home },
    cwd,
  });
}

/**
 * Seconds from the start of a run that takes up a killed one to its first request, and of bare Node
 * right after it.
 */
export async function timeResume(stage, events) {
  const home = mkdtempSync(join(stage.folder, 'resume-'));
  const { cwd, env } = prepareHome(stage, home);
  const args = [PROGRAM, 'send', events.path, '--json'];
  await askStub(stage, 'quick', 'reset');
  const killed = spawn(process.execPath, [...NODE_OPTIONS, ...args], { cwd, env, stdio: 'ignore' });
  const isHalf = async () => (await askStub(stage, 'quick')).events > events.postbacks / 2;
  while (!(await isHalf())) await new Promise((resolve) => setTimeout(resolve, 20));
  killed.kill('SIGKILL');
  await new Promise((resolve) => killed.once('close', resolve));
  const before = await askStub(stage, 'quick');
  await askStub(stage, 'quick', 'reset');
  const run = await measure(args, { cwd, env, expect: [0, 3] });
  const { firstMs, events: after } = await askStub(stage, 'quick');
  const { bare } = await timeCommands({ bare: ['-e', '0'] }, 5, { cwd, env });
  return {
    seconds: (firstMs - run.startedMs) / 1000,
    bareSeconds: bare,
    sentTwice: before.events + after - events.postbacks,
  };
}

/**
 * From the start of a send of a short file to its first request, as ratios to bare Node right
 * after it.
 */
export async function timeFirstRequest(stage, rounds) {
  const events = makeEvents(stage, 'short', 1_000);
  const ratios = [];
  for (let round = 0; round < rounds; round += 1) {
    await askStub(stage, 'quick', 'reset');
    const run = await runSend(stage, events, {});
    const { firstMs } = await askStub(stage, 'quick');
    const { bare } = await timeCommands({ bare: ['-e', '0'] }, 5);
    ratios.push((firstMs - run.startedMs) / 1_000 / bare);
  }
  return ratios;
}

/**
 * Packs the program and installs it where nothing of this project is, without scripts: size,
 * packages, and whether it works.
 */
export function install({ folder }) {
  const place = mkdtempSync(join(folder, 'install-'));
  const quiet = { cwd: place, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' };
  const [tarball] = JSON.parse(
    execFileSync(
      'npm',
      ['pack', ROOT, '--json', '--ignore-scripts', '--pack-destination', place],
      quiet,
    ),
  );
  execFileSync(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', join(place, tarball.filename)],
    quiet,
  );
  const packages = readdirSync(join(place, 'node_modules'), { recursive: true }).filter((entry) =>
    /^(?:.*node_modules\/)?(?:@[^/]+\/)?[^/@.][^/]*\/package\.json$/.test(entry),
  );
  const lock = JSON.parse(readFileSync(join(place, 'package-lock.json'), 'utf8'));
  const scripted = Object.values(lock.packages).filter(
    ({ hasInstallScript }) => hasInstallScript,
  ).length;
  const program = join(place, 'node_modules', 'postback', 'bin', 'postback.js');
  const sample = join(ROOT, 'examples', 'events.jsonl');
  const env = { PATH: dirname(process.execPath), POSTBACK_HOME: place };
  // The examples have invalid lines: it ends with 3.
  const { stdout } = spawnSync(process.execPath, [program, 'send', sample, '--sandbox', '--json'], {
    ...quiet,
    env,
  });
  const { delivered } = JSON.parse(stdout);
  return {
    megabytes: sizeOf(join(place, 'node_modules')) / 2 ** 20,
    packages: packages.length,
    scripted,
    works: delivered > 0,
  };
}
