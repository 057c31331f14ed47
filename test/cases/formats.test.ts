import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';

import { type RunSummary, TestWorkspace } from '../kit/test-workspace.js';
import { readInputCase } from '../kit/input-case.js';
import { makeRepeatableGoals } from '../kit/networks.js';

interface DryRun extends RunSummary {
  warnings: Record<string, number>;
  requests: { url: string; body: unknown }[];
}

/** What `send --dry-run` makes of text, with every network connected. */
async function dryRun(
  text: string,
  settings: Record<string, string> = {},
): Promise<DryRun & { stdout: string }> {
  const workspace = await TestWorkspace.create({
    goals: makeRepeatableGoals(),
    networks: 'all',
    settings,
  });
  writeFileSync(join(workspace.cwd, 'events.jsonl'), text);
  const { stdout, stderr } = await workspace.run(['send', 'events.jsonl', '--dry-run', '--json']);
  expect(stdout, stderr).not.toBe('');
  return { ...(JSON.parse(stdout) as DryRun), stdout };
}

const MAID = '7A3CBEA0-BDF5-11E4-8DFC-AA07A5B093DB';
const CONSENTED = { 'consent.default': 'full' };

interface Expected {
  settings?: Record<string, string>;
  postbacks?: number;
  /** Texts that the body of the first request holds. */
  holds?: string[];
  warnings?: Record<string, number>;
}

describe('inputs of public bug reports are counted', () => {
  test.each<[id: string, what: string, expected: Expected]>([
    ['I01', 'Segment with a numeric order_id', { holds: ['60241286212', '9.99'], warnings: {} }],
    ['I02', 'Segment with a numeric product_id', { holds: ['1234', '9.99'], warnings: {} }],
    [
      'I04',
      'a Google upload with a numeric transactionId',
      { holds: ['5.31'], warnings: { assumed_event: 1 } },
    ],
    ['I05', 'Snowplow with a numeric order_id', { settings: CONSENTED, holds: ['50314', '9.99'] }],
    ['I06', 'Segment without messageId', { holds: ['50314'], warnings: { derived_id: 1 } }],
    ['I08', 'two GA4 events of one batch', { postbacks: 2 }],
    ['T01', 'Segment with a time in milliseconds', { holds: ['50314'], warnings: {} }],
    ['T02', 'a CloudEvent with the offset +0000', { holds: ['T-1001'], warnings: {} }],
    [
      'T04',
      'Snowplow from BigQuery with times in " UTC"',
      { settings: CONSENTED, holds: ['T-1'], warnings: {} },
    ],
    [
      'T08',
      'Segment with a time without zone',
      { holds: ['50314'], warnings: { assumed_zone: 1 } },
    ],
    ['V02', 'money as .99', { holds: ['0.99'], warnings: {} }],
    [
      'V04',
      'GA4 with micros of an automatic in_app_purchase',
      { holds: ['9.99', 'USD'], warnings: {} },
    ],
    ['V08', 'money with many digits', { holds: ['9.99'], warnings: {} }],
    [
      'W01',
      "Snowplow's e-commerce plugin",
      { settings: CONSENTED, holds: ['TtlZ3b', '13', 'EUR'], warnings: {} },
    ],
    [
      'W02',
      'Snowplow with snake_case entities',
      { settings: CONSENTED, holds: [MAID], warnings: {} },
    ],
    ['C10', 'click_time in seconds', { holds: ['T-1'], warnings: {} }],
  ])('%s: %s', async (id, _, { settings, postbacks = 1, holds = [], warnings }) => {
    const summary = await dryRun(readInputCase(id), settings);
    expect(summary).toMatchObject({ invalid: 0, postbacks, skipped: 0 });
    expect(summary.requests.every(({ body }) => typeof body === 'object' && body !== null)).toBe(
      true,
    );
    const body = JSON.stringify(summary.requests[0]?.body);
    for (const text of holds) expect(body).toContain(text);
    expect(body).not.toContain('9990000');
    if (warnings) expect(summary.warnings).toEqual(warnings);
  });
});

it('V08: shows money digit for digit in an object', async () => {
  const { requests, stdout } = await dryRun(readInputCase('V08'));
  expect(requests[0]!.body).toBeTypeOf('object');
  expect(stdout).toContain('"value":9.990000000000001');
});

it('C10: takes seconds as seconds, never as 1970', async () => {
  const { requests } = await dryRun(readInputCase('C10'));
  const [, clickedAtMs] = /"fb\.1\.(\d+)\./.exec(JSON.stringify(requests[0]!.body)) ?? [];
  expect(Date.now() - Number(clickedAtMs)).toBeLessThan(2 * 3_600_000);
});
