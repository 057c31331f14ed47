// Resolves parts of oclif that this program does not use to short replacements. oclif's own files
// stay as they are; its version is pinned. All of them together: without them `--help` takes 20 %
// more CPU on Node 20 and 14 % more on Node 24 (docs/development/decisions/startup-deletions.md).
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';

const CORE = dirname(createRequire(import.meta.url).resolve('@oclif/core/package.json'));
const LIB = join(CORE, 'lib');

const standIn = (name) => join(import.meta.dirname, 'stand-ins', name);

/** Packages that oclif has for commands without a manifest, plugins and TypeScript. */
const UNUSED = [
  'tinyglobby',
  'minimatch',
  'lilconfig',
  'ejs',
  'semver',
  'typescript',
  'tsx',
  'ts-node',
  'wsl-utils',
];

/** Packages that oclif loads, and what the bundle has instead of them. */
const PACKAGES = { debug: 'debug.cjs', 'get-package-type': 'get-package-type.cjs' };

/** Modules of oclif by their name below lib, and what the bundle has instead of them. */
const MODULES = {
  'config/ts-path': 'ts-path.cjs',
  'errors/handle': 'unused.cjs',
  'util/cache-command': 'unused.cjs',
  'util/fs': 'fs.cjs',
  'util/os': 'os.cjs',
  'util/read-tsconfig': 'unused.cjs',
  'ux/action/simple': 'action.cjs',
  'ux/action/spinner': 'action.cjs',
  'ux/supports-color': 'oclif-supports-color.cjs',
  performance: 'performance.cjs',
};

/** By importer: which part of oclif it gets for `@oclif/core`. All other importers are commands. */
const PARTS = {
  'cli/entry-point.ts': 'run.js',
  'cli/help.ts': 'help.js',
  'commands/help.js': 'help-command.js',
};

/**
 * Returns the bundler's plugin that resolves them.
 * @throws when oclif does not have a module that is replaced
 */
export function aliasOclif() {
  const missing = Object.keys(MODULES).filter((name) => !existsSync(join(LIB, `${name}.js`)));
  if (missing.length > 0)
    throw new Error(`oclif does not have these modules any more: ${missing.join(', ')}`);
  return {
    name: 'alias-oclif',
    resolveId(id, importer) {
      if (id === '@oclif/core' && isOurs(importer)) {
        const part = PARTS[importer.split(sep).slice(-2).join('/')] ?? 'command.js';
        return { id: join(import.meta.dirname, 'oclif', part), moduleSideEffects: false };
      }
      if (id.startsWith('oclif-lib:')) return join(LIB, `${id.slice('oclif-lib:'.length)}.js`);
      if (id === 'string-width' && !importer?.includes('stand-ins'))
        return standIn('string-width.cjs');
      if (id === '#supports-color') return standIn('supports-color.js');
      if (id === 'ansi-styles' && importer?.includes(join('node_modules', 'wrap-ansi')))
        return standIn('ansi-styles.cjs');
      if (!importer?.startsWith(LIB)) return undefined;
      return id.startsWith('.')
        ? replaceModule(join(dirname(importer), id), importer)
        : replacePackage(id);
    },
  };
}

function replaceModule(file, importer) {
  const name = relative(LIB, file).replaceAll(sep, '/');
  // Whether help is asked for is found out without the modules that print it.
  if (name === 'help' && importer === join(LIB, 'main.js')) return standIn('help-gate.cjs');
  return Object.hasOwn(MODULES, name) ? standIn(MODULES[name]) : undefined;
}

function replacePackage(id) {
  if (Object.hasOwn(PACKAGES, id)) return standIn(PACKAGES[id]);
  return UNUSED.includes(id) ? standIn('unused.cjs') : undefined;
}

function isOurs(file = '') {
  return !file.includes('node_modules') || /[\\/]@oclif[\\/]plugin-/.test(file);
}
