// The program as it is started: commands, engine and packages in few files. Node spends most of a
// short command's time on finding, reading and compiling modules, so what a command does not need
// is not in the files that it loads (docs/development/performance.md, start). CommonJS, because on
// Node 20 the loader of ES modules alone costs 10 ms.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { collectNotices } from './notices.js';
import { COMPILED_IN, PLACE, readBinaries } from './sqlite/binaries.js';
import { aliasOclif } from './oclif-aliases.js';

const resolveModule = createRequire(import.meta.url).resolve;

/**
 * Modules with separate files and fixed names: tables that few events need, and SQLite, which loads
 * binaries from its folder.
 */
const APART = {
  'lib/phone-numbers': 'libphonenumber-js/min',
  [`${PLACE}/index`]: '@photostructure/sqlite',
};

/**
 * What every start needs: oclif and what it imports. Its modules are CommonJS: each is evaluated
 * when it is first required.
 */
const START = anyOf(
  'rolldown/runtime',
  '@oclif/core/',
  'src/cli/(?:entry-point|help|help-topics|exit-codes|interruption|reasons|suggestions|table-layout)\\.',
  'scripts/bundle/(?:oclif|stand-ins)/(?!help-command|load-)',
);
/** What nearly every command needs of ours, with what that imports. */
const BASE = anyOf('src/cli/workspace-command\\.', 'src/workspace\\.');

/**
 * Bundles `entries` (name of the file in `dist` to source, both from `root`).
 *
 * @returns files of dist by name, text or bytes, each before those that need it, so that they can
 *   be written in this order.
 */
export async function bundle({ root, entries }) {
  const apart = Object.fromEntries(
    Object.entries(APART).map(([name, id]) => [name, resolveModule(id)]),
  );
  const build = await rolldown({
    cwd: root,
    input: { ...entries, ...apart },
    platform: 'node',
    preserveEntrySignatures: 'allow-extension',
    // Module wrappers in brackets are compiled at once; most of them are never called.
    optimization: { pifeForModuleWrappers: false },
    plugins: [aliasOclif(), resolveApart(root)],
    onLog(level, log) {
      // What nearly every command imports late is in the file that it has already.
      if (level !== 'debug' && log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT')
        throw new Error(`${level} of the bundler: ${log.message}`);
    },
  });
  const { output } = await build.generate({
    format: 'cjs',
    exports: 'named',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    // A file costs 0.3 ms to find and read, whatever is in it: what most commands need is one file,
    // the rest few.
    codeSplitting: {
      groups: [
        { name: 'start', test: START, priority: 3 },
        { name: 'base', test: BASE, priority: 2 },
        { name: 'common', minShareCount: 20, priority: 1 },
      ],
    },
    // Names stay: a stack trace is what a report of a fault has to show.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  });
  await build.close();
  const files = output.sort((one, other) => Number(one.isEntry) - Number(other.isEntry));
  return new Map([
    ['package.json', '{ "type": "commonjs" }\n'],
    [
      'THIRD-PARTY-LICENSES.txt',
      collectNotices([...output.flatMap(({ moduleIds }) => moduleIds), ...COMPILED_IN]),
    ],
    ...readBinaries(),
    ...files.map(({ fileName, code }) => [fileName, code]),
  ]);
}

/**
 * Resolves what is in a file of its own to that file, and the modules that load it to a plain
 * `require` of it.
 */
function resolveApart(root) {
  // The bundler names it as seen from each file, and counts both from `cwd`.
  const files = new Map(Object.entries(APART).map(([name, id]) => [id, join(root, `${name}.js`)]));
  return {
    name: 'resolve-apart',
    resolveId(id, importer) {
      if (id === 'node-gyp-build')
        return fileURLToPath(new URL('sqlite/binding.js', import.meta.url));
      const [, loader] = /\/(load-sqlite|load-phone-numbers)\.js$/.exec(id) ?? [];
      if (loader) return fileURLToPath(new URL(`stand-ins/${loader}.cjs`, import.meta.url));
      return importer && files.has(id) ? { id: files.get(id), external: 'relative' } : undefined;
    },
  };
}

/** A pattern of files that have one of `places` in their path. */
function anyOf(...places) {
  return new RegExp(places.join('|').replaceAll('/', '[\\\\/]'));
}
