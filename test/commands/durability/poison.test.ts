import { expect, it } from 'vitest';

import { derivePostbackId } from '../../../src/identity/postback-id.js';
import { makeErrand, makeFile, PURCHASE_GOAL } from '../../kit/errand.js';
import { makeUuid } from '../../kit/events.js';
import { describeEach, startStandIn } from '../../kit/stand-in.js';

it('one bad event in a refused batch: exit 3, the network is quoted, the neighbours arrive once', async () => {
  const badId = derivePostbackId('default', 'amazon', PURCHASE_GOAL.id, makeUuid(77));
  const standIn = await startStandIn((ids) =>
    ids.includes(badId)
      ? { status: 400, body: { code: 'BAD_REQUEST', message: 'name has a forbidden character' }, accepts: [] }
      : { status: 207, body: describeEach('capi-v1', ids.length, {}), accepts: ids },
  );
  const errand = await makeErrand({ env: { POSTBACK_GATEWAY: standIn.url } });
  const summary = await errand.send(makeFile(100), 3);
  expect(summary).toMatchObject({ delivered: 99, failed: 1, failures: { payload: 1 }, pending: 0 });
  expect([...standIn.accepted.values()].filter((times) => times !== 1)).toEqual([]);
  expect(standIn.accepted.size).toBe(99);
  const failed = await errand.logs('--status', 'failed');
  expect(failed).toMatchObject([{ eventId: makeUuid(77), http: 400, message: 'name has a forbidden character' }]);
});
