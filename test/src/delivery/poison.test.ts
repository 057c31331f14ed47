import { describe, expect, it } from 'vitest';

import { derivePostbackId } from '../../../src/identity/postback-id.js';
import { PURCHASE_GOAL, TestWorkspace } from '../../kit/test-workspace.js';
import { makeLines, makeUuid } from '../../kit/events.js';
import { SEED } from '../../kit/seed.js';
import { makeSeededRandom } from '../../kit/seeded-random.js';
import {
  type Contract,
  describeEach,
  startStubGateway,
  type StubAnswer,
} from '../../kit/stub-gateway.js';

const MESSAGE = 'the value of name is not valid';
const SIZES: Record<Contract, number> = { 'capi-v1': 100, 'events-api': 500 };
const MAPPINGS = {
  'capi-v1': '1234567891',
  'events-api': { name: 'Purchase', type: 'OFF_AMAZON_PURCHASES', source: 'WEBSITE' },
};

/** Dedupe id of the event with this number. */
function idOf(number: number): string {
  return derivePostbackId('default', 'amazon', PURCHASE_GOAL.id, makeUuid(number));
}

/**
 * What the network answers to a request; `bad`: where the poisoned event is in it, -1 where it is
 * not.
 */
type Shape = (contract: Contract, ids: string[], bad: number, request: number) => StubAnswer;

function takeOthers(contract: Contract, ids: string[], bad: number): StubAnswer {
  const rejected = bad === -1 ? [] : [bad];
  const body = describeEach(contract, ids.length, { rejected, message: MESSAGE });
  return { status: 207, body, accepts: ids.filter((_, index) => index !== bad) };
}

function refuse(contract: Contract, status: number, code: string): StubAnswer {
  const body =
    contract === 'capi-v1'
      ? { code: String(status), message: MESSAGE }
      : { code, message: MESSAGE };
  return { status, body, accepts: [] };
}

/**
 * With what becomes of the bad one, and whether a neighbour may be sent again: only where the
 * answer was lost.
 */
const SHAPES: [
  name: string,
  shape: Shape,
  fate: 'failed' | 'pending' | 'delivered',
  mayRepeat?: boolean,
][] = [
  ['refuses it by its index in a 207', takeOthers, 'failed'],
  [
    'refuses the whole request with 400',
    (contract, ids, bad) =>
      bad === -1 ? takeOthers(contract, ids, bad) : refuse(contract, 400, 'FIELD_VALUE_IS_INVALID'),
    'failed',
  ],
  [
    'refuses the whole request with 400 and no word',
    (contract, ids, bad) =>
      bad === -1 ? takeOthers(contract, ids, bad) : { status: 400, body: MESSAGE, accepts: [] },
    'failed',
  ],
  [
    'finds the request with it too large',
    (contract, ids, bad) =>
      bad === -1 ? takeOthers(contract, ids, bad) : refuse(contract, 413, 'TOO_LARGE'),
    'failed',
  ],
  [
    'finds requests of more than 30 too large, and refuses it by its index',
    (contract, ids, bad) =>
      ids.length > 30 ? refuse(contract, 413, 'TOO_LARGE') : takeOthers(contract, ids, bad),
    'failed',
  ],
  [
    'never mentions it',
    (contract, ids, bad) => ({
      status: 207,
      body: describeEach(contract, ids.length, { silent: bad === -1 ? [] : [bad] }),
      accepts: ids.filter((_, index) => index !== bad),
    }),
    'pending',
  ],
  [
    'takes it and does not mention it the first time',
    (contract, ids, bad, request) => ({
      status: 207,
      body: describeEach(contract, ids.length, { silent: request === 1 ? [bad] : [] }),
      accepts: ids,
    }),
    'delivered',
  ],
  [
    'takes the others, and the first answer is cut off',
    (contract, ids, bad, request) => ({ ...takeOthers(contract, ids, bad), cut: request === 1 }),
    'failed',
    true,
  ],
  [
    'mentions it as taken and as refused',
    (contract, ids, bad) => {
      const { success, error } = describeEach(contract, ids.length, {
        rejected: [bad],
        message: MESSAGE,
      }) as {
        success: object[];
        error: object[];
      };
      const twice = { index: bad + (contract === 'capi-v1' ? 1 : 0) };
      return { status: 207, body: { success: [...success, twice], error }, accepts: ids };
    },
    'failed',
  ],
];

const random = makeSeededRandom(SEED);

describe.each(['capi-v1', 'events-api'] as const)('one bad event in a batch of %s', (contract) => {
  const count = SIZES[contract];
  const places = {
    first: 0,
    middle: count / 2,
    last: count - 1,
    random: Math.floor(random() * count),
  };
  const cases = SHAPES.flatMap(([name, shape, fate, mayRepeat = false]) =>
    Object.entries(places).map(([place, position]) => ({
      name,
      place,
      position,
      shape,
      fate,
      mayRepeat,
    })),
  );

  it.each(cases)(
    '$place ($position): the network $name',
    async ({ position, shape, fate, mayRepeat }) => {
      const badId = idOf(position);
      const stub = await startStubGateway((ids, request) =>
        shape(contract, ids, ids.indexOf(badId), request),
      );
      const workspace = await TestWorkspace.createInProcess({
        goals: [{ ...PURCHASE_GOAL, map: { amazon: MAPPINGS[contract] } }],
        env: { POSTBACK_GATEWAY: stub.url, POSTBACK_AMAZON_API: contract },
      });
      const summary = await workspace.deliver(makeLines(count, workspace.clock.now()));
      const others = count - 1;
      const expected = {
        failed: 0,
        pending: 0,
        delivered: others,
        ...(fate === 'delivered' ? {} : { [fate]: 1 }),
      };
      expect(summary).toMatchObject(
        fate === 'delivered' ? { ...expected, delivered: count } : expected,
      );
      expect(stub.requests[0]).toHaveLength(count);

      // Each neighbour was taken, and once: what was accepted never left again.
      const neighbours = Array.from({ length: count }, (_, number) => number).filter(
        (number) => number !== position,
      );
      const times = new Set(neighbours.map((number) => stub.accepted.get(idOf(number)) ?? 0));
      expect([...times]).toEqual(mayRepeat ? [2] : [1]);

      const rows = workspace.attempts({ statuses: ['failed'] });
      if (fate !== 'failed') {
        expect(rows).toEqual([]);
        return;
      }
      expect(rows).toMatchObject([
        {
          postbackId: badId,
          eventId: makeUuid(position),
          message: expect.stringContaining(MESSAGE),
        },
      ]);
      expect(workspace.updates.some(({ type }) => type === 'notice')).toBe(false);
    },
  );
});

describe('several bad events', () => {
  it('are found by halving without a request too many, and the rest is delivered', async () => {
    const bad = new Set([3, 4, 250, 499].map(idOf));
    const stub = await startStubGateway((ids) =>
      ids.some((id) => bad.has(id))
        ? refuse('events-api', 400, 'FIELD_VALUE_IS_INVALID')
        : takeOthers('events-api', ids, -1),
    );
    const workspace = await TestWorkspace.createInProcess({
      goals: [{ ...PURCHASE_GOAL, map: { amazon: MAPPINGS['events-api'] } }],
      env: { POSTBACK_GATEWAY: stub.url, POSTBACK_AMAZON_API: 'events-api' },
    });
    expect(await workspace.deliver(makeLines(500, workspace.clock.now()))).toMatchObject({
      delivered: 496,
      failed: 4,
      pending: 0,
    });
    expect([...stub.accepted.values()].every((times) => times === 1)).toBe(true);
    // Two requests a halving, ten halvings deep at most, for each of them.
    expect(stub.requests.length).toBeLessThanOrEqual(1 + 4 * 2 * 10);
    expect(
      workspace
        .attempts({ statuses: ['failed'] })
        .map(({ postbackId }) => postbackId)
        .toSorted(),
    ).toEqual([...bad].toSorted());
    // For good: the same input makes no request.
    const { length } = stub.requests;
    expect((await workspace.deliver(makeLines(500, workspace.clock.now()))).skips).toEqual({
      duplicate: 500,
    });
    expect(stub.requests).toHaveLength(length);
  });
});
