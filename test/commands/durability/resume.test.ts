import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';

import { DurabilityHarness, killWhen, stopWhen } from '../../kit/durability-harness.js';
import type { RunSummary } from '../../kit/test-workspace.js';
import { makePurchase, makeUuid } from '../../kit/events.js';
import type { RunningPostback, RunResult } from '../../kit/run.js';

const EVENTS = 6_000;
const PLAYERS = 3_000;
const INVALID_EVERY = 400;
/** Number of players whose click stands only at the end of the file. */
const LATE_CLICKS = 400;

const GOALS = [
  { id: 'every-purchase', event: 'purchase', trigger: 'repeatable', map: { amazon: '1234567891' } },
  { id: 'first-purchase', event: 'purchase', trigger: 'once', map: { amazon: '1234567890' } },
].map((goal) => ({ ...goal, name: goal.id }));

/** What a stopped request finds on its way. */
const SLOW = [{ match: 'eventData', latencyMs: 60 }];

/**
 * Purchases of players who buy again and again, with invalid and blank lines, no conversions, and
 * clicks at the end.
 */
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

function writeEvents(
  { folder }: DurabilityHarness,
  name: string,
  text: string | Uint8Array,
): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** What a run that nobody disturbs delivers. */
async function planOf(...texts: readonly string[]): Promise<string[]> {
  const harness = await DurabilityHarness.create([], { goals: GOALS });
  const files = texts.map((text, index) => writeEvents(harness, `${index}.jsonl`, text));
  await harness.run('send', ...files, '--json');
  return harness.sandbox.state.conversions().map(({ dedupeId }) => dedupeId ?? '');
}

/**
 * Sends files and kills the program once so many postbacks have arrived and a place in the last of
 * the files is kept.
 */
async function killSend(
  harness: DurabilityHarness,
  count: number,
  ...files: string[]
): Promise<void> {
  const running = await harness.start('send', ...files, '--json');
  const isTime = (): boolean =>
    harness.sandbox.state.received() >= count &&
    placesOf(harness).some(({ path }) => path === `send:${files.at(-1)}`);
  expect(await killWhen(running, isTime)).toBe(true);
}

async function isStopped(running: RunningPostback, isTime: () => boolean): Promise<boolean> {
  return (await stopWhen(running, isTime)).code === 130;
}

function placesOf(harness: DurabilityHarness): { path: string; line: number }[] {
  const database = new DatabaseSync(harness.logPath);
  const places = database.prepare('SELECT path, line FROM checkpoint').all();
  database.close();
  return places as { path: string; line: number }[];
}

/** What the summary of a run counts. */
function countsOf({ stdout }: Pick<RunResult, 'stdout'>): RunSummary {
  return JSON.parse(stdout) as RunSummary;
}

/** Number of records of a text after so many lines. */
function countRecords(text: string, after: number): number {
  return text
    .split('\n')
    .slice(after)
    .filter((line) => line.trim() !== '').length;
}

/** The lines that were invalid, in the order in which they were met. */
function invalidOf({ stdout }: Pick<RunResult, 'stdout'>): string[] {
  const { problems } = JSON.parse(stdout) as { problems: { file: string; line: number }[] };
  return problems.map(({ file, line }) => `${basename(file)}:${line}`);
}

/** Every invalid line of a file of so many lines. */
function listInvalid(name: string, first: number, count: number): [line: number, text: string][] {
  const lines = Array.from({ length: count }, (_, index) => index + 1);
  return lines
    .filter((line) => (first + line) % INVALID_EVERY === 0)
    .map((line) => [line, `${name}:${line}`]);
}

describe('a send of a file that an interrupted one did not read to its end', () => {
  let plan: Promise<string[]> | undefined;

  it.each<[how: string, end: '\n' | '\r\n', moments: number[], interrupt: typeof killWhen]>([
    ['killed in the middle', '\r\n', [0.5], killWhen],
    ['killed again and again', '\n', [0.2, 0.4, 0.6, 0.8, 0.95], killWhen],
    ['stopped', '\n', [0.4], isStopped],
    ['stopped again and again', '\r\n', [0.3, 0.6], isStopped],
  ])(
    '%s delivers what one run would have, and reads nothing twice',
    { timeout: 300_000 },
    async (_, end, moments, interrupt) => {
      const text = makeEvents(end);
      plan ??= planOf(text);
      const ids = await plan;
      const harness = await DurabilityHarness.create(SLOW, { goals: GOALS });
      const file = writeEvents(harness, 'events.jsonl', text);
      for (const moment of moments) {
        const { state } = harness.sandbox;
        const before = state.received();
        const running = await harness.start('send', file, '--json');
        // What the last one let finish may be more than this one waits for: it has to be at work
        // before it is stopped.
        const isTime = (): boolean =>
          state.received() > before && state.received() >= moment * ids.length;
        expect(await interrupt(running, isTime)).toBe(true);
      }
      const place = placesOf(harness).at(0)?.line ?? 0;
      expect(place).toBeGreaterThan(INVALID_EVERY);
      const resumed = await harness.run('send', file, '--json');
      const invalid = listInvalid('events.jsonl', 0, EVENTS).filter(([line]) => line > place);
      expect(resumed.code).toBe(invalid.length > 0 ? 3 : 0);
      expect(invalidOf(resumed)).toEqual(invalid.map(([, text]) => text));
      expect(countsOf(resumed)).toMatchObject({
        lines: countRecords(text, place),
        invalid: invalid.length,
        pending: 0,
      });
      harness.expectEachOnce(ids);
      expect(placesOf(harness)).toEqual([]);
    },
  );

  it(
    'continues in the file that it was in, and reads none before it',
    { timeout: 300_000 },
    async () => {
      const texts = [makeEvents('\n', 0, 1500), makeEvents('\n', 1500, 4500)];
      const ids = await planOf(...texts);
      const harness = await DurabilityHarness.create(SLOW, { goals: GOALS });
      const files = texts.map((text, index) => writeEvents(harness, `${index}.jsonl`, text));
      await killSend(harness, ids.length * 0.7, ...files);
      const place = placesOf(harness).find(({ path }) => path.endsWith('1.jsonl'))?.line ?? 0;
      const resumed = await harness.run('send', ...files, '--json');
      const later = listInvalid('1.jsonl', 1500, 4500).filter(([line]) => line > place);
      expect(invalidOf(resumed)).toEqual(later.map(([, text]) => text));
      expect(countsOf(resumed).lines).toBe(countRecords(texts[1] as string, place));
      harness.expectEachOnce(ids);
      expect(placesOf(harness)).toEqual([]);
    },
  );

  it(
    'delivers what a stopped run left pending before its checkpoint',
    { timeout: 300_000 },
    async () => {
      const text = makeValid(0, 3000);
      const ids = await planOf(text);
      const harness = await DurabilityHarness.create(
        [...SLOW, { match: 'eventData', status: 503, every: 4 }],
        {
          goals: GOALS,
        },
      );
      const file = writeEvents(harness, 'events.jsonl', text);
      const running = await harness.start('send', file, '--json', '--max-attempts', '1');
      const hasCheckpoint = (): boolean =>
        harness.sandbox.state.received() >= 1000 && placesOf(harness).length > 0;
      const stopped = await stopWhen(running, hasCheckpoint);
      expect(stopped.code).toBe(130);
      const left = countsOf(stopped);
      expect(left.waiting.transient).toBeGreaterThan(0);
      const resumed = await harness.run('send', file, '--max-attempts', '50');
      expect(resumed.stderr).toMatch(/continuing at line \d+/);
      expect(resumed.code).toBe(0);
      harness.expectEachOnce(ids);
    },
  );

  it(
    'delivers what is before a checkpoint though a later file cannot be read',
    { timeout: 300_000 },
    async () => {
      const text = makeEvents('\n', 0, 3000);
      const ids = await planOf(text);
      const harness = await DurabilityHarness.create(SLOW, { goals: GOALS });
      const broken = gzipSync(text).subarray(0, 200);
      const files = [
        writeEvents(harness, 'events.jsonl', text),
        writeEvents(harness, 'broken.gz', broken),
      ];
      await killSend(harness, ids.length * 0.3, files[0] as string);
      const resumed = await harness.run('send', ...files);
      expect(resumed.stderr).toMatch(
        /events\.jsonl: (?:continuing at line \d+|an interrupted run has read it)/,
      );
      expect(resumed.code).toBe(6);
      harness.expectEachOnce(ids);
    },
  );

  it('continues an unchanged file, and says so', { timeout: 300_000 }, async () => {
    const harness = await DurabilityHarness.create(SLOW, { goals: GOALS });
    const file = writeEvents(harness, 'events.jsonl', makeEvents('\n', 0, 3000));
    await killSend(harness, 1000, file);
    const place = placesOf(harness).at(0)?.line ?? 0;
    const resumed = await harness.run('send', file);
    expect(resumed.stderr).toContain(`continuing at line ${place + 1}`);
  });

  it.each<[what: string, change: (harness: DurabilityHarness, file: string) => string[]]>([
    [
      'a file that has grown',
      (_, file) => {
        appendFileSync(file, makeValid(3000, 500));
        return [];
      },
    ],
    [
      'a file that another has taken the place of',
      (harness, file) => {
        writeEvents(harness, 'other.jsonl', makeValid(0, 3500));
        renameSync(join(harness.folder, 'other.jsonl'), file);
        return [];
      },
    ],
    [
      'a file that is planned by other rules',
      (harness) => {
        const goals = GOALS.map((goal) => ({ ...goal, trigger: 'repeatable' }));
        writeFileSync(join(harness.folder, 'postback.config.json'), JSON.stringify({ goals }));
        return [];
      },
    ],
    ['a file that is read as of another format', () => ['--format', 'audience']],
    ['a file that is checked first', () => ['--strict']],
  ])('reads %s from its beginning', { timeout: 300_000 }, async (_, change) => {
    const harness = await DurabilityHarness.create(SLOW, { goals: GOALS });
    const file = writeEvents(harness, 'events.jsonl', makeValid(0, 3000));
    await killSend(harness, 1000, file);
    const flags = change(harness, file);
    const resumed = await harness.run('send', file, ...flags);
    expect(resumed.stderr).not.toMatch(/continuing/);
    expect(resumed.code).toBe(0);
    const again = await harness.run('send', file, ...flags, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ delivered: 0, pending: 0 });
  });
});
