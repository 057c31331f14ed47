import type { LogRow } from '../../../src/log/log-rows.js';
import { expect, test } from 'vitest';
import { logColumns } from '../../../src/cli/log-view.js';
import { printTable } from '../../../src/cli/table.js';
import { createMemoryIO } from '../../kit/memory-io.js';

const ROW: LogRow = {
  time: '2026-11-18T20:14:05.120Z',
  event: 'purchase',
  goal: 'first-purchase',
  network: 'amazon',
  account: '1234567890123',
  status: 'failed',
  http: 207,
  latencyMs: 41,
  attempt: 1,
  eventId: '7f1f2b0e-6a54-4f0a-9d55-0c3b2f4f9a10',
  postbackId: '00112233445566778899aabbccddeeff',
  kind: 'payload',
  reason: 'BAD_REQUEST',
  message: 'no',
  requestId: null,
  run: 'r',
};

test.each([
  [80, ['Time', 'Event', 'Status', 'HTTP', 'Latency', 'Attempt', 'Reason']],
  [100, ['Time', 'Event', 'Status', 'HTTP', 'Reason', 'Event ID']],
  [120, ['Time', 'Event', 'Status', 'HTTP', 'Latency', 'Attempt', 'Reason', 'Event ID']],
  [
    200,
    [
      'Time',
      'Event',
      'Status',
      'HTTP',
      'Latency',
      'Attempt',
      'Goal',
      'Network',
      'Account',
      'Reason',
      'Event ID',
    ],
  ],
])('a terminal of %i columns shows what matters most', async (width, headers) => {
  const { io, stdout } = createMemoryIO(width, { noColor: true });
  await printTable(io, [ROW], logColumns(true), { empty: '' });
  expect(
    stdout.text
      .split('\n')[0]!
      .trim()
      .split(/\s{2,}/),
  ).toEqual(headers);
});
