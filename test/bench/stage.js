// What the rows of the bench play on: event files, receiving stubs, and the two that are compared,
// the floor and `postback send`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { GOALS, writeEventFile } from './event-file.js';
import { measure } from './measure.js';

export const PROGRAM = fileURLToPath(new URL('../../bin/postback.js', import.meta.url));
const FLOOR = fileURLToPath(new URL('floor.js', import.meta.url));
const STUB = fileURLToPath(new URL('stub.js', import.meta.url));
const DESCRIPTION = { type: 'OFF_AMAZON_PURCHASES', source: 'WEBSITE' };

/** Makes a folder and starts the stubs; `close` takes both away. */
export async function setStage() {
  const folder = mkdtempSync(join(tmpdir(), 'postback-bench-'));
  const children = [];
  const close = () => {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('SIGINT', () => {
    close();
    process.exit(130);
  });
  const startStub = async (...args) => {
    const child = spawn(process.execPath, [STUB, ...args.map(String)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const [port] = await once(child.stdout, 'data');
    return `http://127.0.0.1:${String(port).trim()}`;
  };
  const stubs = {
    quick: await startStub(),
    slow: await startStub(100),
    faulty: await startStub(0, 10),
    timing: await startStub(0, 0, 'timing'),
  };
  return { folder, stubs, close };
}

/**
 * An event file of so many lines: path, bytes, and the postbacks that it makes; `kind` as in
 * event-file.js.
 */
export function makeEvents({ folder }, name, lines, kind) {
  const path = join(folder, `${name}.jsonl`);
  return { path, lines, ...writeEventFile(path, lines, Date.now(), kind) };
}

export async function packEvents({ path }) {
  await pipeline(createReadStream(path), createGzip({ level: 1 }), createWriteStream(`${path}.gz`));
}

export async function runFloor({ folder, stubs }, { path, postbacks }, api) {
  const home = mkdtempSync(join(folder, 'floor-'));
  const run = await measure([FLOOR, path, stubs.quick, join(home, 'floor.db'), api]);
  expectCount('the floor', JSON.parse(run.stdout).delivered, api === 'parse' ? 0 : postbacks);
  const logBytes = sizeOf(home);
  rmSync(home, { recursive: true });
  return { ...run, logBytes };
}

/**
 * As a CI job would run it: a project file, variables, nothing stored, no pace. Each run has an
 * empty log, but for one with a `home`.
 * @param how `api`, `input` (`file`, `stdin`, `gz`), `stub`, `synchronous`, `logUrl`, `home` and
 *   `duplicates`: how many postbacks it knows
 */
export async function runSend(
  stage,
  events,
  { input = 'file', duplicates = 0, keep = false, ...how },
) {
  const home = how.home ?? mkdtempSync(join(stage.folder, 'send-'));
  const { cwd, env } = prepareHome(stage, home, how);
  const args = { file: [events.path], gz: [`${events.path}.gz`], stdin: ['-'] }[input];
  // 3: the file has invalid lines.
  const run = await measure([PROGRAM, 'send', ...args, '--json'], {
    env,
    cwd,
    expect: [0, 3],
    ...(input === 'stdin' && { pipe: events.path }),
  });
  const { delivered, skips } = JSON.parse(run.stdout);
  expectCount('postback send', delivered, events.postbacks - duplicates);
  expectCount('postback send (duplicates)', skips.duplicate ?? 0, duplicates);
  // The home has no file of a log in PostgreSQL.
  const logBytes = how.logUrl === undefined ? sizeOf(join(home, 'data')) : undefined;
  if (!keep && how.home === undefined) rmSync(home, { recursive: true });
  return { ...run, logBytes, home };
}

/** Project file and variables of one home. */
export function prepareHome(stage, home, how = {}) {
  const { api = 'events-api', stub = 'quick', synchronous, logUrl } = how;
  const cwd = join(home, 'cwd');
  mkdirSync(cwd, { recursive: true });
  const goals = GOALS.map((goal) => ({
    ...goal,
    map: api === 'capi-v1' ? goal.map : { amazon: { name: goal.name, ...DESCRIPTION } },
  }));
  const settings = synchronous ? { 'log.synchronous': synchronous } : {};
  writeFileSync(join(cwd, 'postback.config.json'), JSON.stringify({ goals, settings }));
  const env = {
    PATH: process.env.PATH,
    POSTBACK_HOME: home,
    POSTBACK_GATEWAY: stage.stubs[stub],
    POSTBACK_RATE: '0',
    POSTBACK_AMAZON_CLIENT_ID: 'bench',
    POSTBACK_AMAZON_CLIENT_SECRET: 'bench',
    POSTBACK_AMAZON_REFRESH_TOKEN: 'Atzr|bench',
    POSTBACK_AMAZON_REGION: 'na',
    POSTBACK_AMAZON_ACCOUNT: '1234567890123',
    POSTBACK_AMAZON_API: api,
    ...(logUrl && { POSTBACK_LOG_URL: logUrl }),
  };
  return { cwd, env };
}

/**
 * What a stub has seen since it was asked to forget: requests, events, when the first came, and its
 * CPU seconds.
 */
export async function askStub({ stubs }, name, question = 'count') {
  return (await fetch(`${stubs[name]}/${question}`)).json();
}

export function sizeOf(path) {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return entries.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function expectCount(who, found, expected) {
  if (found !== expected) throw new Error(`${who} made ${found} of ${expected} postbacks`);
}
