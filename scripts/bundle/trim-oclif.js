// oclif without what this program never has it do. Its version is pinned, and a trim that finds no place in it stops the build.
import { join, sep } from 'node:path';
import { makeRequiresLazy } from './lazy-requires.js';

const standIn = (name) => join(import.meta.dirname, 'stand-ins', name);

/** oclif has these to find commands where there is no manifest, plugins, settings of its own, to run TypeScript, and for its spinner. */
const UNUSED = [
  ...['tinyglobby', 'minimatch', 'lilconfig', 'ejs', 'semver', 'typescript', 'tsx', 'ts-node'],
  ...['./action/simple', './action/spinner'],
];

/** Modules of oclif's, and packages that it loads, with something shorter in their place. */
const STAND_INS = {
  debug: 'debug.cjs',
  'get-package-type': 'get-package-type.cjs',
  './ts-path': 'ts-path.cjs',
  '../config/ts-path': 'ts-path.cjs',
  './config/ts-path': 'ts-path.cjs',
  './performance': 'performance.cjs',
  '../performance': 'performance.cjs',
};

/** By importer: what it may have of oclif. All others are commands. */
const PARTS = { '_face/door.ts': 'run.js', '_face/help.ts': 'help.js', 'commands/help.js': 'help-command.js' };

/** By file of oclif's: what it says, and what the bundle says instead. */
const TRIMS = {
  'config/config.js': [
    // A file of colours for oclif's own help, looked for at every start.
    ['this.theme = await this.loadTheme();', ''],
    // For `versionDetails`, which nobody asks; on Windows it starts a PowerShell.
    ['await (0, os_1.getShell)()', "'unknown'"],
  ],
  'config/plugin.js': [
    // The first `localeCompare` of a process loads ICU's tables (8 ms).
    ['a.id.localeCompare(b.id)', '(a.id < b.id ? -1 : 1)'],
  ],
  'main.js': [
    // Whether help is asked for is found out without what makes it.
    ['const help_1 = require("./help");', 'const help_1 = require("./help");\nconst util_1 = require("./help/util");'],
    ['help_1.getHelpFlagAdditions', 'util_1.getHelpFlagAdditions'],
    ['help_1.normalizeArgv', 'util_1.normalizeArgv'],
  ],
  'util/fs.js': [
    // The manifest. To read it aside takes longer than to read it.
    ["await (0, promises_1.readFile)(path, 'utf8')", "(0, node_fs_1.readFileSync)(path, 'utf8')"],
  ],
  'util/os.js': [
    // Whether this is the Windows Subsystem for Linux: two files and node:child_process (5 ms), for a user agent that nobody is sent.
    ["(await import('wsl-utils')).isWsl", 'false'],
    ["(await import('wsl-utils')).powerShellPath()", "'powershell.exe'"],
  ],
  'ux/index.js': [
    ["ACTION_TYPE === 'spinner' ? new spinner_1.default() : new simple_1.default()", '{ stop: () => undefined }'],
  ],
};

/** The bundler's plugin that puts all of it in place. */
export function trimOclif() {
  return {
    name: 'trim-oclif',
    resolveId(id, importer) {
      if (id === '@oclif/core' && isOurs(importer)) {
        const part = PARTS[importer.split(sep).slice(-2).join('/')] ?? 'command.js';
        return { id: join(import.meta.dirname, 'oclif', part), moduleSideEffects: false };
      }
      if (id === 'string-width' && !importer?.includes('stand-ins')) return standIn('string-width.cjs');
      if (id === '#supports-color') return standIn('supports-color.js');
      if (id === 'ansi-styles' && isIn(importer, 'wrap-ansi')) return standIn('ansi-styles.cjs');
      if (!isIn(importer, '@oclif', 'core')) return undefined;
      if (Object.hasOwn(STAND_INS, id)) return standIn(STAND_INS[id]);
      return UNUSED.includes(id) ? standIn('unused.cjs') : undefined;
    },
    transform: {
      filter: { id: /@oclif[\\/]core[\\/]lib[\\/].*\.js$/ },
      handler: (code, id) => makeRequiresLazy(trim(code, id)),
    },
  };
}

function trim(code, id) {
  const [, file = ''] = id.split(join('core', 'lib') + sep);
  return (TRIMS[file.replaceAll(sep, '/')] ?? []).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`oclif's ${file} no longer says: ${from}`);
    return text.replace(from, to);
  }, code);
}

function isIn(file = '', ...folders) {
  return file.includes(['', 'node_modules', ...folders, ''].join(sep));
}

function isOurs(file = '') {
  return !file.includes('node_modules') || /[\\/]@oclif[\\/]plugin-/.test(file);
}
