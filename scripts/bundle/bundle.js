// The program as it is started: commands, engine and packages in few files. Node spends most of a short command's time on finding,
// reading and compiling modules, so what a command does not need is not in the files that it loads (docs/performance.md, start).
// CommonJS, because on Node 20 the loader of ES modules alone costs 10 ms.
import { createRequire } from 'node:module';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { loadRequiresLate } from './late-requires.js';
import { collectNotices } from './notices.js';
import { COMPILED_IN, PLACE, readBinaries } from './sqlite/binaries.js';
import { trimOclif } from './trim-oclif.js';

const resolveModule = createRequire(import.meta.url).resolve;

/** Each in a file of its own, at a place that is known: tables that few events need, and SQLite, which has its binaries beside it. */
const APART = {
  'lib/phone-numbers': 'libphonenumber-js/min',
  [`${PLACE}/index`]: '@photostructure/sqlite',
};

/** What every start needs; what help, and what a command, needs of oclif besides. `base`, below, is what most commands need of ours. */
const START = anyOf(
  'rolldown/runtime',
  '@oclif/core/',
  '_face/(?:code-keeper|exit-codes|interruption|table-layout)\\.',
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
 * @returns files of dist by name, text or bytes, each before those that need it, so that they can be written in this order.
 */
export async function bundle({ root, entries }) {
  const apart = Object.fromEntries(Object.entries(APART).map(([name, id]) => [name, resolveModule(id)]));
  const build = await rolldown({
    cwd: root,
    input: { ...entries, ...apart },
    platform: 'node',
    preserveEntrySignatures: 'allow-extension',
    // Module wrappers in brackets are compiled at once; most of them are never called.
    optimization: { pifeForModuleWrappers: false },
    plugins: [trimOclif(), nameApart(), { name: 'load-requires-late', renderChunk: loadRequiresLate }],
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
    ['THIRD-PARTY-LICENSES.txt', collectNotices([...output.flatMap(({ moduleIds }) => moduleIds), ...COMPILED_IN])],
    ...readBinaries(),
    ...files.map(({ fileName, code }) => [fileName, toAscii(findApart(fileName, code))]),
  ]);
}

/** What is apart is asked for by its name there. Sources load a table with `createRequire`; in the bundle that is a plain `require`. */
function nameApart() {
  const nameOf = new Map(Object.entries(APART).map(([name, id]) => [id, name]));
  return {
    name: 'name-apart',
    resolveId(id, importer) {
      if (id === 'node-gyp-build') return fileURLToPath(new URL('sqlite/binding.js', import.meta.url));
      return importer && nameOf.has(id) ? { id: `apart:${nameOf.get(id)}`, external: true } : undefined;
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

/** A file's text with what is apart by its place as seen from it. */
function findApart(fileName, code) {
  return code.replaceAll(/require\("apart:([^"]+)"\)/g, (_all, name) => {
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
