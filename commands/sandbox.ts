import { systemClock } from '../src/clock.js';
import { UsageError } from '../src/errors.js';
import { systemRandom } from '../src/random.js';
import { SANDBOX_ACCOUNTS, SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET } from '../src/sandbox/amazon/seed.js';
import { FAULT_FORMS, parseFault } from '../src/sandbox/faults/fault-text.js';
import { SANDBOX_SEEDS } from '../src/sandbox/networks.js';
import { startSandbox, type Sandbox as RunningSandbox } from '../src/sandbox/sandbox.js';
import { BaseCommand } from './_face/base-command.js';
import { EXIT, type ExitCode } from './_face/exit-codes.js';
import { defineFlags, duration, integer, list } from './_face/flags.js';
import { findInterruption } from './_face/interruption.js';

/** Tried first where no port is asked for; any free one where it is taken. */
const DEFAULT_PORT = 8790;

export default class Sandbox extends BaseCommand<typeof Sandbox> {
  static override summary = 'run a local stand-in for the ad networks';
  static override description =
    'Plays Login with Amazon and the Amazon Ads hosts on this machine, strictly, and keeps what it accepts: see ' +
    '/_sandbox/ on its address. Nothing reaches a network. It runs until it is stopped (Ctrl-C) and forgets everything ' +
    `then.\n\nFaults:\n${FAULT_FORMS}`;
  static override examples = [
    '<%= config.bin %> sandbox',
    '<%= config.bin %> sandbox --fault 429:10%,retry-after=1 --fault 500:5% --seed 7',
    'POSTBACK_GATEWAY=http://127.0.0.1:8790 <%= config.bin %> send events.jsonl',
  ];
  static override flags = defineFlags({
    port: integer({ summary: `port to listen on (default ${DEFAULT_PORT}, or any free one)`, min: 0, max: 65_535 }),
    latency: duration({ summary: 'how long every answer waits', helpValue: '100ms' }),
    fault: list({ summary: 'a way to misbehave, see above; may be repeated', helpValue: '429:10%', whole: true }),
    seed: integer({ summary: 'repeat the chance of an earlier run', min: 0, max: 2 ** 32 - 1 }),
  });
  static override notes = { exitCodes: [EXIT.interrupted, EXIT.terminated] };

  protected async execute(): Promise<ExitCode> {
    const sandbox = await this.#start();
    try {
      const { url, port, seed } = sandbox;
      await this.io.out(this.io.json ? { url, port, seed } : url);
      await this.io.remark(describeUse(sandbox));
      await this.#untilStopped();
    } finally {
      await sandbox.close();
    }
    return findInterruption()?.exit ?? EXIT.done;
  }

  async #start(): Promise<RunningSandbox> {
    const { port, latency, seed, fault = [] } = this.flags;
    const options = {
      clock: systemClock,
      random: systemRandom,
      faults: fault.map(parseFault),
      ...(latency === undefined ? {} : { latencyMs: latency }),
      ...(seed === undefined ? {} : { seed }),
    };
    if (port !== undefined) return startSandbox({ ...options, port });
    try {
      return await startSandbox({ ...options, port: DEFAULT_PORT });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return startSandbox({ ...options, port: 0 });
    }
  }

  #untilStopped(): Promise<void> {
    const { signal } = this;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
}

/** What to type in another terminal. The client secret is a public constant of the stand-in. */
function describeUse({ url, seed }: RunningSandbox): string {
  return `The sandbox is running (seed ${String(seed)}). In another terminal:
  export POSTBACK_GATEWAY=${url}
  export POSTBACK_AMAZON_CLIENT_ID=${SANDBOX_CLIENT_ID}
  export POSTBACK_AMAZON_CLIENT_SECRET=${SANDBOX_CLIENT_SECRET}
  postback connect amazon
Accounts: ${SANDBOX_ACCOUNTS.na} (na), ${SANDBOX_ACCOUNTS.eu} (eu), ${SANDBOX_ACCOUNTS.fe} (fe).
It plays ${SANDBOX_SEEDS.map(({ connection }) => connection.network).join(', ')}; tokens and ids of each: docs/sandbox.md.
What it accepted: ${url}/_sandbox/   Stop it with Ctrl-C.`;
}
