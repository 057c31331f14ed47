// The program as it is started: commands, engine and packages in few files. Node spends most of a short command's time on finding,
// reading and compiling modules, so what a command does not need is not in the files that it loads (docs/performance.md, start).
// CommonJS, because on Node 20 the loader of ES modules alone costs 10 ms.
import { createRequire } from 'node:module';
import { posix } from 'node:path';
import { rolldown } from 'rolldown';
import { loadRequiresLate } from './late-requires.js';
import { collectNotices } from './notices.js';
import { trimOclif } from './trim-oclif.js';

const resolveModule = createRequire(import.meta.url).resolve;

/** The only package that is installed beside the program: its binaries cannot be bundled. */
const INSTALLED = ['@photostructure/sqlite'];

/** Tables that few events need, each in a file of its own that `createRequire` finds at the first of them. */
const TABLES = {
  'lib/phone-numbers': 'libphonenumber-js/min',
  'lib/countries': 'i18n-iso-countries/index.js',
  'lib/country-names': 'i18n-iso-countries/langs/en.json',
};

/** What every start needs; what help, and what a command, needs of oclif besides. `base`, below, is what most commands need of ours. */
const START = anyOf(
  'rolldown/runtime',
  '@oclif/core/',
  '_face/(?:exit-codes|interruption|table-layout)\\.',
  'scripts/bundle/stand-ins/',
  'node_modules/(?:ansis|ansi-regex|clean-stack|escape-string-regexp|has-flag|strip-ansi|supports-color|wordwrap)/',
);
const HELP = anyOf(
  '@oclif/core/lib/help/(?:command|docopts|formatter|root)\\.',
  'scripts/bundle/stand-ins/(?:ansi-styles|string-width)\\.',
  'node_modules/(?:emoji-regex|indent-string|is-fullwidth-code-point|string-width|widest-line|wrap-ansi)/',
);
const PARSER = anyOf('@oclif/core/lib/(?:parser/|(?:args|command|flags)\\.)');
/** What a command that looks at settings, goals and connections does not need of the networks. */
const ROOMS = anyOf('src/networks/(?:registry|\\w+/)', 'src/identity/');
/** What nearly every command needs of ours, with what that imports. */
const BASE = anyOf('commands/_face/workspace-command\\.', 'src/workspace\\.');

/**
 * Bundles `entries` (name of the file in `dist` to source, both from `root`).
 *
 * @returns files of dist by name, the chunks before the entries that need them, so that they can be written in this order.
 */
export async function bundle({ root, entries }) {
  const tables = Object.fromEntries(Object.entries(TABLES).map(([name, id]) => [name, resolveModule(id)]));
  const build = await rolldown({
    cwd: root,
    input: { ...entries, ...tables },
    platform: 'node',
    preserveEntrySignatures: 'allow-extension',
    external: INSTALLED,
    // Module wrappers in brackets are compiled at once; most of them are never called.
    optimization: { pifeForModuleWrappers: false },
    plugins: [trimOclif(), loadTablesLate(), { name: 'load-requires-late', renderChunk: loadRequiresLate }],
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
    // A file costs 0.3 ms to find and read, whatever is in it: what most commands need is one file, the rest few.
    codeSplitting: {
      groups: [
        { name: 'help', test: HELP, priority: 4, includeDependenciesRecursively: false },
        { name: 'parser', test: PARSER, priority: 3, includeDependenciesRecursively: false },
        { name: 'start', test: START, priority: 2, includeDependenciesRecursively: false },
        { name: 'rooms', test: ROOMS, priority: 2, includeDependenciesRecursively: false },
        { name: 'base', test: BASE, priority: 1 },
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
    ['THIRD-PARTY-LICENSES.txt', collectNotices(output.flatMap(({ moduleIds }) => moduleIds))],
    ...files.map(({ fileName, code }) => [fileName, toAscii(nameTables(fileName, code))]),
  ]);
}

/** Sources load a table with `createRequire`; in the bundle that is a plain `require` of the table's file. */
function loadTablesLate() {
  const nameOf = new Map(Object.entries(TABLES).map(([name, id]) => [id, name]));
  return {
    name: 'load-tables-late',
    resolveId(id, importer) {
      return importer && nameOf.has(id) ? { id: `table:${nameOf.get(id)}`, external: true } : undefined;
    },
    transform: {
      filter: { id: /[\\/]src[\\/].*\.ts$/, code: 'createRequire' },
      handler: (code) =>
        code
          .replace(/^import \{ createRequire \} from 'node:module';$/m, '')
          .replace('const require = createRequire(import.meta.url);', '')
          .replace('createRequire(import.meta.url)(', 'require('),
    },
  };
}

/** A file's text with the tables by their place as seen from it. */
function nameTables(fileName, code) {
  return code.replaceAll(/require\("table:([^"]+)"\)/g, (_all, name) => {
    const path = posix.relative(posix.dirname(fileName), `${name}.js`);
    return `require("${path.startsWith('.') ? path : `./${path}`}")`;
  });
}

/** The same text in ASCII: V8 reads and keeps a text with one other character at twice the size, and compiles it more slowly. */
function toAscii(code) {
  return code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A pattern of files that have one of `places` in their path. */
function anyOf(...places) {
  return new RegExp(places.join('|').replaceAll('/', '[\\\\/]'));
}
