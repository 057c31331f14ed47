import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { systemClock } from '../../../src/clock.js';
import { withLogReader } from '../../../src/log/open-log.js';
import { startCommitProxy, type CommitProxy } from '../../kit/commit-proxy.js';
import { makeLines, makeUuid } from '../../kit/events.js';
import { fakeTime } from '../../kit/faketime.js';
import { hasPostgres, startPostgres, type TestServer } from '../../kit/postgres.js';
import type { RunningPostback } from '../../kit/run.js';
import { SEED } from '../../kit/seed.js';
import { makeSeededRandom } from '../../kit/seeded-random.js';
import { idOf, SharedLog, until, type Machine } from '../../kit/shared-log.js';

/**
 * Runs where CHAOS_EVENTS is set, such as to 3000: it takes both cores. The long form, which waits
 * out leases, is `npx vitest run test/commands/shared-log/chaos.test.ts` with CHAOS_EVENTS=100000
 * CHAOS_ROUNDS=5 CHAOS_OUTAGES=30,120 CHAOS_LEASE=real.
 */
const EVENTS = Number(process.env['CHAOS_EVENTS'] ?? 0);
const PROCESSES = Number(process.env['CHAOS_PROCESSES'] ?? 3);
/** How often each thing happens that strikes one process. */
const ROUNDS = Number(process.env['CHAOS_ROUNDS'] ?? 1);
/** Seconds for which the server is away, each time. */
const OUTAGES = (process.env['CHAOS_OUTAGES'] ?? '1').split(',').map(Number);
/** Whether leases of dead and paused processes end by themselves, after 60 s. */
const HAS_REAL_LEASES = process.env['CHAOS_LEASE'] === 'real';
const TERMINATE_EVERY_MS = 200;
/** Share of commits whose answer the proxy swallows. */
const SWALLOWED = 0.05;

interface Worker {
  machine: Machine;
  files: string[];
  running: RunningPostback | undefined;
  /** Set once the command has ended with 0. */
  isDone: boolean;
  exits: (number | string)[];
}

type Strike = () => Promise<void>;

describe.skipIf(!hasPostgres() || EVENTS === 0)('a shared log under faults', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());

  it(
    `delivers each of ${EVENTS} events, and twice only what an interrupted request held`,
    { timeout: 3_600_000 },
    async () => {
      const startedMs = performance.now();
      const chaos = await Chaos.create(server);
      await chaos.run();
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
      const twice = await chaos.judge();
      console.log(`${chaos.describe()}; ${twice} ids arrived twice; ${seconds} s`);
    },
  );
});

class Chaos {
  readonly #shared: SharedLog;
  readonly #workers: Worker[];
  readonly #proxy: CommitProxy;
  readonly #random: () => number;
  readonly #counts = { kills: 0, pauses: 0, terminated: 0, outages: 0 };

  private constructor(
    shared: SharedLog,
    workers: Worker[],
    { proxy, random }: { proxy: CommitProxy; random: () => number },
  ) {
    this.#shared = shared;
    this.#workers = workers;
    this.#proxy = proxy;
    this.#random = random;
  }

  /**
   * Every event is in the files of two machines; one connects through the proxy, one an hour ahead.
   */
  static async create(server: TestServer): Promise<Chaos> {
    const random = makeSeededRandom(SEED);
    const faults = [{ match: 'eventData', latencyMs: 20 }];
    const shared = await SharedLog.create(server, { faults, seed: SEED, timeoutMs: 3_600_000 });
    const lines = makeLines(EVENTS, Date.now()).trimEnd().split('\n');
    const share = Math.ceil(EVENTS / PROCESSES);
    for (let part = 0; part < PROCESSES; part++) {
      const own = lines.slice(part * share, (part + 1) * share);
      shared.write(`part-${part}.jsonl`, `${own.join('\n')}\n`);
    }
    const proxy = await startCommitProxy(server.port, () => random() < SWALLOWED);
    onTestFinished(() => proxy.close());
    const workers: Worker[] = [];
    for (let index = 0; index < PROCESSES; index++) {
      const env: NodeJS.ProcessEnv = {};
      if (index === 1)
        env['POSTBACK_LOG_URL'] = shared.url.replace(`:${server.port}/`, `:${proxy.port}/`);
      if (index === 2) Object.assign(env, fakeTime('+1h'));
      const files = [`part-${index}.jsonl`, `part-${(index + 1) % PROCESSES}.jsonl`];
      const machine = await shared.makeMachine(env);
      workers.push({ machine, files, running: undefined, isDone: false, exits: [] });
    }
    return new Chaos(shared, workers, { proxy, random });
  }

  /** Runs each command until it has nothing left to do, while things happen to it. */
  async run(): Promise<void> {
    const work = Promise.all(this.#workers.map((worker) => this.#work(worker)));
    const terminator = await this.#startTerminator();
    const strikes = this.#plan();
    for (const [index, strike] of strikes.entries()) {
      // The first tenth and the last third are left alone: nothing has begun, or all is done.
      const moment = EVENTS * (0.1 + (0.6 * (index + this.#random())) / strikes.length);
      await until(() => this.#isOver || this.#shared.sandbox.state.received() >= moment);
      await strike();
    }
    await terminator.stop();
    await work;
  }

  /** Checks what the sandbox holds and what the log says; returns how many ids arrived twice. */
  async judge(): Promise<number> {
    const { sandbox, server, url } = this.#shared;
    const arrivals = this.#shared.arrivals();
    const expected = Array.from({ length: EVENTS }, (_, index) => idOf(makeUuid(index)));
    expect([...arrivals.keys()].sort()).toEqual(expected.sort());
    const interrupted = new Set<string>();
    const successes = new Map<string, number>();
    const location = { path: '/nowhere', workspace: 'default', clock: systemClock };
    await withLogReader({ ...location, server: { url, variables: {} } }, async (reader) => {
      for await (const rows of reader.listRows({})) {
        for (const { postbackId, status, reason } of rows) {
          const id = postbackId ?? '';
          if (reason === 'interrupted') interrupted.add(id);
          if (status === 'success') successes.set(id, (successes.get(id) ?? 0) + 1);
        }
      }
    });
    const twice = [...arrivals].filter(([, times]) => times > 1).map(([id]) => id);
    expect(twice.filter((id) => !interrupted.has(id))).toEqual([]);
    expect([...successes.keys()].sort()).toEqual(expected);
    expect([...successes.values()].filter((times) => times !== 1)).toEqual([]);
    for (const table of ['request', 'run'])
      expect(await this.#shared.count(`SELECT count(*) FROM @${table} WHERE ended IS NULL`)).toBe(
        0,
      );
    expect(await this.#shared.count('SELECT count(*) FROM @postback')).toBe(0);
    expect(server.readLog()).not.toContain('deadlock detected');
    expect(sandbox.state.received()).toBeLessThanOrEqual(EVENTS + interrupted.size);
    return twice.length;
  }

  describe(): string {
    const { kills, pauses, terminated, outages } = this.#counts;
    const exits = this.#workers.map(({ exits }) => exits.join(' ')).join(' | ');
    return (
      `${EVENTS} events, ${PROCESSES} processes, ${kills} kills, ${pauses} pauses, ` +
      `${terminated} connections ended, ${this.#proxy.swallowed()} answers to COMMIT swallowed, ` +
      `${outages} outages (${OUTAGES.join(', ')} s), exit codes ${exits}`
    );
  }

  get #isOver(): boolean {
    return this.#workers.every(({ isDone }) => isDone);
  }

  async #work(worker: Worker): Promise<void> {
    while (!worker.isDone) {
      const running = await worker.machine.start(['send', ...worker.files, '--concurrency', '2']);
      running.child.stdin.end();
      worker.running = running;
      const { code, signal, stderr } = await running.finished;
      worker.running = undefined;
      worker.exits.push(signal ?? String(code));
      worker.isDone = code === 0;
      // Killed, taken over, or the server was away for too long: nothing else may end it.
      const isExpected =
        signal === 'SIGKILL' || code === 0 || code === 5 || /cannot be reached/.test(stderr);
      expect(isExpected, `${code ?? signal}: ${stderr}`).toBe(true);
      if (code === 1) await delay(1000);
    }
  }

  /** What happens, in an order that follows from the seed. */
  #plan(): Strike[] {
    const strikes: Strike[] = OUTAGES.map((seconds) => () => this.#stopServer(seconds));
    for (let round = 0; round < ROUNDS; round++)
      strikes.push(
        () => this.#kill(),
        () => this.#pause(),
      );
    return strikes
      .map((strike) => ({ strike, order: this.#random() }))
      .sort((one, other) => one.order - other.order)
      .map(({ strike }) => strike);
  }

  #pick(): RunningPostback | undefined {
    const running = this.#workers.flatMap((worker) => worker.running ?? []);
    return running[Math.floor(this.#random() * running.length)];
  }

  async #kill(): Promise<void> {
    const target = this.#pick();
    if (!target) return;
    this.#counts.kills++;
    target.child.kill('SIGKILL');
    await target.finished;
    await this.#endLease(target);
  }

  /** Stops a process until another one has recovered its run, or nobody is left to do so. */
  async #pause(): Promise<void> {
    const target = this.#pick();
    if (!target) return;
    const { pid } = target.child;
    target.child.kill('SIGSTOP');
    await this.#endLease(target);
    const isRecovered = async (): Promise<boolean> =>
      (await this.#shared.count(
        `SELECT count(*) FROM @run WHERE pid = ${pid} AND ended IS NULL`,
      )) === 0;
    const isAlone = (): boolean =>
      this.#workers.every(({ isDone, running }) => isDone || running === target);
    await until(async () => isAlone() || (await isRecovered()));
    const wasRecovered = (await isRecovered()) && !isAlone();
    target.child.kill('SIGCONT');
    if (!wasRecovered) return;
    this.#counts.pauses++;
    const { code, stderr } = await target.finished;
    // One that had not registered yet was not delivering anything.
    if (/taken over/.test(stderr)) expect(code).toBe(5);
  }

  async #endLease({ child }: RunningPostback): Promise<void> {
    if (HAS_REAL_LEASES) return;
    await this.#shared.sql(
      `UPDATE @run SET lease = now() - interval '1 second' WHERE pid = ${child.pid} AND ended IS NULL`,
    );
  }

  async #stopServer(seconds: number): Promise<void> {
    this.#counts.outages++;
    await this.#shared.server.stop();
    await delay(seconds * 1000);
    await this.#shared.server.start();
  }

  /** Ends one connection of the log every 200 ms. */
  async #startTerminator(): Promise<{ stop: () => Promise<void> }> {
    let isStopped = false;
    const work = async (): Promise<void> => {
      while (!isStopped) {
        await delay(TERMINATE_EVERY_MS);
        const client = new pg.Client({ connectionString: this.#shared.url });
        client.on('error', () => undefined);
        try {
          await client.connect();
          const { rowCount } = await client.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name = 'postback' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1`,
          );
          this.#counts.terminated += rowCount ?? 0;
        } catch {
          // The server is away.
        } finally {
          await client.end().catch(() => undefined);
        }
      }
    };
    const working = work();
    return {
      stop: () => {
        isStopped = true;
        return working;
      },
    };
  }
}
