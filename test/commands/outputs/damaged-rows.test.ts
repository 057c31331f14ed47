import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../src/log/database.js';
import { makeErrand, makeLine, steer } from '../../kit/errand.js';

test('C8: a damaged row of the log is named, and is never a fault of postback', async () => {
  const errand = await makeErrand();
  await steer(errand.sandbox, 'POST', '/faults', { status: 503, match: 'eventData' });
  await errand.send(makeLine(1), 5, '--max-attempts', '1');
  const database = openDatabase(join(errand.home, 'data', 'default', 'delivery.db'), 'normal');
  database.transact(() => database.prepare("UPDATE postback SET data = '{bad'").run());
  database.close();
  const calls = [
    { args: ['send', '-'], input: makeLine(1), exit: 1 },
    { args: ['replay', '--state', 'pending', '--yes'], exit: 1 },
    { args: ['stats'], exit: 0 },
    { args: ['logs'], exit: 0 },
    { args: ['status'], exit: 0 },
  ];
  for (const { args, input = '', exit } of calls) {
    const { code, stderr } = await errand.run([...args, '--json'], { input });
    expect([args[0], code], stderr).toEqual([args[0], exit]);
    if (exit === 1) {
      const { error } = JSON.parse(stderr.trim().split('\n').at(-1)!) as { error: { code: string; message: string } };
      expect(error).toMatchObject({
        code: 'log_damaged',
        message: expect.stringMatching(/row of postback [0-9a-f]{32}/),
      });
    }
  }
}, 120_000);
