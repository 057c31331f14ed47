// Child process of config-file.test.ts: writes 100 keys of its own, one update each, into a file
// shared with others.
import { ConfigFile } from '../../../src/config/config-file.js';

const [directory, writer] = process.argv.slice(2) as [string, string];
const file = new ConfigFile<Record<string, number>>({
  directory,
  name: 'shared',
  version: 1,
  defaults: {},
});
for (let index = 0; index < 100; index++) {
  await file.update((draft) => {
    draft[`${writer}-${index}`] = index;
  });
}
