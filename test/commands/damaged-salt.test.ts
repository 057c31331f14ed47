import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/log/sqlite/database/database.js';
import { makeLine, TestWorkspace } from '../kit/test-workspace.js';

test('B5: a log without its salt is an error with a name, and nothing is sent', async () => {
  const workspace = await TestWorkspace.create();
  await workspace.send(makeLine(1), 0);
  const path = join(workspace.home, 'data', 'default', 'delivery.db');
  const database = openDatabase(path, 'normal');
  database.transact(() => database.prepare("DELETE FROM meta WHERE name = 'salt'").run());
  database.close();
  const { code, stderr } = await workspace.run(['send', '-', '--json'], { input: makeLine(2) });
  expect(code, stderr).toBe(1);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'log_damaged', exit: 1 } });
  expect(workspace.sandbox.state.conversions()).toHaveLength(1);
});
