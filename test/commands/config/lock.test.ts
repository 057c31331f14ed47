import { mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { makeFolder, runPostback } from '../../kit/run.js';

test('C10: a command that writes says why it ignored a lock that is dated in the future', async () => {
  const home = await makeFolder();
  const lock = join(home, 'config', 'config.json.lock');
  mkdirSync(lock, { recursive: true });
  const time = Date.now() / 1000 + 3_600;
  utimesSync(lock, time, time);
  const set = await runPostback(['config', 'set', 'delivery.concurrency', '3'], { home });
  expect(set.code, set.stderr).toBe(0);
  expect(set.stderr).toMatch(
    /config\.json\.lock is dated 3[56]\d\d s in the future and was ignored/,
  );
  const get = await runPostback(['config', 'get', 'delivery.concurrency'], { home });
  expect(get.stdout.trim()).toBe('3');
});
