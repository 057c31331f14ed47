// npm run bench: what `postback send` costs compared with the floor (floor.js), the least that the
// work costs; memory, growth, trouble, the log, start and installing. Runs are made in turn and
// medians shown, because a machine is never as quiet as its reader. It asserts that everything is
// delivered, and no time: numbers are for people to judge.
import {
  closeSync,
  cpSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { program } from 'commander';
import { bundleScript } from '../../scripts/bundle/script.js';
import { measure, median, playUndisturbed } from './measure.js';
import { count, listRows, listSingleRows, listStartRows, printRows, SUBJECTS } from './rows.js';
import {
  askStub,
  makeEvents,
  packEvents,
  prepareHome,
  PROGRAM,
  runFloor,
  runSend,
  setStage,
  sizeOf,
} from './stage.js';
import { findPeers, PEERS } from './peers/peers.js';
import { startBenchDatabase } from './postgres.js';
import { install, timeFirstRequest, timeQueries, timeResume, timeStart } from './start.js';
import { timeTail } from './tail.js';

/** Subjects that are too large to be done in every round. */
const SINGLE = ['growth', 'history', 'tail', 'start'];

/** For how long lines are written that `tail` follows. */
const TAIL_SECONDS = 10;

/** Where a home has its log. */
const LOG = join('data', 'default', 'delivery.db');

const whole = (text) => {
  if (!/^\d+$/.test(text)) program.error(`${text} is no whole number`);
  return Number(text);
};

const options = program
  .description('measure postback against the least that the work costs')
  .option('--lines <number>', 'lines of the event file', whole, 1_000_000)
  .option('--rounds <number>', 'rounds; the medians are shown', whole, 3)
  .option('--big <number>', 'lines of a larger file, sent once; 0: none', whole, 5_000_000)
  .option(
    '--history <number>',
    'deliveries in the log that is there already; 0: none',
    whole,
    10_000_000,
  )
  .option(
    '--only <subjects>',
    `some of the subjects: ${[...SUBJECTS, ...SINGLE].join(',')}`,
    (text) => text.split(','),
  )
  .option('--no-start', 'leave out start, resuming and installing')
  .option('--json', 'print one JSON object instead of a table')
  .parse()
  .opts();

const stage = await setStage();
const say = (text) => options.json || console.log(text);
try {
  const result = await runBench();
  if (options.json) console.log(JSON.stringify(result));
} finally {
  stage.close();
}

async function runBench() {
  const { lines, rounds } = options;
  const file = makeEvents(stage, 'events', lines);
  await packEvents(file);
  if (isWanted('day')) file.day = makeEvents(stage, 'day', lines, 'day');
  const found = await findOthers();
  for (const name of found.missing) say(`left out, not installed: ${name}`);
  say(
    `${count(lines)} lines of ${Math.round(file.bytes / lines)} bytes, ${count(file.postbacks)} postbacks; medians of ${rounds} rounds in turn; node ${process.version}\n`,
  );
  const { runs, medians, stubCores } = await playRounds(file, found).finally(() =>
    found.database?.close(),
  );
  for (const [name, { seconds, cpuSeconds, peakMb, stolen }] of Object.entries(medians)) {
    const micros = ((cpuSeconds * 1e6) / lines).toFixed(1);
    say(
      `${name.padEnd(14)} ${seconds.toFixed(2).padStart(8)} s ${count(Math.round(lines / seconds)).padStart(9)} lines/s ${micros.padStart(6)} us CPU a line ${peakMb.toFixed(0).padStart(5)} MB  ${(stolen * 100).toFixed(1)} % stolen`,
    );
  }
  say(`the stub used ${stubCores.toFixed(2)} of a core while send ran\n`);
  const rows = [...listRows(runs, file), ...(await playSingle(file))];
  if (!options.json) printRows(rows);
  return {
    file: { lines, bytes: file.bytes, postbacks: file.postbacks },
    rounds,
    medians,
    stubCores,
    rows,
  };
}

/** The peers and the database that are wanted and installed, and what is missing of them. */
async function findOthers() {
  const { peers, missing } = PEERS.some(isWanted) ? findPeers() : { peers: {}, missing: [] };
  if (!isWanted('postgres') && !isWanted('postgresHalves')) return { peers, missing };
  const database = await startBenchDatabase();
  return { peers, database, missing: database ? missing : [...missing, 'PostgreSQL'] };
}

/** The rows of what is not done in every round. */
async function playSingle(file) {
  const rows = listSingleRows({
    growth: isWanted('growth') ? await playGrowth(file) : undefined,
    history: isWanted('history') && options.history > 0 ? await playHistory(file) : undefined,
    tail: isWanted('tail') ? await timeTail(stage, TAIL_SECONDS) : undefined,
  });
  const hasStart = options.only?.includes('start') ?? options.start;
  return hasStart ? [...rows, ...listStartRows(await playStart(file))] : rows;
}

function isWanted(name) {
  return options.only?.includes(name) ?? true;
}

async function playRounds(file, { peers, database }) {
  const others = Object.fromEntries(
    Object.entries(peers).map(([name, run]) => [name, () => run(stage, file)]),
  );
  const parts = isWanted('halves') || isWanted('postgresHalves') ? cutInHalves(file) : [];
  let first;
  const play = {
    floor: () => runFloor(stage, file, 'events-api'),
    send: async () => {
      await askStub(stage, 'quick', 'reset');
      if (first) rmSync(first.home, { recursive: true });
      first = await runSend(stage, file, { keep: true });
      cores.push((await askStub(stage, 'quick')).cpuSeconds / first.seconds);
      return first;
    },
    again: () => runSend(stage, file, { home: first.home, duplicates: file.postbacks }),
    halves: () => runHalves(file, parts),
    stdin: () => runSend(stage, file, { input: 'stdin' }),
    gz: () => runSend(stage, file, { input: 'gz' }),
    normal: () => runSend(stage, file, { synchronous: 'normal' }),
    slow: () => runSend(stage, file, { stub: 'slow' }),
    faulty: () => runSend(stage, file, { stub: 'faulty' }),
    floorCapi: () => runFloor(stage, file, 'capi-v1'),
    capi: () => runSend(stage, file, { api: 'capi-v1' }),
    ...others,
    ...(file.day && {
      day: () => runSend(stage, file.day, {}),
      floorDay: () => runFloor(stage, file.day, 'parse'),
    }),
    ...(database && {
      postgres: async () => runSend(stage, file, { logUrl: await database.makeDatabase() }),
      postgresHalves: async () => runHalves(file, parts, await database.makeDatabase()),
    }),
  };
  const wanted = SUBJECTS.filter((name) => isWanted(name) && play[name]);
  const runs = Object.fromEntries(wanted.map((name) => [name, []]));
  const cores = [];
  for (let round = 0; round < options.rounds; round += 1) {
    first = undefined;
    for (const name of wanted) runs[name].push(await playUndisturbed(play[name]));
    if (first) rmSync(first.home, { recursive: true });
  }
  const keys = ['seconds', 'cpuSeconds', 'peakMb', 'logBytes', 'stolen'];
  // Neither peers nor PostgreSQL have a log whose bytes are compared.
  const summarise = (list) =>
    Object.fromEntries(
      keys.filter((key) => list[0][key] !== undefined).map((key) => [key, median(list, key)]),
    );
  const medians = Object.fromEntries(wanted.map((name) => [name, summarise(runs[name])]));
  return { runs, medians, stubCores: cores.length > 0 ? Math.max(...cores) : 0 };
}

/** Files of half the lines, of all before and after many more, and of those. */
async function playGrowth(file) {
  const half = makeEvents(stage, 'half', Math.ceil(file.lines / 2));
  const play = async (events) => ({
    ...events,
    ...(await playUndisturbed(() => runSend(stage, events, {}))),
  });
  const small = await play(half);
  const send = () => play(file);
  const sends = [await send()];
  if (options.big === 0) return { small, sends };
  const events = makeEvents(stage, 'big', options.big);
  const big = await play(events);
  rmSync(events.path);
  sends.push(await send());
  return { small, sends, big };
}

function cutInHalves(file) {
  const text = readFileSync(file.path);
  const middle = text.indexOf(10, text.length / 2) + 1;
  return [text.subarray(0, middle), text.subarray(middle)].map((part, index) => {
    const path = join(stage.folder, `part-${index}.jsonl`);
    writeFileSync(path, part);
    return path;
  });
}

/** Two processes on the two halves of the file, into one workspace and one log. */
async function runHalves(file, parts, logUrl) {
  const home = join(stage.folder, 'halves');
  const { cwd, env } = prepareHome(stage, home, { logUrl });
  const started = process.hrtime.bigint();
  const runs = await Promise.all(
    parts.map((path) => measure([PROGRAM, 'send', path, '--json'], { cwd, env, expect: [0, 3] })),
  );
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const delivered = runs.reduce((sum, { stdout }) => sum + JSON.parse(stdout).delivered, 0);
  if (delivered !== file.postbacks)
    throw new Error(`two processes made ${delivered} of ${file.postbacks} postbacks`);
  const logBytes = logUrl === undefined ? sizeOf(join(home, 'data')) : undefined;
  rmSync(home, { recursive: true });
  const cpuSeconds = runs.reduce((sum, run) => sum + run.cpuSeconds, 0);
  const [peakMb, stolen] = ['peakMb', 'stolen'].map((key) =>
    Math.max(...runs.map((run) => run[key])),
  );
  return { seconds, cpuSeconds, peakMb, stolen, logBytes };
}

/**
 * Waits until a file that was copied is on the disk: until then each commit of a run waits for it.
 */
function flush(path) {
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}

/** A send into a copy of a log: what is sent stays in it. */
async function runOnCopy(file, home) {
  const copy = join(stage.folder, 'history-copy');
  cpSync(home, copy, { recursive: true });
  flush(join(copy, LOG));
  const run = await runSend(stage, file, { home: copy });
  if (!existsSync(join(copy, LOG))) throw new Error('the log is not where it was written');
  rmSync(copy, { recursive: true });
  return run;
}

/** A log that is large already. */
async function playHistory(file) {
  const home = join(stage.folder, 'history');
  const log = join(home, LOG);
  mkdirSync(dirname(log), { recursive: true });
  const script = await bundleScript(join(import.meta.dirname, 'history.ts'));
  const { stdout } = await measure([script, log, String(options.history)]);
  rmSync(script);
  const queries = await timeQueries(home, stdout.trim(), options.rounds * 3);
  const [empties, sends] = [[], []];
  for (let round = 0; round < options.rounds; round += 1) {
    empties.push(await playUndisturbed(() => runSend(stage, file, {})));
    sends.push(await playUndisturbed(() => runOnCopy(file, home)));
  }
  const name = `on ${count(options.history)}`;
  for (const [title, list] of Object.entries({ 'on nothing': empties, [name]: sends })) {
    say(
      `${title.padEnd(16)} ${list.map(({ seconds, cpuSeconds }) => `${seconds.toFixed(1)} s (CPU ${cpuSeconds.toFixed(1)} s)`).join(', ')}`,
    );
  }
  return { queries, empties, sends, deliveries: options.history };
}

async function playStart(file) {
  const start = await timeStart(stage, Math.max(9, options.rounds * 5));
  const resumes = [];
  for (let round = 0; round < options.rounds; round += 1)
    resumes.push(await timeResume(stage, file));
  return {
    start,
    first: await timeFirstRequest(stage, Math.max(5, options.rounds)),
    resume: resumes.map(({ seconds, bareSeconds }) => seconds / bareSeconds),
    installed: install(stage),
  };
}
