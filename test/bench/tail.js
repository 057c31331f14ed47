// How long `postback tail` takes from a line that is written to the request that brings it.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { askStub, prepareHome, PROGRAM } from './stage.js';

const LINES_A_SECOND = 1_000;
const TICK_MS = 10;
const WARM_UP_LINES = 1_000;

/**
 * Writes lines at an even pace while `tail` follows their file.
 * @returns milliseconds from the time in a line to its arrival: the middle one, and what 99 in 100
 *   stay below
 */
export async function timeTail(stage, seconds) {
  const home = mkdtempSync(join(stage.folder, 'tail-'));
  const { cwd, env } = prepareHome(stage, home, { stub: 'timing' });
  const path = join(home, 'growing.jsonl');
  writeFileSync(path, '');
  await askStub(stage, 'timing', 'reset');
  const child = spawn(process.execPath, [PROGRAM, 'tail', path, '--json'], {
    cwd,
    env,
    stdio: 'ignore',
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const perTick = (LINES_A_SECOND * TICK_MS) / 1_000;
  const lines = WARM_UP_LINES + seconds * LINES_A_SECOND;
  const startedMs = performance.now();
  for (let index = 0; index < lines; index += perTick) {
    appendFileSync(path, makeLines(index, perTick));
    await wait(Math.max(0, startedMs + (index / perTick + 1) * TICK_MS - performance.now()));
  }
  while ((await askStub(stage, 'timing')).events < lines && child.exitCode === null) await wait(20);
  child.kill('SIGTERM');
  await exited;
  const ages = (await askStub(stage, 'timing', 'ages')).slice(WARM_UP_LINES);
  rmSync(home, { recursive: true });
  if (ages.length !== lines - WARM_UP_LINES)
    throw new Error(`tail delivered ${ages.length + WARM_UP_LINES} of ${lines} events`);
  ages.sort((one, other) => one - other);
  return { middle: ages[ages.length >> 1], most: ages[Math.ceil(ages.length * 0.99) - 1] };
}

function makeLines(first, count) {
  const eventTimestamp = new Date().toISOString();
  let text = '';
  for (let index = first; index < first + count; index += 1) {
    const email = createHash('sha256').update(`player${index}@example.com`).digest('hex');
    const event = {
      type: 'track',
      messageId: `m-${index}`,
      eventTimestamp,
      anonymousId: `a-${index}`,
      consentLevel: 'full',
      eventName: 'wishlist_add',
      properties: { country: 'US', utm_source: 'amazon_ads', email_hash: `sha256:${email}` },
    };
    text += `${JSON.stringify(event)}\n`;
  }
  return text;
}
