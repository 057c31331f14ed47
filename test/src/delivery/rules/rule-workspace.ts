import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { connectNetwork, type ConnectInput } from '../../../../src/accounts/connect.js';
import { CredentialStore } from '../../../../src/accounts/credential-store.js';
import { refuseToGuess } from '../../../../src/accounts/choose-account.js';
import { UserConfig } from '../../../../src/config/user-config.js';
import { runSend } from '../../../../src/delivery/send.js';
import { describeTargets } from '../../../../src/delivery/resolve-targets.js';
import { PostbackError } from '../../../../src/errors.js';
import { readGoals } from '../../../../src/goals/goal-rules.js';
import type { ConversionGoal } from '../../../../src/goals/goal.js';
import type { JsonObject } from '../../../../src/json.js';
import { amazon } from '../../../../src/networks/amazon/amazon.js';
import type { AccountSelector } from '../../../../src/networks/connector.js';
import type { AnyNetwork } from '../../../../src/networks/network.js';
import { tiktok } from '../../../../src/networks/tiktok/tiktok.js';
import { openDryRunPeople } from '../../../../src/log/sqlite/people/known-people.js';
import { testRandom } from '../../../kit/seeded-random.js';
import {
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  seededRefreshToken,
} from '../../../../src/sandbox/amazon/seed.js';
import { startSandbox, type Sandbox } from '../../../../src/sandbox/sandbox.js';
import {
  SANDBOX_TIKTOK_APP_ID,
  SANDBOX_TIKTOK_APP_SECRET,
  seededTikTokToken,
} from '../../../../src/sandbox/tiktok/seed.js';
import { Secret } from '../../../../src/secret.js';
import { openWorkspace, type Workspace } from '../../../../src/workspace.js';
import { FakeClock } from '../../../kit/clock.js';
import { parseLine } from '../../../kit/events.js';
import { makeFolder, readLog } from '../../../kit/log.js';
import { planEvent } from '../../../kit/planning.js';
import { buy } from './messages.js';
import { describePlan } from './plan-row.js';

const HOUR_MS = 3_600_000;

/** Two games on one machine, with the files that commands keep, and a sandbox to connect to. */
export class RuleWorkspace {
  readonly clock: FakeClock;
  readonly store: CredentialStore;
  readonly user: UserConfig;
  readonly #folder = makeFolder();
  readonly #sandbox: Sandbox;

  private constructor(sandbox: Sandbox, clock: FakeClock) {
    this.clock = clock;
    this.#sandbox = sandbox;
    for (const name of ['config', 'data']) mkdirSync(join(this.#folder, name));
    this.store = new CredentialStore(join(this.#folder, 'config'));
    this.user = new UserConfig(join(this.#folder, 'config'));
  }

  static async open(): Promise<RuleWorkspace> {
    const clock = new FakeClock();
    const sandbox = await startSandbox({ clock, random: testRandom, seed: 7 });
    onTestFinished(() => sandbox.close());
    return new RuleWorkspace(sandbox, clock);
  }

  /** Connects a game as a user of the sandbox, by his refresh token. */
  async connect(
    user: string,
    wanted: AccountSelector = {},
    { game = 'one', replaces = false } = {},
  ): Promise<void> {
    await this.#connect(game, amazon, wanted, {
      replaces,
      client: { id: SANDBOX_CLIENT_ID, secret: new Secret(SANDBOX_CLIENT_SECRET) },
      consent: { kind: 'token', secrets: { refreshToken: new Secret(seededRefreshToken(user)) } },
    });
  }

  /** Connects a game to a pixel by a pasted access token. */
  async paste(
    network: AnyNetwork,
    token: string,
    account: string,
    { replaces = false } = {},
  ): Promise<void> {
    const consent = { kind: 'token', secrets: { accessToken: new Secret(token) } } as const;
    await this.#connect('one', network, { account }, { replaces, consent });
  }

  /**
   * Connects a game to TikTok: with a token of the app, which lists pixels, or with a pasted one,
   * which does not.
   */
  async connectTikTok(
    user: string,
    kind: 'app' | 'pasted',
    wanted: AccountSelector = {},
  ): Promise<void> {
    const client = { id: SANDBOX_TIKTOK_APP_ID, secret: new Secret(SANDBOX_TIKTOK_APP_SECRET) };
    const consent = {
      kind: 'token',
      secrets: { accessToken: new Secret(seededTikTokToken(user)) },
    } as const;
    await this.#connect('one', tiktok, wanted, kind === 'app' ? { client, consent } : { consent });
  }

  async #connect(
    game: string,
    network: AnyNetwork,
    wanted: AccountSelector,
    parts: Pick<ConnectInput, 'client' | 'consent' | 'replaces'>,
  ): Promise<void> {
    const connector = await network.loadConnector();
    const connect = ({ http }: Workspace): Promise<unknown> =>
      connectNetwork({
        network,
        connector,
        workspace: game,
        store: this.store,
        http,
        clock: this.clock,
        ...parts,
        wanted,
        audiences: false,
        choose: (candidates) => Promise.reject(refuseToGuess(candidates, connector)),
        askAccount: () => Promise.reject(refuseToGuess([], connector)),
        onWarning: () => undefined,
      });
    await this.#within(game, connect, true);
  }

  /** Stores goals as `goals import` does. */
  async keep(goals: readonly JsonObject[], game = 'one'): Promise<void> {
    await this.user.updateGoals(game, () => readGoals(goals));
  }

  async change(change: (goals: ConversionGoal[]) => ConversionGoal[], game = 'one'): Promise<void> {
    await this.user.updateGoals(game, change);
  }

  /**
   * What a purchase of the last hour would make. @param click properties that make it another
   * network's
   */
  async plan(game = 'one', click: JsonObject = {}): Promise<string[]> {
    return this.#within(game, (workspace) => {
      const { planContext } = describeTargets(workspace, { networks: [], goals: [] });
      const people = openDryRunPeople(undefined);
      onTestFinished(() => people.close());
      const parsed = parseLine(JSON.stringify(this.#purchase(click)));
      if ('invalid' in parsed) throw new Error(parsed.invalid.message);
      return describePlan(
        planEvent(
          parsed.event,
          { ...planContext, people, postbackState: () => 'new' },
          this.clock.now(),
        ),
      );
    });
  }

  /** Sends a purchase of the last hour; what the log says of it. */
  async send(game = 'one', click: JsonObject = {}): Promise<string> {
    return this.#within(game, async (workspace) => {
      const inputs = [
        {
          name: 'events',
          stream: Readable.from([Buffer.from(JSON.stringify(this.#purchase(click)))]),
        },
      ];
      const { signal } = new AbortController();
      const selection = { networks: [], goals: [], strict: false };
      await runSend(workspace, { inputs, ...selection, report: () => undefined, signal });
      const { status, kind, reason, account } = readLog(workspace.logLocation.path, {}, game).at(
        -1,
      )!;
      return [status, kind, reason, account].filter(Boolean).join(' ');
    });
  }

  /** The requests that reached the sandbox since the start: hosts and paths. */
  requests(): string[] {
    return this.#sandbox.state.lastRequests(100).map(({ host, path }) => `${host}${path}`);
  }

  /** The network takes its grant back. */
  async revoke(match = 'eventData'): Promise<void> {
    const body = JSON.stringify([{ match, times: 1, revoke: true }]);
    const answer = await fetch(`${this.#sandbox.url}/_sandbox/faults`, { method: 'POST', body });
    if (!answer.ok) throw new Error(await answer.text());
  }

  #purchase(click: JsonObject): JsonObject {
    return buy({ eventTimestamp: new Date(this.clock.now() - HOUR_MS).toISOString() }, click);
  }

  /**
   * @param makesWorkspace whether the command may name a game that is not there yet, as `connect`
   *   may
   */
  async #within<T>(
    game: string,
    work: (workspace: Workspace) => T | Promise<T>,
    makesWorkspace = false,
  ): Promise<T> {
    const workspace = await openWorkspace({
      flags: { gateway: this.#sandbox.url, workspace: game },
      variables: {},
      cwd: this.#folder,
      directories: { config: join(this.#folder, 'config'), data: join(this.#folder, 'data') },
      version: '0.0.0',
      clock: this.clock,
      random: testRandom,
      makesWorkspace,
    });
    try {
      return await work(workspace);
    } finally {
      await workspace.close();
    }
  }
}

/** The code of the error that `work` ends with. */
export async function refusalOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof PostbackError) return error.code;
    throw error;
  }
  return 'not refused';
}
