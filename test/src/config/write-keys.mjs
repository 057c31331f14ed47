// Child process of config-file.test.ts: writes 100 keys of its own, one update each, into a file shared with others.
import { ConfigFile } from '../../../dist/src/config/config-file.js';

const [directory, writer] = process.argv.slice(2);
const file = new ConfigFile({ directory, name: 'shared', version: 1, defaults: {} });
for (let index = 0; index < 100; index++) {
  await file.update((draft) => {
    draft[`${writer}-${index}`] = index;
  });
}
