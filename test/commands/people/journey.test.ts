import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ago, makeLine, TestWorkspace } from '../../kit/test-workspace.js';

const DAY_MS = 86_400_000;

const VISIT = { type: 'page', eventName: undefined, userId: undefined, anonymousId: 'visitor' };
const AMAZON = { utm_source: 'amazon_ads', utm_medium: 'amazon' };
const NOTHING = { utm_source: undefined, utm_medium: undefined };

function visit(
  number: number,
  ageMs: number,
  click: object = AMAZON,
  changes: object = {},
): string {
  return makeLine(
    number,
    { ...VISIT, eventTimestamp: ago(ageMs), ...changes },
    { ...NOTHING, ...click },
  );
}

function purchase(
  number: number,
  ageMs: number,
  changes: object = {},
  properties: object = {},
): string {
  return makeLine(
    number,
    { eventTimestamp: ago(ageMs), ...changes },
    { ...NOTHING, ...properties },
  );
}

describe('a click that came earlier', () => {
  it('on day 1, an alias on day 2 and a purchase on day 3, in files of their own, are one journey', async () => {
    const workspace = await TestWorkspace.create();
    const alias = {
      type: 'alias',
      eventName: undefined,
      fromId: 'visitor',
      toId: 'user',
      userId: undefined,
    };
    expect(await workspace.send(visit(1, 3 * DAY_MS), 0)).toMatchObject({
      events: 1,
      postbacks: 0,
      skipped: 0,
    });
    await workspace.send(
      makeLine(2, { ...alias, anonymousId: undefined, eventTimestamp: ago(2 * DAY_MS) }, NOTHING),
      0,
    );
    const bought = purchase(3, DAY_MS, { userId: 'user', anonymousId: 'game-install' });
    expect(await workspace.send(bought, 0)).toMatchObject({
      delivered: 1,
      networks: { amazon: { delivered: 1 } },
    });
  });

  const anonymous = { userId: undefined, anonymousId: 'visitor' };
  const cases: [string, string[], object][] = [
    [
      'counts when it is further down in the file',
      [purchase(2, 60_000, anonymous), visit(1, DAY_MS)],
      { delivered: 1 },
    ],
    [
      'counts for its player only',
      [visit(1, DAY_MS), purchase(2, 60_000)],
      { skips: { organic: 1 } },
    ],
    [
      'does not count when it is younger than the purchase',
      [purchase(2, DAY_MS, anonymous), visit(1, 60_000)],
      { skips: { organic: 1 } },
    ],
    [
      'does not count after 30 days',
      [visit(1, 31 * DAY_MS), purchase(2, 60_000, anonymous)],
      { skips: { organic: 1 } },
    ],
    [
      'is beaten by a later paid one',
      [visit(1, 2 * DAY_MS), visit(3, DAY_MS, { gclid: 'g' }), purchase(2, 60_000, anonymous)],
      { skips: { not_connected: 1 } },
    ],
    [
      'is not beaten by an organic visit',
      [
        visit(1, 2 * DAY_MS),
        visit(3, DAY_MS, { utm_source: 'newsletter' }),
        purchase(2, 60_000, anonymous),
      ],
      { delivered: 1 },
    ],
    [
      'does not count without consent',
      [visit(1, DAY_MS, AMAZON, { consentLevel: 'none' }), purchase(2, 60_000, anonymous)],
      { skips: { organic: 1 } },
    ],
    [
      'loses to the click on the line itself',
      [visit(1, DAY_MS), purchase(2, 60_000, anonymous, { ttclid: 't' })],
      { skips: { not_connected: 1 } },
    ],
    [
      'counts from a sign-up too',
      [
        makeLine(1, { eventName: 'sign_up', ...anonymous, eventTimestamp: ago(DAY_MS) }, AMAZON),
        purchase(2, 60_000, anonymous),
      ],
      { delivered: 1, skips: { no_goal: 1 } },
    ],
  ];
  it.each(cases)('%s', async (_, lines, expected) => {
    const workspace = await TestWorkspace.create();
    const file = join(workspace.cwd, 'events.jsonl');
    writeFileSync(file, `${lines.join('\n')}\n`);
    const dry = await workspace.run(['send', file, '--dry-run', '--json']);
    const { stdout, stderr } = await workspace.run(['send', file, '--json']);
    expect(JSON.parse(stdout), stderr).toMatchObject(expected);
    // A dry run sees the same, and remembers nothing.
    const { delivered, skips } = JSON.parse(stdout) as { delivered: number; skips: object };
    expect(JSON.parse(dry.stdout)).toMatchObject({
      postbacks: delivered + ('not_connected' in skips ? 1 : 0),
      skips,
    });
  });

  it('is looked for as far back as the setting says', async () => {
    const workspace = await TestWorkspace.create({ settings: { 'attribution.windowDays': 2 } });
    await workspace.send(visit(1, 3 * DAY_MS), 0);
    expect(
      await workspace.send(purchase(2, 60_000, { userId: undefined, anonymousId: 'visitor' }), 0),
    ).toMatchObject({
      skips: { organic: 1 },
    });
  });
});
