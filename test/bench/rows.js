// The table: what is measured, as a ratio to something measured in the same run, with the goal and what would be better still.

/** The subjects that play a part in each round, in turn with the others. */
export const SUBJECTS = ['floor', 'send', 'again', 'stdin', 'gz', 'normal', 'slow', 'faulty', 'floorCapi', 'capi'];

const lower = (goal, stretch) => ({ goal, stretch, better: 'lower' });
const higher = (goal, stretch) => ({ goal, stretch, better: 'higher' });

/**
 * The rows of the throughput part.
 * @param m medians by subject: seconds, cpuSeconds, peakMb, logBytes
 */
export function listRows(m, { file, big, small, history, halves }) {
  const wall = (one, other) => m[one].seconds / m[other].seconds;
  const rate = (run, lines) => lines / run.seconds;
  const rows = [
    row('send, Events API, against the floor with its index', 'x wall', wall('send', 'floor'), lower(1.4, 1.15)),
    row('the same, CPU time', 'x CPU', m.send.cpuSeconds / m.floor.cpuSeconds, {}),
    row('send from stdin, against the floor', 'x wall', wall('stdin', 'floor'), lower(1.5, 1.2)),
    row('send from .gz, against the floor', 'x wall', wall('gz', 'floor'), lower(1.5, 1.2)),
    row('CAPI v1 (100 a request), against the floor at 100', 'x wall', wall('capi', 'floorCapi'), lower(1.6, 1.25)),
    row(`peak RSS at ${count(file.lines)} lines`, 'MB', m.send.peakMb, lower(200, 150)),
    row('answers after 100 ms, against 0 ms', 'x lines/s', wall('send', 'slow'), higher(0.85, 0.95)),
    row('1 in 10 answered 503, against none', 'x lines/s', wall('send', 'faulty'), higher(0.9, 0.95)),
    row(
      'the whole file again (all duplicates), against the first time',
      'x lines/s',
      wall('send', 'again'),
      higher(1, 1.5),
    ),
    row('synchronous=FULL against NORMAL', 'x wall', wall('send', 'normal'), lower(1.2, 1.1)),
    row('log, a delivered event', 'bytes', m.send.logBytes / file.postbacks, lower(90, 60)),
  ];
  if (small) {
    // The facts of the newest deliveries are kept, however many there are: what one more costs is the difference.
    const bytes = (m.send.logBytes - small.logBytes) / (file.postbacks - small.postbacks);
    rows.push(row('log, each delivered event more', 'bytes', bytes, lower(90, 60)));
  }
  if (halves)
    rows.push(
      row('two processes on two halves, against one', 'x lines/s', m.send.seconds / halves.seconds, higher(1.3)),
    );
  if (big) {
    rows.push(
      row(
        `peak RSS at ${count(big.lines)} lines, against ${count(file.lines)}`,
        'x',
        big.peakMb / m.send.peakMb,
        lower(1.15),
      ),
      row(
        `lines/s at ${count(big.lines)} lines, against ${count(file.lines)}`,
        'x lines/s',
        rate(big, big.lines) / rate(m.send, file.lines),
        higher(0.85, 0.95),
      ),
    );
  }
  if (history) {
    const { send, queries, deliveries } = history;
    rows.push(
      row(
        `lines/s with a log of ${count(deliveries)} deliveries, against an empty one`,
        'x lines/s',
        m.send.seconds / send.seconds,
        higher(0.75, 0.95),
      ),
      row(
        `logs --status failed --since 24h there, against --help`,
        'x',
        queries.failed / queries.help,
        lower(1.6, 1.3),
      ),
      row(`one event by its id there, against --help`, 'x', queries.one / queries.help, lower(1.6, 1.3)),
    );
  }
  return rows;
}

/** The rows about starting and installing. */
export function listStartRows({ start, resume, installed }) {
  const { bare } = start;
  return [
    row('--version, against bare node', 'x', start.version / bare, lower(1.2, 1.1)),
    row('--help, against bare node', 'x', start.help / bare, lower(2.2, 2)),
    row('status, against bare node', 'x', start.status / bare, lower(2.6, 2.3)),
    row('resume of an interrupted send: first request, against bare node', 'x', resume.seconds / bare, lower(4, 3)),
    row('installed', 'MB', installed.megabytes, lower(60, 45)),
    row('installed packages', '', installed.packages, lower(120, 80)),
    row('works without install scripts and compiler (1: yes)', '', installed.works ? 1 : 0, higher(1)),
    row('packages that have an install script', '', installed.scripted, lower(0)),
  ];
}

function row(name, unit, value, { goal, stretch, better }) {
  const meets = (limit) => limit !== undefined && (better === 'lower' ? value <= limit : value >= limit);
  const verdict = goal === undefined ? '' : meets(stretch) ? 'stretch' : meets(goal) ? 'reached' : 'missed';
  const sign = better === 'lower' ? '<=' : '>=';
  const limits = [goal, stretch].map((limit) => (limit === undefined ? '' : `${sign} ${limit}`));
  return { name, unit, value, goal: limits[0], stretch: limits[1], verdict };
}

export function count(number) {
  return number.toLocaleString('en-US');
}

export function printRows(rows) {
  for (const { name, unit, value, goal, stretch, verdict } of rows) {
    const figure = `${value.toFixed(value >= 100 || Number.isInteger(value) ? 0 : 2)} ${unit}`.trim();
    console.log(`${name.padEnd(66)} ${figure.padStart(16)} ${goal.padStart(8)} ${stretch.padStart(8)}  ${verdict}`);
  }
}
