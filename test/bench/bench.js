// npm run bench: `postback send` against the floor (floor.js), in turn, with the medians of a few rounds; start-up times; memory by
// size; bytes of log. It asserts that both deliver everything, and no time: numbers are for people to judge.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { program } from 'commander';
import { GOALS, writeEventFile } from './event-file.js';
import { measure, median } from './measure.js';

const PROGRAM = fileURLToPath(new URL('../../bin/postback.js', import.meta.url));
const FLOOR = fileURLToPath(new URL('floor.js', import.meta.url));
const STUB = fileURLToPath(new URL('stub.js', import.meta.url));
const SMALL = 10_000;

const whole = (text) => {
  if (!/^[1-9]\d*$/.test(text)) program.error(`${text} is no whole number above 0`);
  return Number(text);
};

const options = program
  .description('measure postback send against the least that the errand costs')
  .option('--lines <number>', 'lines of the event file', whole, 100_000)
  .option('--rounds <number>', 'rounds; the medians are shown', whole, 3)
  .option('--json', 'print one JSON object instead of tables')
  .parse()
  .opts();

const folder = mkdtempSync(join(tmpdir(), 'postback-bench-'));
const stub = spawn(process.execPath, [STUB], { stdio: ['ignore', 'pipe', 'inherit'] });
process.once('SIGINT', () => {
  stub.kill();
  rmSync(folder, { recursive: true, force: true });
  process.exit(130);
});
try {
  const [port] = await once(stub.stdout, 'data');
  const result = await runBench(`http://127.0.0.1:${String(port).trim()}`);
  if (options.json) console.log(JSON.stringify(result));
  else print(result);
} finally {
  stub.kill();
  rmSync(folder, { recursive: true, force: true });
}

async function runBench(gateway) {
  const { lines, rounds } = options;
  const events = join(folder, 'events.jsonl');
  const file = { lines, ...writeEventFile(events, lines, Date.now()) };
  const runs = { floor: [], send: [] };
  for (let round = 0; round < rounds; round += 1) {
    runs.floor.push(await runFloor(gateway, events, file));
    runs.send.push(await runSend(gateway, events, file));
  }
  const summary = Object.fromEntries(Object.entries(runs).map(([name, list]) => [name, summarise(list, lines)]));
  const few = join(folder, 'few.jsonl');
  const small = await runSend(gateway, few, { lines: SMALL, ...writeEventFile(few, SMALL, Date.now()) });
  return {
    file,
    rounds,
    ...summary,
    ratio: summary.floor.linesPerSecond / summary.send.linesPerSecond,
    logBytesPerDelivery: median(runs.send, 'logBytes') / file.postbacks,
    floorLogBytesPerDelivery: median(runs.floor, 'logBytes') / file.postbacks,
    memory: { smallLines: SMALL, smallPeakMb: small.peakMb, lines, peakMb: summary.send.peakMb },
    startUp: await measureStartUp(rounds),
  };
}

async function runFloor(gateway, events, { postbacks }) {
  const home = mkdtempSync(join(folder, 'floor-'));
  const run = await measure([FLOOR, events, gateway, join(home, 'floor.db')]);
  expectDelivered('the floor', JSON.parse(run.stdout).delivered, postbacks);
  return { ...run, logBytes: sizeOf(home) };
}

/** As a CI job would run it: a project file, variables, nothing stored, no pace. Each run has an empty log. */
async function runSend(gateway, events, { postbacks }) {
  const home = mkdtempSync(join(folder, 'send-'));
  const cwd = join(home, 'cwd');
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'postback.config.json'), JSON.stringify({ goals: GOALS, settings: {} }));
  const env = {
    PATH: process.env.PATH,
    POSTBACK_HOME: home,
    POSTBACK_GATEWAY: gateway,
    POSTBACK_RATE: '0',
    POSTBACK_AMAZON_CLIENT_ID: 'bench',
    POSTBACK_AMAZON_CLIENT_SECRET: 'bench',
    POSTBACK_AMAZON_REFRESH_TOKEN: 'Atzr|bench',
    POSTBACK_AMAZON_REGION: 'na',
    POSTBACK_AMAZON_ACCOUNT: '1234567890123',
  };
  process.chdir(cwd);
  // 3: the file has invalid lines.
  const run = await measure([PROGRAM, 'send', events, '--json'], { env, expect: [0, 3] });
  process.chdir(folder);
  expectDelivered('postback send', JSON.parse(run.stdout).delivered, postbacks);
  return { ...run, logBytes: sizeOf(join(home, 'data')) };
}

async function measureStartUp(rounds) {
  const subjects = { 'node -e 0': ['-e', '0'], '--version': [PROGRAM, '--version'], '--help': [PROGRAM, '--help'] };
  const runs = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  for (let round = 0; round < rounds * 3; round += 1) {
    for (const [name, args] of Object.entries(subjects)) runs[name].push(await measure(args));
  }
  const base = median(runs['node -e 0'], 'seconds');
  return Object.entries(runs).map(([name, list]) => {
    const seconds = median(list, 'seconds');
    return { name, ms: seconds * 1000, ratio: seconds / base };
  });
}

function expectDelivered(who, delivered, expected) {
  if (delivered !== expected) throw new Error(`${who} delivered ${delivered} of ${expected} postbacks`);
}

function summarise(runs, lines) {
  const seconds = median(runs, 'seconds');
  const [cpuSeconds, peakMb] = [median(runs, 'cpuSeconds'), median(runs, 'peakMb')];
  return { seconds, linesPerSecond: lines / seconds, cpuMicrosPerLine: (cpuSeconds * 1e6) / lines, peakMb };
}

function sizeOf(path) {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function print({ file, rounds, floor, send, ratio, memory, startUp, ...log }) {
  const number = (value, digits = 0) => value.toLocaleString('en-US', { maximumFractionDigits: digits });
  const row = (...cells) =>
    console.log(cells.map((cell, index) => (index ? String(cell).padStart(13) : cell.padEnd(16))).join(''));
  console.log(
    `${number(file.lines)} lines, ${number(file.bytes / file.lines)} bytes each, ${number(file.postbacks)} postbacks; ` +
      `medians of ${rounds} rounds, in turn, node ${process.version}\n`,
  );
  row('', 'seconds', 'lines/s', 'of the floor', 'us CPU/line', 'peak RSS MB');
  for (const [name, { seconds, linesPerSecond, cpuMicrosPerLine, peakMb }] of Object.entries({
    floor,
    'postback send': send,
  })) {
    const times = name === 'floor' ? 1 : ratio;
    row(
      name,
      number(seconds, 2),
      number(linesPerSecond),
      `${number(times, 2)}x`,
      number(cpuMicrosPerLine, 1),
      number(peakMb),
    );
  }
  console.log(
    `\nmemory           ${number(memory.smallPeakMb)} MB at ${number(memory.smallLines)} lines, ` +
      `${number(memory.peakMb)} MB at ${number(memory.lines)}: ${number(memory.peakMb / memory.smallPeakMb, 2)}x`,
  );
  console.log(
    `log              ${number(log.logBytesPerDelivery)} bytes a delivered postback, the newest ones with their facts (floor: ${number(log.floorLogBytesPerDelivery)})`,
  );
  for (const { name, ms, ratio: times } of startUp)
    console.log(`${name.padEnd(16)} ${number(ms)} ms, ${number(times, 2)}x`);
}
