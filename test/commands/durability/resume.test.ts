import { appendFileSync, cpSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';

import type { Bench } from '../../kit/durability.js';
import { expectEachOnce, killWhen, logPathOf, setUpBench, stopWhen } from '../../kit/durability.js';
import type { RunSummary } from '../../kit/errand.js';
import { makePurchase, makeUuid } from '../../kit/events.js';
import type { RunningPostback, RunResult } from '../../kit/run.js';
import { spawnPostback } from '../../kit/run.js';

const EVENTS = 6_000;
const PLAYERS = 3_000;
const INVALID_EVERY = 400;
/** So many players come by a click that is told of at the end of the file only. */
const LATE_CLICKS = 400;

const GOALS = [
  { id: 'every-purchase', event: 'purchase', trigger: 'repeatable', map: { amazon: '1234567891' } },
  { id: 'first-purchase', event: 'purchase', trigger: 'once', map: { amazon: '1234567890' } },
].map((goal) => ({ ...goal, name: goal.id }));

/** What a stopped request finds on its way. */
const SLOW = [{ match: 'eventData', latencyMs: 60 }];

/** Purchases of players who buy again and again, with invalid and blank lines, no conversions, and clicks at the end. */
function makeEvents(end: '\n' | '\r\n', first = 0, count = EVENTS): string {
  const nowMs = Date.now();
  const lines = Array.from({ length: count }, (_, index) => {
    const number = first + index;
    if (number % INVALID_EVERY === INVALID_EVERY - 1) return '{"type":"track"';
    if (number % 100 === 42) return '';
    const byLateClick = number % 10 === 3;
    return JSON.stringify(
      makePurchase(
        {
          messageId: makeUuid(number),
          eventTimestamp: new Date(nowMs - 3_600_000 + number * 10).toISOString(),
          userId: byLateClick ? `late-${number % LATE_CLICKS}` : `player-${(number * 7) % PLAYERS}`,
          ...(number % 20 === 7 && { eventName: 'game_launch' }),
        },
        byLateClick ? { utm_source: undefined, utm_medium: undefined, email: undefined } : {},
      ),
    );
  });
  const clicks = Array.from({ length: LATE_CLICKS }, (_, index) =>
    JSON.stringify({
      ...makePurchase({
        type: 'page',
        messageId: makeUuid(1_000_000 + first + index),
        eventTimestamp: new Date(nowMs - 7_200_000).toISOString(),
        userId: `late-${index}`,
        eventName: undefined,
      }),
    }),
  );
  return [...lines, ...clicks].map((line) => `${line}${end}`).join('');
}

function makeValid(first: number, count: number): string {
  return makeEvents('\n', first, count).replaceAll('{"type":"track"\n', '');
}

function writeEvents({ folder }: Bench, name: string, text: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** What a run that nobody disturbs delivers. */
async function planOf(...texts: readonly string[]): Promise<string[]> {
  const bench = await setUpBench([], { goals: GOALS });
  const files = texts.map((text, index) => writeEvents(bench, `${index}.jsonl`, text));
  await bench.run('send', ...files, '--json');
  return bench.sandbox.state.conversions().map(({ dedupeId }) => dedupeId ?? '');
}

/** Sends files and kills the program once so many postbacks have arrived and a place in the last of the files is kept. */
async function killSend(bench: Bench, count: number, ...files: string[]): Promise<void> {
  const running = await bench.start('send', ...files, '--json');
  const isTime = (): boolean =>
    bench.sandbox.state.received() >= count && placesOf(bench).some(({ path }) => path === `send:${files.at(-1)}`);
  expect(await killWhen(running, isTime)).toBe(true);
}

async function isStopped(running: RunningPostback, isTime: () => boolean): Promise<boolean> {
  return (await stopWhen(running, isTime)).code === 130;
}

/**
 * Puts into the file itself what SQLite holds to be written. A process that is killed while its last transaction is flushed leaves it
 * behind unacknowledged: who opens the log alone finds it, who opens it beside another connection (this process has some) does not.
 */
function settleLog(bench: Bench): void {
  const database = new DatabaseSync(logPathOf(bench));
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}

/** The same send in a copy of the home whose log knows no places: it reads from the beginning. */
async function sendWithoutPlaces(bench: Bench, files: readonly string[]): Promise<RunResult> {
  const home = join(bench.folder, 'copy');
  settleLog(bench);
  cpSync(join(bench.folder, 'home'), home, { recursive: true });
  const database = new DatabaseSync(join(home, 'data', 'default', 'delivery.db'));
  database.exec('DELETE FROM checkpoint');
  database.close();
  const running = await spawnPostback(['send', ...files, '--json'], { env: bench.env, cwd: bench.folder, home });
  running.child.stdin.end();
  return running.finished;
}

function placesOf(bench: Bench): { path: string; line: number }[] {
  const database = new DatabaseSync(logPathOf(bench));
  const places = database.prepare('SELECT path, line FROM checkpoint').all();
  database.close();
  return places as { path: string; line: number }[];
}

/** What a summary counts, whichever run it is of; how many postbacks share a request depends on the order. */
function countsOf({ stdout }: Pick<RunResult, 'stdout'>): object {
  const { networks, problems: _, ...summary } = JSON.parse(stdout) as RunSummary & { problems: unknown };
  const { requests: __, ...counts } = networks['amazon'] ?? {};
  return { ...summary, run: '', durationMs: 0, counts };
}

/** The lines that were invalid, in the order in which they were met. */
function invalidOf({ stdout }: Pick<RunResult, 'stdout'>): string[] {
  const { problems } = JSON.parse(stdout) as { problems: { file: string; line: number }[] };
  return problems.map(({ file, line }) => `${basename(file)}:${line}`);
}

/** Every invalid line of a file of so many lines. */
function listInvalid(name: string, first: number, count: number): [line: number, text: string][] {
  const lines = Array.from({ length: count }, (_, index) => index + 1);
  return lines.filter((line) => (first + line) % INVALID_EVERY === 0).map((line) => [line, `${name}:${line}`]);
}

describe('a send that takes up another', () => {
  let plan: Promise<string[]> | undefined;

  it.each<[how: string, end: '\n' | '\r\n', moments: number[], interrupt: typeof killWhen]>([
    ['killed in the middle', '\r\n', [0.5], killWhen],
    ['killed again and again', '\n', [0.2, 0.4, 0.6, 0.8, 0.95], killWhen],
    ['stopped', '\n', [0.4], isStopped],
    ['stopped again and again', '\r\n', [0.3, 0.6], isStopped],
  ])(
    '%s delivers what one run would have, and counts all lines',
    { timeout: 120_000 },
    async (_, end, moments, interrupt) => {
      const text = makeEvents(end);
      plan ??= planOf(text);
      const ids = await plan;
      const bench = await setUpBench(SLOW, { goals: GOALS });
      const file = writeEvents(bench, 'events.jsonl', text);
      for (const moment of moments) {
        const { state } = bench.sandbox;
        const before = state.received();
        const running = await bench.start('send', file, '--json');
        // What the last one let finish may be more than this one waits for: it has to be at work before it is stopped.
        const isTime = (): boolean => state.received() > before && state.received() >= moment * ids.length;
        expect(await interrupt(running, isTime)).toBe(true);
      }
      const place = placesOf(bench).at(0)?.line ?? 0;
      expect(place).toBeGreaterThan(INVALID_EVERY);
      const read = await sendWithoutPlaces(bench, [file]);
      const resumed = await bench.run('send', file, '--json');
      expect(resumed.code).toBe(3);
      expect(countsOf(resumed)).toEqual(countsOf(read));
      const invalid = listInvalid('events.jsonl', 0, EVENTS);
      const [before, behind] = [invalid.filter(([line]) => line <= place), invalid.filter(([line]) => line > place)];
      expect(invalidOf(resumed)).toEqual([...behind, ...before].map(([, text]) => text));
      const lines = EVENTS + LATE_CLICKS - EVENTS / 100;
      expect(countsOf(resumed)).toMatchObject({ lines, invalid: invalid.length, pending: 0 });
      expectEachOnce(bench, ids);
      expect(placesOf(bench)).toEqual([]);
    },
  );

  it('skips what the last requests held where no goal counts once', { timeout: 120_000 }, async () => {
    const goals = GOALS.map((goal) => ({ ...goal, trigger: 'repeatable' }));
    const clean = await setUpBench([], { goals });
    const text = makeEvents('\n', 0, 4000);
    await clean.run('send', writeEvents(clean, 'events.jsonl', text), '--json');
    const ids = clean.sandbox.state.conversions().map(({ dedupeId }) => dedupeId ?? '');
    const bench = await setUpBench(SLOW, { goals });
    const file = writeEvents(bench, 'events.jsonl', text);
    await killSend(bench, ids.length * 0.4, file);
    const place = placesOf(bench).at(0)?.line ?? 0;
    const read = await sendWithoutPlaces(bench, [file]);
    const resumed = await bench.run('send', file, '--json');
    expect(countsOf(resumed)).toEqual(countsOf(read));
    const [first] = invalidOf(resumed);
    expect(Number(first?.split(':')[1])).toBeGreaterThan(place);
    expectEachOnce(bench, ids);
  });

  it('goes on in the file that it was at, and reads those before it last', { timeout: 120_000 }, async () => {
    const texts = [makeEvents('\n', 0, 1500), makeEvents('\n', 1500, 4500)];
    const ids = await planOf(...texts);
    const bench = await setUpBench(SLOW, { goals: GOALS });
    const files = texts.map((text, index) => writeEvents(bench, `${index}.jsonl`, text));
    await killSend(bench, ids.length * 0.7, ...files);
    const place = placesOf(bench).find(({ path }) => path.endsWith('1.jsonl'))?.line ?? 0;
    const read = await sendWithoutPlaces(bench, files);
    const resumed = await bench.run('send', ...files, '--json');
    expect(countsOf(resumed)).toEqual(countsOf(read));
    const [earlier, later] = [listInvalid('0.jsonl', 0, 1500), listInvalid('1.jsonl', 1500, 4500)];
    const [before, behind] = [later.filter(([line]) => line <= place), later.filter(([line]) => line > place)];
    expect(invalidOf(resumed)).toEqual([...behind, ...earlier, ...before].map(([, text]) => text));
    expectEachOnce(bench, ids);
    expect(placesOf(bench)).toEqual([]);
  });

  it('delivers what is before a place though a later file cannot be read', { timeout: 120_000 }, async () => {
    const text = makeEvents('\n', 0, 3000);
    const ids = await planOf(text);
    const bench = await setUpBench(SLOW, { goals: GOALS });
    const broken = gzipSync(text).subarray(0, 200);
    const files = [writeEvents(bench, 'events.jsonl', text), writeEvents(bench, 'broken.gz', broken)];
    await killSend(bench, ids.length * 0.3, files[0] as string);
    const resumed = await bench.run('send', ...files);
    expect(resumed.stderr).toMatch(/events\.jsonl: going on at line \d+/);
    expect(resumed.code).toBe(6);
    expectEachOnce(bench, ids);
  });

  it('takes up an unchanged file, and says so', { timeout: 120_000 }, async () => {
    const bench = await setUpBench(SLOW, { goals: GOALS });
    const file = writeEvents(bench, 'events.jsonl', makeEvents('\n', 0, 3000));
    await killSend(bench, 1000, file);
    const place = placesOf(bench).at(0)?.line ?? 0;
    const resumed = await bench.run('send', file);
    expect(resumed.stderr).toContain(`going on at line ${place + 1}`);
  });

  it.each<[what: string, change: (bench: Bench, file: string) => string[]]>([
    [
      'a file that has grown',
      (_, file) => {
        appendFileSync(file, makeValid(3000, 500));
        return [];
      },
    ],
    [
      'a file that another has taken the place of',
      (bench, file) => {
        writeEvents(bench, 'other.jsonl', makeValid(0, 3500));
        renameSync(join(bench.folder, 'other.jsonl'), file);
        return [];
      },
    ],
    [
      'a file that is planned by other rules',
      (bench) => {
        const goals = GOALS.map((goal) => ({ ...goal, trigger: 'repeatable' }));
        writeFileSync(join(bench.folder, 'postback.config.json'), JSON.stringify({ goals }));
        return [];
      },
    ],
    ['a file that is read as of another format', () => ['--format', 'audience']],
    ['a file that is checked first', () => ['--strict']],
  ])('reads %s from its beginning', { timeout: 120_000 }, async (_, change) => {
    const bench = await setUpBench(SLOW, { goals: GOALS });
    const file = writeEvents(bench, 'events.jsonl', makeValid(0, 3000));
    await killSend(bench, 1000, file);
    const flags = change(bench, file);
    const resumed = await bench.run('send', file, ...flags);
    expect(resumed.stderr).not.toMatch(/going on/);
    expect(resumed.code).toBe(0);
    const again = await bench.run('send', file, ...flags, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ delivered: 0, pending: 0 });
  });
});
