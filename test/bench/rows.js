// The table: what is measured, as a ratio to something measured in the same run, with the goal and
// what would be better still.
import * as nodeModule from 'node:module';
import { median, medianOf, ratiosOf } from './measure.js';

/**
 * The subjects that play a part in each round, in turn: what is compared is near to what it is
 * compared with.
 */
export const SUBJECTS = [
  'stdin',
  'floor',
  'send',
  'halves',
  'gz',
  'normal',
  'again',
  'slow',
  'faulty',
  'floorCapi',
  'capi',
  'day',
  'floorDay',
  'syslogMemory',
  'syslogDisk',
  'aiohttp',
  'plainNode',
  'postgres',
  'postgresHalves',
];

/** How often `tail` looks for more while its file has no news (src/events/follow.ts). */
const TAIL_POLL_MS = 200;

const lower = (goal, stretch) => ({ goal, stretch, better: 'lower' });
const higher = (goal, stretch) => ({ goal, stretch, better: 'higher' });

/**
 * The rows that compare the subjects of a round; those whose subjects were all played.
 * @param runs of each subject, one a round: seconds, cpuSeconds, peakMb, logBytes
 */
export function listRows(runs, file) {
  const rows = [];
  const add = (name, unit, subjects, figure, limits) => {
    if (subjects.every((subject) => runs[subject])) rows.push(row(name, unit, figure(), limits));
  };
  const compare = (name, unit, one, other, limits, key = 'seconds') =>
    add(name, unit, [one, other], () => ratiosOf(runs[one], runs[other], key), limits);
  compare(
    'send, Events API, against the floor with its index',
    'x wall',
    'send',
    'floor',
    lower(1.8, 1.4),
  );
  compare('the same, CPU time', 'x CPU', 'send', 'floor', {}, 'cpuSeconds');
  const peer = (name, subject, limits) =>
    compare(`against ${name}`, 'x events/s', subject, 'send', limits);
  peer('syslog-ng with a memory queue', 'syslogMemory', higher(1.1));
  peer('syslog-ng with a reliable disk buffer', 'syslogDisk', higher(2));
  peer('an aiohttp script without a log', 'aiohttp', higher(2));
  peer('a plain Node program (zod, fetch, a row an event)', 'plainNode', higher(3));
  compare('send from stdin, against the file', 'x wall', 'stdin', 'send', lower(1.1));
  compare('send from .gz, against the file', 'x wall', 'gz', 'send', lower(1.1));
  compare(
    'CAPI v1 (100 a request), against the floor at 100',
    'x wall',
    'capi',
    'floorCapi',
    lower(1.6, 1.25),
  );
  compare(
    'a day of a game (5 % conversions), against reading and parsing it',
    'x lines/s',
    'floorDay',
    'day',
    higher(0.6),
  );
  const peak = () => median(runs.send, 'peakMb');
  add(`peak RSS at ${count(file.lines)} lines`, 'MB', ['send'], peak, lower(250, 150));
  compare('answers after 100 ms, against 0 ms', 'x lines/s', 'send', 'slow', higher(0.85, 0.95));
  compare('1 in 10 answered 503, against none', 'x lines/s', 'send', 'faulty', higher(0.9, 0.95));
  const again = 'the whole file again (all duplicates), against the first time';
  compare(again, 'x lines/s', 'send', 'again', higher(1.5));
  compare('synchronous=FULL against NORMAL', 'x wall', 'send', 'normal', lower(1.2, 1.1));
  compare('two processes on two halves, against one', 'x lines/s', 'send', 'halves', {});
  compare('log in PostgreSQL, against SQLite', 'x lines/s', 'send', 'postgres', higher(0.5));
  compare(
    'PostgreSQL: two processes on two halves, against one',
    'x lines/s',
    'postgres',
    'postgresHalves',
    higher(1),
  );
  const bytes = () => median(runs.send, 'logBytes') / file.postbacks;
  add('log, a delivered event', 'bytes', ['send'], bytes, lower(90, 60));
  // Of the day, what its deliveries take is taken off.
  const skipBytes = () =>
    (median(runs.day, 'logBytes') - bytes() * file.day.postbacks) /
    (file.day.lines - file.day.postbacks);
  add('log, a skipped line', 'bytes', ['send', 'day'], skipBytes, lower(25));
  return rows;
}

/** Measurements of single commands, each next to a `send` of the same moment. */
export function listSingleRows({ growth, history, tail }) {
  const rate = ({ seconds, lines }) => lines / seconds;
  const rows = [];
  if (growth) {
    const { small, sends, big } = growth;
    const [send] = sends;
    // The facts of the newest deliveries are kept, however many there are: what one more costs is
    // the difference.
    const bytes = (send.logBytes - small.logBytes) / (send.postbacks - small.postbacks);
    rows.push(row('log, each delivered event more', 'bytes', bytes, lower(90, 60)));
    if (big) {
      const name = `${count(big.lines)} lines, against ${count(send.lines)}`;
      rows.push(
        row(`peak RSS at ${name}`, 'x', big.peakMb / send.peakMb, lower(1.1)),
        row(
          `lines/s at ${name}`,
          'x lines/s',
          sends.map((one) => rate(big) / rate(one)),
          higher(0.85, 0.95),
        ),
      );
    }
  }
  if (tail) {
    rows.push(
      row('tail: line to request, middle', 'ms', tail.middle, {}),
      row('tail: line to request, 99 in 100', 'ms', tail.most, lower(TAIL_POLL_MS + 50)),
    );
  }
  if (history) {
    const { empties, sends, queries, deliveries } = history;
    rows.push(
      row(
        `lines/s with a log of ${count(deliveries)} deliveries, against an empty one`,
        'x lines/s',
        ratiosOf(empties, sends, 'seconds'),
        higher(0.75, 0.95),
      ),
      row(
        `logs --status failed --since 24h there, against --help`,
        'x',
        queries.failed / queries.help,
        lower(1.6, 1.3),
      ),
      row(
        `one event by its id there, against --help`,
        'x',
        queries.one / queries.help,
        lower(1.6, 1.3),
      ),
    );
  }
  return rows;
}

/** Node 20 has no compile cache: it compiles at each start. */
const HAS_COMPILE_CACHE = 'enableCompileCache' in nodeModule;

/** The rows about starting and installing. */
export function listStartRows({ start, first, resume, installed }) {
  const { bare } = start;
  return [
    row('--version, against bare node', 'x', start.version / bare, lower(1.2, 1.1)),
    row(
      '--help, against bare node',
      'x',
      start.help / bare,
      HAS_COMPILE_CACHE ? lower(2.2, 2) : lower(2.6, 2.2),
    ),
    row(
      'status, against bare node',
      'x',
      start.status / bare,
      HAS_COMPILE_CACHE ? lower(2.6) : lower(4, 3.5),
    ),
    row(
      'first request of a send, against bare node',
      'x',
      first,
      HAS_COMPILE_CACHE ? lower(3) : lower(5),
    ),
    row(
      'resume of an interrupted send: first request, against bare node',
      'x',
      resume,
      lower(4, 3),
    ),
    row('installed', 'MB', installed.megabytes, lower(60, 45)),
    row('installed packages', '', installed.packages, lower(120, 80)),
    row(
      'works without install scripts and compiler (1: yes)',
      '',
      installed.works ? 1 : 0,
      higher(1),
    ),
    row('packages that have an install script', '', installed.scripted, lower(0)),
  ];
}

/**
 * @param figure what was measured, or the ratios of the rounds: their middle is judged, and how far
 *   they lie apart is shown
 */
function row(name, unit, figure, { goal, stretch, better }) {
  const figures = [figure].flat();
  const value = medianOf(figures);
  const meets = (limit) =>
    limit !== undefined && (better === 'lower' ? value <= limit : value >= limit);
  const verdict =
    goal === undefined ? '' : meets(stretch) ? 'stretch' : meets(goal) ? 'reached' : 'missed';
  const sign = better === 'lower' ? '<=' : '>=';
  const limits = [goal, stretch].map((limit) => (limit === undefined ? '' : `${sign} ${limit}`));
  const range =
    figures.length > 1 ? { least: Math.min(...figures), most: Math.max(...figures) } : {};
  return { name, unit, value, ...range, goal: limits[0], stretch: limits[1], verdict };
}

export function count(number) {
  return number.toLocaleString('en-US');
}

export function printRows(rows) {
  for (const { name, unit, value, least, most, goal, stretch, verdict } of rows) {
    const figure =
      `${value.toFixed(value >= 100 || Number.isInteger(value) ? 0 : 2)} ${unit}`.trim();
    const range = least === undefined ? '' : `${least.toFixed(2)} to ${most.toFixed(2)}`;
    console.log(
      `${name.padEnd(66)} ${figure.padStart(16)}  ${range.padEnd(13)} ${goal.padStart(8)} ${stretch.padStart(8)}  ${verdict}`,
    );
  }
}
