import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createEventParser } from '../../src/events/event-parser.js';
import { makeFolder } from '../kit/run.js';

const BENCH = fileURLToPath(new URL('bench.js', import.meta.url));

interface EventFile {
  writeEventFile: (
    path: string,
    lines: number,
    nowMs: number,
  ) => { bytes: number; postbacks: number };
}

const FIGURES = {
  seconds: expect.any(Number),
  cpuSeconds: expect.any(Number),
  peakMb: expect.any(Number),
  logBytes: expect.any(Number),
  stolen: expect.any(Number),
};

test('the bench runs, and floor and send deliver the same, whatever the input, the contract and the trouble', async () => {
  // It throws unless each delivers every postback of the file. What it measures is for people to
  // judge.
  const subjects = [
    'floor',
    'send',
    'halves',
    'gz',
    'stdin',
    'normal',
    'again',
    'slow',
    'faulty',
    'floorCapi',
    'capi',
    'day',
    'floorDay',
  ];
  const args = [
    '--only',
    [...subjects, 'plainNode', 'growth', 'history'].join(','),
    '--lines',
    '2000',
    '--rounds',
    '1',
    '--big',
    '3000',
    '--history',
    '5000',
    '--json',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [BENCH, ...args]);
  const result = JSON.parse(stdout);
  expect(result.file).toMatchObject({ lines: 2000, postbacks: 1796 });
  const { logBytes: _, ...plainFigures } = FIGURES;
  expect(result.medians).toEqual({
    ...Object.fromEntries(subjects.map((name) => [name, FIGURES])),
    plainNode: plainFigures,
  });
  expect(result.rows.length).toBeGreaterThan(15);
  for (const row of result.rows)
    expect(row).toMatchObject({ name: expect.any(String), value: expect.any(Number) });
});

test('the event file is the same for the same moment, and has what the bench says', async () => {
  const { writeEventFile } = (await import(
    new URL('event-file.js', import.meta.url).href
  )) as EventFile;
  const [one, other] = [join(await makeFolder(), 'one'), join(await makeFolder(), 'other')];
  const nowMs = Date.parse('2026-11-21T12:00:00Z');
  const { bytes, postbacks } = writeEventFile(one, 1000, nowMs);
  writeEventFile(other, 1000, nowMs);
  const text = readFileSync(one, 'utf8');
  expect(readFileSync(other, 'utf8')).toBe(text);
  expect(bytes).toBe(text.length);
  expect(Math.round(bytes / 10_000)).toBe(47);
  const parser = createEventParser({ format: 'audience', input: 'bench' });
  const lines = text.trimEnd().split('\n');
  const records = lines.map((line, index) => parser.parse({ number: index + 1, text: line })[0]!);
  const events = records.flatMap((record) => ('event' in record ? record.event : []));
  expect(records.length - events.length).toBe(2);
  expect(events.filter(({ name }) => name !== 'game_launch')).toHaveLength(postbacks);
  expect(events.filter(({ identifiers }) => identifiers.plain.email)).toHaveLength(600);
});
