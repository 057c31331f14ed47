// A log of so many deliveries of the last month, one in a hundred refused, written by the log's own
// code. Usage: history.mjs LOG COUNT
import type { Clock } from '../../src/clock.js';
import { derivePostbackId } from '../../src/identity/postback-id.js';
import { SqliteDeliveryLog } from '../../src/log/sqlite/sqlite-delivery-log.js';
import type { Entry, EntryVerdict } from '../../src/log/entry.js';
import { systemRandom } from '../../src/random.js';

const BATCH = 500;
const MONTH_MS = 30 * 86_400_000;
const DELIVERED: EntryVerdict = {
  status: 'success',
  outcome: { kind: 'delivered', reason: 'accepted' },
};
const REFUSED: EntryVerdict = {
  status: 'failed',
  outcome: { kind: 'payload', reason: 'FIELD_VALUE_IS_INVALID', message: 'value is wrong' },
  rowState: 'failed',
};

const [path, countText] = process.argv.slice(2) as [string, string];
const count = Number(countText);
const startMs = Date.now() - MONTH_MS;
let nowMs = startMs;
const clock: Clock = { now: () => nowMs, sleep: () => Promise.resolve() };
const options = {
  path,
  workspace: 'default',
  synchronous: 'normal',
  keepDelivered: 20_000,
  keepSkips: 100_000,
} as const;
const log = SqliteDeliveryLog.open({ ...options, clock, random: systemRandom }, 'send');
for (let first = 0; first < count; first += BATCH) {
  nowMs = startMs + Math.floor((first / count) * MONTH_MS);
  const entries = Array.from({ length: Math.min(BATCH, count - first) }, (_, index) =>
    makeEntry(first + index),
  );
  const { open } = await log.begin({ account: '1234567890123', entries: entries });
  const verdicts = entries.map((_, index) => (index % 100 === 99 ? REFUSED : DELIVERED));
  if (open)
    await log.finish({
      account: '1234567890123',
      open,
      result: { http: 207, latencyMs: 40, verdicts },
      again: [],
    });
}
await log.close({});
console.log(makeEntry(Math.floor(count / 2)).postback.eventId);

function makeEntry(number: number): Entry {
  const eventId = makeUuid(number);
  const id = derivePostbackId('default', 'amazon', 'purchase', eventId);
  const eventTimeMs = nowMs - 60_000;
  const money = { value: '9.99', currency: 'USD' };
  const names = {
    goal: 'purchase',
    goalName: 'purchase',
    event: 'purchase',
    network: 'amazon',
  } as const;
  return {
    attempts: 0,
    postback: {
      id,
      dedupeId: id,
      ...names,
      eventId,
      eventTimeMs,
      test: false,
      ...money,
      facts: {},
    },
  };
}

/**
 * A UUID whose digits are spread as a random one's are, and that no event of the bench's files has.
 */
function makeUuid(number: number): string {
  const spread = (salt: number): string =>
    ((Math.imul(number + salt, 2_654_435_761) ^ (number >>> 3)) >>> 0)
      .toString(16)
      .padStart(8, '0');
  const hex = `${number.toString(16).padStart(8, '0')}${spread(1)}${spread(7)}${spread(13)}`;
  return `${hex.slice(8, 16)}-${hex.slice(0, 4)}-7${hex.slice(17, 20)}-9${hex.slice(21, 24)}-${hex.slice(4, 8)}${hex.slice(24, 32)}`;
}
