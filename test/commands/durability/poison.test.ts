import { expect, it } from 'vitest';

import { derivePostbackId } from '../../../src/identity/postback-id.js';
import { makeFile, PURCHASE_GOAL, TestWorkspace } from '../../kit/test-workspace.js';
import { makeUuid } from '../../kit/events.js';
import { describeEach, startStubGateway } from '../../kit/stub-gateway.js';

it('one bad event in a refused batch: exit 3, the network is quoted, the neighbours arrive once', async () => {
  const badId = derivePostbackId('default', 'amazon', PURCHASE_GOAL.id, makeUuid(77));
  const stub = await startStubGateway((ids) =>
    ids.includes(badId)
      ? {
          status: 400,
          body: { code: 'BAD_REQUEST', message: 'name has a forbidden character' },
          accepts: [],
        }
      : { status: 207, body: describeEach('capi-v1', ids.length, {}), accepts: ids },
  );
  const workspace = await TestWorkspace.create({ env: { POSTBACK_GATEWAY: stub.url } });
  const summary = await workspace.send(makeFile(100), 3);
  expect(summary).toMatchObject({ delivered: 99, failed: 1, failures: { payload: 1 }, pending: 0 });
  expect([...stub.accepted.values()].filter((times) => times !== 1)).toEqual([]);
  expect(stub.accepted.size).toBe(99);
  const failed = await workspace.logs('--status', 'failed');
  expect(failed).toMatchObject([
    { eventId: makeUuid(77), http: 400, message: 'name has a forbidden character' },
  ]);
});
