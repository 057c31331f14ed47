import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/log/database.js';
import { makeErrand, makeLine } from '../kit/errand.js';

test('B5: a log without its salt is an error with a name, and nothing is sent', async () => {
  const errand = await makeErrand();
  await errand.send(makeLine(1), 0);
  const path = join(errand.home, 'data', 'default', 'delivery.db');
  const database = openDatabase(path, 'normal');
  database.transact(() => database.prepare("DELETE FROM meta WHERE name = 'salt'").run());
  database.close();
  const { code, stderr } = await errand.run(['send', '-', '--json'], { input: makeLine(2) });
  expect(code, stderr).toBe(1);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'log_damaged', exit: 1 } });
  expect(errand.sandbox.state.conversions()).toHaveLength(1);
});
