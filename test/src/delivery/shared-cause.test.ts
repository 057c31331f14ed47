import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { derivePostbackId } from '../../../src/identity/postback-id.js';
import type { JsonObject } from '../../../src/json.js';
import type { BuiltInName } from '../../../src/networks/names.js';
import { readNetworkStates } from '../../../src/status/network-status.js';
import { TestWorkspace } from '../../kit/test-workspace.js';
import { makeLines, makeUuid } from '../../kit/events.js';
import { makeRepeatableGoals, NETWORK_CLICKS, VISIT } from '../../kit/networks.js';
import { describeEach } from '../../kit/stub-gateway.js';

const MESSAGE = 'a required field is missing';
const COUNT = 1000;

type Answer = [status: number, body: unknown];

/** How a network takes a request and how it refuses one whole, without naming an event. */
interface Form {
  ids(body: JsonObject): string[];
  take(count: number): Answer;
  refuse: Answer;
}

const list = (value: unknown): JsonObject[] => value as JsonObject[];
const named = (value: unknown, field: string): string[] =>
  list(value).map((event) => String(event[field]));

const FORMS: Record<BuiltInName, Form> = {
  amazon: {
    ids: ({ eventData }) => named(eventData, 'clientDedupeId'),
    take: (count) => [207, describeEach('capi-v1', count, {})],
    refuse: [400, { code: 'BAD_REQUEST', message: MESSAGE }],
  },
  meta: {
    ids: ({ data }) => named(data, 'event_id'),
    take: (count) => [200, { events_received: count, fbtrace_id: 'A' }],
    refuse: [400, { error: { code: 100, error_subcode: 2804019, message: MESSAGE } }],
  },
  tiktok: {
    ids: ({ data }) => named(data, 'event_id'),
    take: () => [200, { code: 0, message: 'OK', request_id: '1' }],
    refuse: [200, { code: 40002, message: MESSAGE, request_id: '1' }],
  },
  google: {
    ids: ({ events }) => named(events, 'transactionId'),
    take: () => [200, { requestId: 'g-1' }],
    refuse: [400, { error: { code: 400, status: 'INVALID_ARGUMENT', message: MESSAGE } }],
  },
  reddit: {
    ids: ({ data }) =>
      list((data as JsonObject)['events']).map((event) =>
        String((event['metadata'] as JsonObject)['conversion_id']),
      ),
    take: (count) => [
      200,
      { data: { message: `Successfully processed ${count} conversion events.` } },
    ],
    refuse: [400, { error: { code: 400, message: MESSAGE } }],
  },
  applovin: {
    ids: ({ events }) => named(events, 'dedupe_id'),
    take: () => [200, {}],
    refuse: [400, { message: MESSAGE }],
  },
  pinterest: {
    ids: ({ data }) => named(data, 'event_id'),
    take: (count) => [200, { events: new Array<JsonObject>(count).fill({ status: 'processed' }) }],
    refuse: [400, { code: 1, message: MESSAGE }],
  },
  snapchat: {
    ids: ({ data }) => named(data, 'event_id'),
    take: () => [200, { status: 'VALID', reason: 'Events have been processed successfully.' }],
    refuse: [400, { status: 'INVALID', reason: MESSAGE }],
  },
  x: {
    ids: ({ conversions }) => named(conversions, 'conversion_id'),
    take: (count) => [200, { data: { conversions_processed: count, debug_id: 'x' } }],
    refuse: [
      400,
      { errors: [{ code: 'INVALID_PARAMETER', message: MESSAGE, parameter: 'identifiers' }] },
    ],
  },
};

interface Stub {
  workspace: TestWorkspace;
  requests: string[][];
  accepted: Map<string, number>;
}

/**
 * A gateway that refuses every request with a bad event in it; `answer`: instead, for a request
 * with bad ones.
 */
async function openStub(
  network: BuiltInName,
  isBad: (id: string) => boolean,
  answer?: (ids: string[]) => Answer,
): Promise<Stub> {
  const form = FORMS[network];
  const requests: string[][] = [];
  const accepted = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const reply = ([status, body]: Answer): void => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      };
      const isToken = /token/.test(request.url?.split('?')[0] ?? '');
      if (isToken)
        return reply([200, { access_token: 'Atza|t', token_type: 'bearer', expires_in: 3600 }]);
      if (request.method === 'GET') return reply([404, {}]);
      const ids = form.ids(JSON.parse(Buffer.concat(chunks).toString()) as JsonObject);
      requests.push(ids);
      if (ids.some(isBad)) return reply(answer ? answer(ids) : form.refuse);
      for (const id of ids) accepted.set(id, (accepted.get(id) ?? 0) + 1);
      reply(form.take(ids.length));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const workspace = await TestWorkspace.createInProcess({
    networks: 'all',
    goals: makeRepeatableGoals(),
    env: { POSTBACK_GATEWAY: url },
  });
  return { workspace, requests, accepted };
}

/** Purchases with clicks of one network; `changes` replaces properties of single ones. */
function makeInput(
  workspace: TestWorkspace,
  network: BuiltInName,
  count: number,
  changes: Record<number, JsonObject> = {},
): string {
  const properties = {
    utm_source: undefined,
    utm_medium: undefined,
    ...VISIT,
    ...NETWORK_CLICKS[network],
  };
  const lines = makeLines(count, workspace.clock.now(), 3_600_000, properties)
    .trimEnd()
    .split('\n');
  for (const [index, change] of Object.entries(changes)) {
    const line = JSON.parse(lines[Number(index)]!) as { properties: JsonObject };
    lines[Number(index)] = JSON.stringify({
      ...line,
      properties: { ...line.properties, ...change },
    });
  }
  return `${lines.join('\n')}\n`;
}

const idOf = (network: BuiltInName, number: number): string =>
  derivePostbackId('default', network, 'first-purchase', makeUuid(number));

/** Every good one was taken once, every bad one never, and what was sent is final. */
function expectSorted(
  { accepted }: Stub,
  network: BuiltInName,
  count: number,
  bad: ReadonlySet<string>,
): void {
  const good = Array.from({ length: count }, (_, number) => idOf(network, number)).filter(
    (id) => !bad.has(id),
  );
  expect([...accepted.keys()].toSorted()).toEqual(good.toSorted());
  expect(new Set(accepted.values())).toEqual(new Set([1]));
}

const NETWORKS = Object.keys(FORMS) as BuiltInName[];

describe.each(NETWORKS)('%s: a refusal of whole batches', (network) => {
  test('a mistake that every event shares costs at most 12 requests of 1,000 events, and the rest waits', async () => {
    const stub = await openStub(network, () => true);
    const summary = await stub.workspace.deliver(makeInput(stub.workspace, network, COUNT));
    expect(stub.requests.length).toBeLessThanOrEqual(12);
    expect(summary).toMatchObject({ delivered: 0, postbacks: COUNT });
    expect(summary.failed + summary.pending).toBe(COUNT);
    expect(summary.failed).toBeGreaterThan(2);
    expect(summary.waiting.stopped).toBe(summary.pending);
    const singles = stub.requests.filter(({ length }) => length === 1).map(([id]) => id);
    expect(summary.failed).toBe(singles.length);
    const rows = stub.workspace.attempts({ statuses: ['failed', 'retried'] });
    expect(new Set(rows.map(({ reason }) => reason)).size).toBe(1);
    expect(rows.every(({ message }) => message?.includes(MESSAGE))).toBe(true);
    expect(summary.refusals).toMatchObject([
      { network, fix: 'shared_cause', problem: expect.stringContaining(MESSAGE) },
    ]);
    const notices = stub.workspace.notices();
    expect(notices).toEqual([
      expect.stringContaining('rejected every event tried so far for the same reason'),
    ]);
    const status = (await readNetworkStates(stub.workspace.engine)).networks.find(
      (one) => one.network === network,
    );
    expect(`${status?.problem}`).toBe(notices[0]);
  });

  test.each([1, 5])('%d bad of 1,000: every other one is delivered, once', async (count) => {
    const bad = new Set(
      [617, 3, 4, 999, 250].slice(0, count).map((number) => idOf(network, number)),
    );
    const stub = await openStub(network, (id) => bad.has(id));
    const summary = await stub.workspace.deliver(makeInput(stub.workspace, network, COUNT));
    expect(summary.failed).toBe(count);
    expect(summary.waiting.stopped).toBe(0);
    expectSorted(stub, network, COUNT, bad);
    // Two requests a halving, ten halvings deep at most, and the first tries of each batch.
    expect(stub.requests.length).toBeLessThanOrEqual(20 + count * 2 * 10);
  });

  test('half of 300 bad: every good one is delivered, once', async () => {
    const count = 300;
    // By a hash of the number, so that no pattern is in it.
    const numbers = Array.from({ length: count }, (_, number) => number).filter(
      (number) => (number * 7919) % 13 < 6.5,
    );
    const bad = new Set(numbers.map((number) => idOf(network, number)));
    const stub = await openStub(network, (id) => bad.has(id));
    const summary = await stub.workspace.deliver(makeInput(stub.workspace, network, count));
    expect(summary).toMatchObject({ failed: bad.size, waiting: { stopped: 0 } });
    expectSorted(stub, network, count, bad);
  });

  test('all bad but one, which differs from them: it is delivered', async () => {
    const count = 100;
    const odd = 57;
    const bad = new Set(Array.from({ length: count }, (_, number) => idOf(network, number)));
    bad.delete(idOf(network, odd));
    const stub = await openStub(network, (id) => bad.has(id));
    const input = makeInput(stub.workspace, network, count, {
      [odd]: network === 'amazon' ? { country: 'CA' } : { email: undefined },
    });
    const summary = await stub.workspace.deliver(input);
    expect(summary).toMatchObject({ failed: count - 1, waiting: { stopped: 0 } });
    expectSorted(stub, network, count, bad);
  });
});

describe('a network that names one bad event a request', () => {
  test('all 1,000 bad: the rest waits after a few requests', async () => {
    const stub = await openStub(
      'tiktok',
      () => true,
      () => [200, { code: 40002, message: `Batch.0.properties.value: ${MESSAGE}` }],
    );
    const summary = await stub.workspace.deliver(makeInput(stub.workspace, 'tiktok', COUNT));
    expect(stub.requests.length).toBeLessThanOrEqual(12);
    expect(summary.failed + summary.pending).toBe(COUNT);
    expect(summary.delivered).toBe(0);
  });

  test('30 bad of 100: every good one is delivered', async () => {
    const bad = new Set(Array.from({ length: 30 }, (_, number) => idOf('tiktok', number * 3)));
    const stub = await openStub(
      'tiktok',
      (id) => bad.has(id),
      (ids) => [
        200,
        { code: 40002, message: `Batch.${ids.findIndex((id) => bad.has(id))}.event: ${MESSAGE}` },
      ],
    );
    expect(await stub.workspace.deliver(makeInput(stub.workspace, 'tiktok', 100))).toMatchObject({
      delivered: 70,
      failed: 30,
    });
    expectSorted(stub, 'tiktok', 100, bad);
  });
});

describe('a wrong version or address', () => {
  test('of a large file: no more requests after a few, and what was not sent waits', async () => {
    const stub = await openStub(
      'amazon',
      () => true,
      () => [415, { message: 'Unsupported Media Type' }],
    );
    const summary = await stub.workspace.deliver(makeInput(stub.workspace, 'amazon', 5000));
    expect(stub.requests.length).toBeLessThanOrEqual(12);
    expect(summary.failed + summary.pending).toBe(5000);
    expect(summary.waiting.stopped).toBe(summary.pending);
  });

  test('once it is corrected, the same input delivers what waits, and replay what failed', async () => {
    let isWrong = true;
    const stub = await openStub('meta', () => isWrong);
    const first = await stub.workspace.deliver(makeInput(stub.workspace, 'meta', 200));
    isWrong = false;
    const second = await stub.workspace.deliver(makeInput(stub.workspace, 'meta', 200));
    expect(second).toMatchObject({
      delivered: first.pending,
      failed: 0,
      pending: 0,
      skips: { duplicate: first.failed },
    });
  });
});
