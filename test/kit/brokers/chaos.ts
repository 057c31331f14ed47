import { expect, vi } from 'vitest';

import type { AcceptedConversion } from '../../../src/sandbox/conversion-store.js';
import { DurabilityHarness } from '../durability-harness.js';
import type { TestServer } from '../postgres.js';
import { makeFolder, type RunningPostback, runPostback, spawnPostback } from '../run.js';
import { SEED } from '../seed.js';
import { makeLine, parseRows } from '../test-workspace.js';

/** A topic or stream that several workers of one group read. */
export interface ChaosBroker {
  /** Address of the topic or stream, with the group. */
  url: string;
  publish(messages: readonly string[]): Promise<void>;
  /** Messages that the group has not acknowledged. */
  lag(): Promise<number>;
  restart(): Promise<void>;
}

export interface ChaosResult {
  seed: number;
  messages: number;
  /** Postbacks that the network received twice. */
  twice: number;
  seconds: number;
}

/** Messages that are made and published at once. */
const CHUNK = 5_000;
/** From so many messages on, nothing is shortened. */
const LONG = 50_000;
/** How long a network takes to answer, so that a kill interrupts a request. */
const LATENCY_MS = 60;

interface Worker extends RunningPostback {
  /** Page of its metrics. */
  page: string;
}

/**
 * Three workers of a group share a log. One is killed and a fourth started, one is stopped by
 * SIGTERM, and the broker is restarted while more is published. Expects that nothing is lost or
 * left pending, that nothing came twice but what the killed worker's requests held, and that the
 * lag is 0. Moments are drawn from the printed seed.
 */
export async function runChaos(
  broker: ChaosBroker,
  { messages, server }: { messages: number; server: TestServer },
): Promise<ChaosResult> {
  const startedMs = Date.now();
  const isLong = messages >= LONG;
  const timeoutMs = isLong ? 3_000_000 : 300_000;
  const harness = await DurabilityHarness.create([{ latencyMs: LATENCY_MS }], { timeoutMs });
  const { sandbox, random, folder } = harness;
  const logUrl = await server.makeDatabase();
  const env = { ...harness.env, POSTBACK_LOG_URL: logUrl };
  const database = new URL(logUrl).pathname.slice(1);
  const ask = async (sql: string): Promise<number> =>
    Number((await server.run(database, sql))[0]?.['n'] ?? 0);

  const startWorker = async (): Promise<Worker> => {
    const options = { env, cwd: folder, home: await makeFolder(), timeoutMs };
    const running = await spawnPostback(['tail', broker.url, '--metrics', '0'], options);
    const [, page = ''] = await running.waitFor('stderr', /Metrics: (\S+)/);
    return { ...running, page };
  };
  const receive = (share: number): Promise<unknown> =>
    vi.waitFor(() => expect(sandbox.state.received()).toBeGreaterThanOrEqual(share * messages), {
      timeout: timeoutMs,
      interval: 5,
    });
  const between = (least: number, most: number): number => least + random() * (most - least);

  const half = Math.round(messages * 0.6);
  await publish(broker, 0, half);
  const workers = [await startWorker(), await startWorker(), await startWorker()];
  const [killed, stopped, third] = workers as [Worker, Worker, Worker];

  await receive(between(0.05, 0.15));
  const run = /postback_run_info\{[^}]*run="([^"]+)"/.exec(await readPage(killed.page))?.[1];
  killed.child.kill('SIGKILL');
  await killed.finished;
  const fourth = await startWorker();
  // The lease of a dead run lasts 60 seconds. A short test lets it end now.
  if (!isLong)
    await server.run(
      database,
      `UPDATE "postback_default".run SET lease = now() WHERE name = '${run}'`,
    );

  await receive(between(0.25, 0.35));
  stopped.child.kill('SIGTERM');
  const { code, stderr } = await stopped.finished;
  expect(code, stderr).toBe(143);

  await receive(between(0.4, 0.5));
  await broker.restart();
  // The test's own connection is back when the server answers.
  await vi.waitFor(() => broker.lag(), { timeout: timeoutMs, interval: 200 });
  await publish(broker, half, messages);

  const isDone = async (): Promise<void> => {
    expect(sandbox.state.received()).toBeGreaterThanOrEqual(messages);
    expect(sandbox.state.conversions()).toHaveLength(messages);
    expect(await broker.lag()).toBe(0);
    expect(
      await ask(`SELECT count(*) AS n FROM "postback_default".postback WHERE state = 'pending'`),
    ).toBe(0);
  };
  await vi.waitFor(isDone, { timeout: timeoutMs, interval: 500 });
  for (const { child, finished } of [third, fourth]) {
    child.kill('SIGTERM');
    const end = await finished;
    expect(end.code, end.stderr).toBe(143);
  }
  await isDone();

  const twice = sandbox.state.conversions().filter(({ received }) => received > 1);
  const args = ['logs', '--json', '--reason', 'interrupted', '--all', '--limit', String(messages)];
  const logs = await runPostback(args, { env, cwd: folder, timeoutMs });
  expect(logs.code, logs.stderr).toBe(0);
  const interrupted = new Set(parseRows(logs.stdout).map(({ postbackId }) => postbackId));
  expect(twice.filter(({ dedupeId }) => !interrupted.has(dedupeId ?? null)).map(idOf)).toEqual([]);
  const seconds = Math.round((Date.now() - startedMs) / 1000);
  return { seed: SEED, messages, twice: twice.length, seconds };
}

const idOf = ({ dedupeId }: AcceptedConversion): string | undefined => dedupeId;

async function publish(broker: ChaosBroker, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += CHUNK) {
    const length = Math.min(CHUNK, to - at);
    await broker.publish(Array.from({ length }, (_, index) => makeLine(at + index)));
  }
}

async function readPage(page: string): Promise<string> {
  return (await fetch(page)).text();
}
