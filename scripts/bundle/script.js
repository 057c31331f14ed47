// One TypeScript file with all that it imports of the sources, as a script that a child process can
// run: for tests of several processes at once, and for the bench.
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pid } from 'node:process';
import { rolldown } from 'rolldown';

const root = join(import.meta.dirname, '..', '..');
// Inside the project, so that the script finds its packages.
const folder = join(root, 'node_modules', '.cache', 'postback', 'scripts');

/** Bundles `source`; returns the script's path. */
export async function bundleScript(source) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${basename(source).replace(/\.ts$/, '')}-${pid}.mjs`);
  const build = await rolldown({
    input: source,
    platform: 'node',
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
  });
  await build.write({ file, format: 'esm', codeSplitting: false });
  await build.close();
  return file;
}
