// Runs a child to its end and says how long it took and how much memory it had at most.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const PEAK = fileURLToPath(new URL('peak.cjs', import.meta.url));

/** Of CPU time in /proc (`man 5 proc`, sysconf(_SC_CLK_TCK)). */
export const TICKS_A_SECOND = 100;

/** What Node is told before the script. */
export const NODE_OPTIONS = ['--require', PEAK];

/**
 * Runs `node ARGS`; `pipe`: a file that a `cat` feeds it with.
 * @returns wall seconds, peak RSS in MB, CPU seconds, stdout, when it was started in milliseconds
 *   since the epoch, and the share of all cores' time meanwhile that the machine under a virtual
 *   one gave to others
 */
export async function measure(args, { env = process.env, cwd, expect = [0], pipe } = {}) {
  const startedMs = Date.now();
  const stolenIn = watchStolen();
  const started = process.hrtime.bigint();
  // The child itself tells its resources at its exit, on a channel of its own: no tool is needed,
  // on any platform.
  const command = [process.execPath, ...NODE_OPTIONS, ...args];
  const child = spawn(
    ...(pipe
      ? ['sh', ['-c', 'cat "$0" | "$@"', pipe, ...command]]
      : [command[0], command.slice(1)]),
    {
      env,
      cwd,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    },
  );
  const [stdout, stderr, usage, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    textOf(child.stdio[3]),
    new Promise((resolve, reject) => child.on('error', reject).on('close', resolve)),
  ]);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (!expect.includes(code))
    throw new Error(`node ${args.join(' ')} ended with ${code}:\n${stderr}`);
  const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(usage);
  return {
    seconds,
    peakMb: maxRSS / 1024,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    stdout,
    startedMs,
    stolen: stolenIn(seconds),
  };
}

/**
 * Starts to watch what is taken from this machine; call what it returns with the seconds that
 * passed for the share of all cores' time.
 */
export function watchStolen() {
  const before = readStolen();
  return (seconds) => (readStolen() - before) / (seconds * availableParallelism());
}

/**
 * Seconds of all cores that went to others since the start of the machine; 0 where the system does
 * not tell (`man 5 proc`, steal).
 */
function readStolen() {
  try {
    return (
      Number(readFileSync('/proc/stat', 'utf8').split('\n', 1)[0].split(/\s+/)[8]) / TICKS_A_SECOND
    );
  } catch {
    return 0;
  }
}

/** Runs with more of the time stolen are made again. */
const MOST_STOLEN = 0.02;
const TRIES = 4;

/**
 * Plays until a run keeps nearly all of the machine's time to itself, four times at most; the one
 * with the least stolen counts. Without that, the same run was twice as slow at times, depending on
 * the load of the host.
 */
export async function playUndisturbed(play) {
  let best;
  for (let tried = 0; tried < TRIES && !(best?.stolen <= MOST_STOLEN); tried += 1) {
    const run = await play();
    if (!best || run.stolen < best.stolen) best = run;
  }
  return best;
}

/** The middle one, or what is between the two in the middle. */
export function medianOf(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

/** The middle one by `key`. */
export function median(runs, key) {
  return medianOf(runs.map((run) => run[key]));
}

/**
 * The rounds' ratios of two subjects: a machine's mood changes within minutes, and the runs of one
 * round are neighbours.
 */
export function ratiosOf(runs, others, key) {
  return runs.map((run, round) => run[key] / others[round][key]);
}

async function textOf(stream) {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += chunk;
  return text;
}
