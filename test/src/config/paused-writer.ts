// Child process of config-file.test.ts: pauses itself between reading the file and writing it.
import { writeSync } from 'node:fs';
import { kill, pid } from 'node:process';

import { ConfigFile } from '../../../src/config/config-file.js';

const [directory = ''] = process.argv.slice(2);
const file = new ConfigFile<Record<string, number>>({
  directory,
  name: 'shared',
  version: 1,
  defaults: {},
});
let calls = 0;
await file.update((draft) => {
  calls++;
  draft['paused'] = calls;
  if (calls > 1) return;
  writeSync(1, 'paused\n');
  kill(pid, 'SIGSTOP');
});
