import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { printSummary } from '../../../src/cli/summary-view.js';
import type { Summary } from '../../../src/delivery/tally.js';
import { createMemoryIO } from '../../kit/memory-io.js';

const SUMMARY: Summary = {
  run: 'r',
  command: 'send',
  workspace: 'game',
  accounts: { amazon: '1234567890123', meta: '1234567890123456', tiktok: 'C0SANDBOXPIXEL000001' },
  durationMs: 100,
  lines: 3,
  invalid: 0,
  events: 3,
  postbacks: 0,
  delivered: 0,
  failed: 0,
  pending: 0,
  skipped: 3,
  skips: { unmapped_goal: 1, consent_unknown: 1, no_goal: 1 },
  failures: { configuration: 0, payload: 0, expired: 0 },
  waiting: { transient: 0, throttled: 0, credential: 0, processing: 0, stopped: 0 },
  networks: {},
  warnings: {},
};

async function print(columns: number | undefined): Promise<string[]> {
  const { io, stdout } = createMemoryIO(columns, { hints: { sandbox: true } });
  await printSummary(io, SUMMARY);
  return stripVTControlCharacters(stdout.text).split('\n');
}

test.each([80, 100])('a summary fits %i columns and breaks no command', async (columns) => {
  const lines = await print(columns);
  // A terminal continues a command that is longer, and copies it as one line.
  const long = lines.filter((line) => line.length > columns && !line.includes('postback '));
  expect(long).toEqual([]);
  const commands = lines.flatMap((line) => /postback .*/.exec(line) ?? []);
  expect(commands).toEqual([
    'postback map GOAL NETWORK ID --sandbox',
    'postback config set consent.default anonymous --sandbox',
    'postback goals add --sandbox',
  ]);
});

test('a command that does not fit next to its reason goes below it', async () => {
  const long = (await print(60)).filter((line) => line.length > 60);
  // Only one that is longer than the room below is left to the terminal.
  expect(long.map((line) => line.trim())).toEqual([
    'postback config set consent.default anonymous --sandbox',
  ]);
});

test('accounts go on below the first one on a terminal, and stay on a line elsewhere', async () => {
  expect((await print(60)).slice(1, 3)).toEqual([
    'Workspace  game · amazon 1234567890123 · meta',
    '           1234567890123456 · tiktok C0SANDBOXPIXEL000001',
  ]);
  expect((await print(undefined))[1]).toBe(
    'Workspace  game · amazon 1234567890123 · meta 1234567890123456 · tiktok C0SANDBOXPIXEL000001',
  );
});
