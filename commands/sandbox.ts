import { platform } from 'node:os';
import { systemClock } from '../src/clock.js';
import { UsageError } from '../src/errors.js';
import { assignVariable } from '../src/shell-word.js';
import { systemRandom } from '../src/random.js';
import {
  SANDBOX_ACCOUNTS,
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
} from '../src/sandbox/amazon/seed.js';
import { parseFault } from '../src/sandbox/faults/fault-text.js';
import { SANDBOX_SEEDS } from '../src/sandbox/networks.js';
import { startSandbox, type Sandbox as RunningSandbox } from '../src/sandbox/sandbox.js';
import { BaseCommand } from '../src/cli/base-command.js';
import { EXIT, type ExitCode } from '../src/cli/exit-codes.js';
import { defineFlags, duration, integer, list } from '../src/cli/flags.js';
import { findInterruption } from '../src/cli/interruption.js';

/** Default port. If it is in use, any free port is used. */
const DEFAULT_PORT = 8790;

export default class Sandbox extends BaseCommand<typeof Sandbox> {
  static override summary = 'run a local sandbox that imitates the ad networks';
  static override description =
    'Imitates the login and API hosts of the networks on this machine, with strict validation. ' +
    'It shows accepted conversions at /_sandbox/ on its address. Nothing reaches a real ' +
    'network. It runs until you stop it (Ctrl-C) and then forgets everything. It can inject ' +
    'faults: `postback help faults` lists them.';
  static override examples = [
    '<%= config.bin %> sandbox',
    '<%= config.bin %> sandbox --fault 429:10%,retry-after=1 --fault 500:5% --seed 7',
    'POSTBACK_GATEWAY=http://127.0.0.1:8790 <%= config.bin %> send events.jsonl',
  ];
  static override flags = defineFlags({
    port: integer({
      summary: `port to listen on (default ${DEFAULT_PORT}, or any free one)`,
      min: 0,
      max: 65_535,
    }),
    latency: duration({ summary: 'delay of every response', helpValue: '100ms' }),
    fault: list({
      summary: 'a fault to inject; can be repeated',
      helpValue: '429:10%',
      whole: true,
    }),
    seed: integer({
      summary: 'random seed, to repeat the faults of an earlier run',
      min: 0,
      max: 2 ** 32 - 1,
    }),
  });
  static override notes = { exitCodes: [EXIT.interrupted, EXIT.terminated] };

  protected async execute(): Promise<ExitCode> {
    const sandbox = await this.#start();
    try {
      const { url, port, seed } = sandbox;
      await this.io.print(this.io.json ? { url, port, seed } : url);
      await this.io.info(describeUse(sandbox));
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
    return new Promise((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    );
  }
}

/** The variables are set in the form of PowerShell, which cmd does not know. */
function cmdNote(): string {
  return platform() === 'win32' ? ' (PowerShell; in cmd: set NAME=VALUE)' : '';
}

/**
 * Returns the commands for another terminal. The client secret is a public constant of the sandbox.
 */
function describeUse({ url, seed }: RunningSandbox): string {
  return `The sandbox is running (seed ${String(seed)}). In another terminal${cmdNote()}:
  ${assignVariable('POSTBACK_GATEWAY', url)}
  ${assignVariable('POSTBACK_AMAZON_CLIENT_ID', SANDBOX_CLIENT_ID)}
  ${assignVariable('POSTBACK_AMAZON_CLIENT_SECRET', SANDBOX_CLIENT_SECRET)}
  postback connect amazon
Accounts: ${SANDBOX_ACCOUNTS.na} (na), ${SANDBOX_ACCOUNTS.eu} (eu), ${SANDBOX_ACCOUNTS.fe} (fe).
It imitates ${SANDBOX_SEEDS.map(({ connection }) => connection.network).join(', ')}. Their tokens and ids: postback help sandbox-guide
Accepted conversions: ${url}/_sandbox/   Stop with Ctrl-C.`;
}
