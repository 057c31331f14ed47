// Copies the SQLite binaries of its package to dist, because a bundler cannot include them.
// binding.js and src/log/sqlite/database/sqlite-binding.ts load them. The program therefore needs
// no further package and no install script.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const folder = dirname(require.resolve('@photostructure/sqlite/package.json'));

/** The folder of dist that has SQLite. */
export const PLACE = 'sqlite';

/** Another package that is compiled into the binaries. Its license is included. */
export const COMPILED_IN = [
  createRequire(join(folder, 'package.json')).resolve('node-addon-api/package.json'),
];

/** Bytes by name in dist: `sqlite/linux-x64-musl.node`, `sqlite/darwin-arm64.node`. */
export function readBinaries() {
  const prebuilds = join(folder, 'prebuilds');
  const binaries = readdirSync(prebuilds).flatMap((machine) =>
    readdirSync(join(prebuilds, machine)).map((file) => [
      `${PLACE}/${nameBinary(machine, file)}`,
      readFileSync(join(prebuilds, machine, file)),
    ]),
  );
  if (binaries.length === 0) throw new Error(`There are no binaries in ${prebuilds}.`);
  return binaries;
}

/**
 * `linux-x64` and `@photostructure+sqlite.musl.node`: only Linux has more than one C library,
 * though each file names one.
 */
function nameBinary(machine, file) {
  const [, library] = /\.(glibc|musl)\.node$/.exec(file) ?? [];
  if (!library)
    throw new Error(`A binary of SQLite has another name than it had: ${machine}/${file}`);
  return machine.startsWith('linux-') ? `${machine}-${library}.node` : `${machine}.node`;
}
