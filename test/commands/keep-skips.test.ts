import { expect, test } from 'vitest';
import { makeLine, TestWorkspace } from '../kit/test-workspace.js';

test('log.keepSkips: older skips without a goal are counted, and logs and explain say so', async () => {
  const workspace = await TestWorkspace.create();
  expect((await workspace.run(['config', 'set', 'log.keepSkips', '10'])).code).toBe(0);
  const lines = Array.from({ length: 60 }, (_, index) =>
    makeLine(index, { messageId: `other-${index}`, eventName: 'store_visit' }),
  );
  const sent = await workspace.run(['send', '-', '--json'], { input: lines.join('\n') });
  expect(sent.code, sent.stderr).toBe(0);
  expect(JSON.parse(sent.stdout)).toMatchObject({ skipped: 60, skips: { no_goal: 60 } });

  const logs = await workspace.run(['logs', '--status', 'skipped', '--json']);
  const ids = logs.stdout
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row).eventId);
  expect(ids).toEqual(Array.from({ length: 10 }, (_, index) => `other-${index + 50}`));
  const told = await workspace.run(['logs', '--status', 'skipped']);
  expect(told.stderr).toContain('50 older skips without a goal or network are counted');
  expect((await workspace.run(['logs', '--reason', 'no_goal'])).code).toBe(0);

  const explained = await workspace.run(['explain', 'other-3']);
  expect(explained.code).toBe(2);
  expect(explained.stderr).toContain('log.keepSkips');
});
