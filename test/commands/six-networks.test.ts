import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { formatExampleEvents, makeExampleEvents } from '../../src/demo/example-events.js';
import { derivePostbackId } from '../../src/identity/postback-id.js';
import type { JsonObject } from '../../src/json.js';
import { NETWORK_NAMES, type NetworkName } from '../../src/networks/names.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import { makeLine, type RunSummary, steer, TestWorkspace } from '../kit/test-workspace.js';
import { makeUuid } from '../kit/events.js';
import { makeRepeatableGoals, NETWORK_CLICKS, VISIT } from '../kit/networks.js';
import { runPostback, spawnPostback } from '../kit/run.js';

const NO_CLICK = { utm_source: undefined, utm_medium: undefined };
const GOAL_OF: Readonly<Record<string, string>> = {
  purchase: 'first-purchase',
  wishlist_add: 'wishlist-add',
  email_acquired: 'email-captured',
};

/** Postbacks of the first file: three of each click, and one after an earlier visit. */
const SENT = NETWORK_NAMES.length * 4;

/** A workspace with every network connected by variables. */
const createConnectedWorkspace = () =>
  TestWorkspace.create({ goals: makeRepeatableGoals(), networks: 'all' });

/** A file of events, and which postback each network is to have of it. */
class EventFile {
  readonly #lines: string[] = [];
  readonly expected = new Map<NetworkName, string[]>(NETWORK_NAMES.map((name) => [name, []]));

  add(
    eventName: string,
    properties: JsonObject,
    owner?: NetworkName,
    changes: JsonObject = {},
  ): this {
    const number = this.#lines.length + 1;
    this.#lines.push(
      `${makeLine(number, { eventName, ...changes }, { ...NO_CLICK, ...VISIT, ...properties })}\n`,
    );
    const goal = GOAL_OF[eventName];
    if (owner && goal) {
      this.expected.get(owner)!.push(derivePostbackId('default', owner, goal, makeUuid(number)));
    }
    return this;
  }

  get text(): string {
    return this.#lines.join('');
  }
}

/** Which dedupe ids each network has accepted, sorted. */
function held({ state }: Pick<Sandbox, 'state'>): Map<NetworkName, string[]> {
  const found = new Map<NetworkName, string[]>(NETWORK_NAMES.map((name) => [name, []]));
  for (const { network, dedupeId = '' } of state.conversions()) found.get(network)!.push(dedupeId);
  for (const ids of found.values()) ids.sort();
  return found;
}

function sorted(expected: ReadonlyMap<NetworkName, string[]>): Map<NetworkName, string[]> {
  return new Map([...expected].map(([network, ids]) => [network, ids.toSorted()]));
}

describe('one file with clicks of all networks', () => {
  test('each conversion reaches the network that owns its click, once, and none another', async () => {
    const file = new EventFile();
    for (const network of NETWORK_NAMES) {
      const click = NETWORK_CLICKS[network];
      // Campaign names of others do not outweigh a click id.
      const noise = network === 'amazon' ? {} : { utm_source: 'amazon_ads', utm_medium: 'amazon' };
      file.add('purchase', { ...noise, ...click }, network);
      file.add('wishlist_add', click, network);
      file.add('email_acquired', click, network);
      // A click of an earlier visit, on a line of its own.
      const visitor = { anonymousId: `visitor-of-${network}`, userId: undefined };
      file.add('', click, undefined, { ...visitor, type: 'page', eventName: undefined });
      file.add('purchase', { item_id: 'sku-1' }, network, visitor);
    }
    file
      .add('purchase', {})
      .add('purchase', { msclkid: 'm' })
      .add('purchase', { utm_source: 'newsletter' });
    const workspace = await createConnectedWorkspace();
    const summary = await workspace.send(file.text, 0, '--wait');
    expect(summary).toMatchObject({
      lines: NETWORK_NAMES.length * 5 + 3,
      delivered: SENT,
      failed: 0,
      pending: 0,
      skips: { organic: 2, other_network: 1 },
    });
    expect(held(workspace.sandbox)).toEqual(sorted(file.expected));
    expect(workspace.sandbox.state.received()).toBe(SENT);
    for (const network of NETWORK_NAMES) {
      expect(summary.networks[network], network).toMatchObject({
        delivered: 4,
        failed: 0,
        pending: 0,
      });
    }
    const again = await workspace.send(file.text, 0, '--wait');
    expect(again).toMatchObject({
      delivered: 0,
      skips: { duplicate: SENT, organic: 2, other_network: 1 },
    });
    expect(workspace.sandbox.state.received()).toBe(SENT);
  });

  test('requests to all networks at once leave stderr to messages of the program', async () => {
    const file = new EventFile();
    for (const network of NETWORK_NAMES) file.add('purchase', NETWORK_CLICKS[network], network);
    const args = ['send', '-', '--sandbox', '--json'];
    const env = { NODE_OPTIONS: '--trace-warnings' };
    const { stdout, stderr } = await runPostback(args, { input: file.text, env });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ postbacks: NETWORK_NAMES.length, failed: 0 });
  });

  test('google: the examples: nothing fails with all networks, and every Google event has an eventSource', async () => {
    const workspace = await createConnectedWorkspace();
    const path = join(workspace.cwd, 'examples.jsonl');
    writeFileSync(path, formatExampleEvents(makeExampleEvents(systemClock.now())));
    const { stdout } = await workspace.run(['send', path, '--wait', '--json']);
    const summary = JSON.parse(stdout) as RunSummary;
    expect(summary).toMatchObject({ failed: 0, pending: 0 });
    const kept = workspace.sandbox.state.conversions();
    expect(Object.keys(summary.networks).length).toBeGreaterThan(5);
    for (const [network, { delivered }] of Object.entries(summary.networks)) {
      expect(delivered, network).toBeGreaterThan(0);
    }
    const sources = kept
      .filter(({ network }) => network === 'google')
      .map(({ event }) => (event as { eventSource?: string }).eventSource);
    expect(sources.every((source) => source === 'APP')).toBe(true);
  });

  test('--network sends to that one alone, and says of the others whose they are', async () => {
    const file = new EventFile();
    for (const network of NETWORK_NAMES) file.add('purchase', NETWORK_CLICKS[network], network);
    for (const network of NETWORK_NAMES) {
      const workspace = await createConnectedWorkspace();
      const summary = await workspace.send(file.text, 0, '--network', network, '--wait');
      expect(summary, network).toMatchObject({
        delivered: 1,
        skips: { other_network: NETWORK_NAMES.length - 1 },
      });
      const only = new Map(
        NETWORK_NAMES.map((name) => [name, name === network ? file.expected.get(name)! : []]),
      );
      expect(held(workspace.sandbox)).toEqual(only);
    }
  });

  test(
    'a network whose token endpoint hangs does not keep the others waiting',
    { timeout: 300_000 },
    async () => {
      const file = new EventFile();
      for (let n = 0; n < 1000; n++) {
        file
          .add('purchase', NETWORK_CLICKS.amazon, 'amazon')
          .add('purchase', NETWORK_CLICKS.meta, 'meta');
      }
      const workspace = await createConnectedWorkspace();
      await steer(workspace.sandbox, 'POST', '/faults', { match: 'o2/token', latencyMs: 20_000 });
      const path = join(workspace.cwd, 'events.jsonl');
      writeFileSync(path, file.text);
      const { env, cwd, home } = workspace;
      const running = await spawnPostback(['send', path], { env, cwd, home });
      const count = (network: NetworkName): number => held(workspace.sandbox).get(network)!.length;
      while (count('meta') < 1000) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(count('amazon')).toBe(0);
      running.child.kill('SIGKILL');
      await running.finished;
    },
  );

  test('a network that refuses the grant keeps its own back: the others are not held up', async () => {
    const file = new EventFile();
    for (const network of NETWORK_NAMES) file.add('purchase', NETWORK_CLICKS[network], network);
    const workspace = await createConnectedWorkspace();
    const body = JSON.stringify({ network: 'tiktok' });
    await fetch(`${workspace.sandbox.url}/_sandbox/grants/revoke`, { method: 'POST', body });
    const summary = await workspace.send(file.text, 4, '--wait');
    expect(summary).toMatchObject({
      delivered: NETWORK_NAMES.length - 1,
      pending: 1,
      waiting: { credential: 1 },
    });
    expect(held(workspace.sandbox).get('tiktok')).toEqual([]);
    await fetch(`${workspace.sandbox.url}/_sandbox/grants/restore`, { method: 'POST', body });
    expect(await workspace.send(file.text, 0, '--wait')).toMatchObject({
      delivered: 1,
      skips: { duplicate: NETWORK_NAMES.length - 1 },
    });
    expect(held(workspace.sandbox)).toEqual(sorted(file.expected));
  });
});
