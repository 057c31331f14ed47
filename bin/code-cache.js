// Compiled code, kept between runs. Node 22.8 and later do it themselves, when asked. On Node 20 compiling is half of a short command, so
// there it is done here, with what V8 offers for it, in a file for each command (docs/decisions/code-cache.md).
// A cache is code that will be run: what is not the user's own, or not whole, is left alone. And nothing here may ever stop a command.
'use strict';
const fs = require('node:fs');
const Module = require('node:module');
const { dirname, isAbsolute, join } = require('node:path');

/** What Node, too, puts around the text of a CommonJS file. */
const HEAD = '(function (exports, require, module, __filename, __dirname) { ';
const DAY_MS = 24 * 3_600_000;

/**
 * Has code kept for the command of that name, of the program whose files are in `dist`, when the program ends.
 * Returns what keeps it at once, for a run that may be killed before; nothing where that cannot be.
 */
module.exports = function keepCompiledCode({ command, dist }) {
  if (process.env.NODE_DISABLE_COMPILE_CACHE) return undefined;
  try {
    const folder = findFolder(process.env, process.platform);
    if (!Module.enableCompileCache) return keepOnNode20({ folder, command, dist });
    // Not told where, Node takes a folder below /tmp, which anybody may have made before.
    if (!process.env.NODE_COMPILE_CACHE && makeFolder(folder)) Module.enableCompileCache(folder);
    // Since 22.10. It writes only what it has no code of.
    return Module.flushCompileCache;
  } catch {
    // Then all is compiled, as ever.
    return undefined;
  }
};

/** Beside what else is cached: below POSTBACK_HOME, or where oclif has its cache. */
function findFolder(env, platform) {
  if (env.POSTBACK_CACHE_DIR) return join(env.POSTBACK_CACHE_DIR, 'code');
  const home = env.HOME || require('node:os').homedir();
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'postback', 'code');
  const base = env.XDG_CACHE_HOME || (platform === 'win32' && env.LOCALAPPDATA) || join(home, '.cache');
  if (!isAbsolute(base)) throw new Error('no folder');
  return join(base, 'postback', 'code');
}

/** Whether it is this user's, and nobody else can write to it. On Windows a user's folder is kept to the user by what is inherited. */
function isOwn({ uid, mode }) {
  return !process.geteuid || (uid === process.geteuid() && (mode & 0o022) === 0);
}

function makeFolder(folder) {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  return isOwn(fs.lstatSync(folder));
}

function keepOnNode20({ folder, command, dist }) {
  // The name becomes a file's. A word that is no command's name finds no file, and has none written.
  if (!/^[a-z]+(?:-[a-z]+)*$/.test(command)) return undefined;
  const vm = require('node:vm');
  const { crc32 } = require('node:zlib');
  // V8 takes code only under the flags that it was made with; where they differ, the file begins anew.
  const key = [process.version, process.arch, ...process.execArgv, process.env.NODE_OPTIONS].join(' ');
  const file = join(folder, `${command}.bin`);
  const known = readCache({ folder, file, key, crc32 });
  const probe = new vm.Script('0').createCachedData();
  const compiled = new Map();
  let isNew = false;

  const compile = Module.prototype._compile;
  Module.prototype._compile = function compileOrRecall(content, filename, format) {
    if (!filename.startsWith(dist)) return compile.call(this, content, filename, format);
    const sum = crc32(content);
    const entry = known.entries.get(filename);
    const cachedData = entry?.sum === sum ? entry.data : undefined;
    if (!cachedData) known.entries.delete(filename);
    const script = new vm.Script(`${HEAD}${content}\n})`, {
      filename,
      cachedData,
      // A stack trace tells the columns of the file.
      columnOffset: -HEAD.length,
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    isNew ||= !cachedData;
    compiled.set(filename, { sum, script });
    const requireHere = (id) => this.require(id);
    requireHere.resolve = (id, options) => Module._resolveFilename(id, this, false, options);
    requireHere.main = process.mainModule;
    requireHere.cache = Module._cache;
    return script.runInThisContext().call(this.exports, this.exports, requireHere, this, filename, dirname(filename));
  };

  const save = ({ isEarly }) => {
    // Once a day again, for functions that were first called meanwhile; and always at the end of a run, where what there is is a beginning.
    if (!isNew && (isEarly || !(known.isEarly || Date.now() - known.writtenMs >= DAY_MS))) return;
    // A run may have set flags of V8's, and code that is made under them is not taken at the next start. (By another name, because V8
    // remembers a text that it knows by the same one, and does not look at the code.)
    if (new vm.Script('0', { filename: 'probe', cachedData: probe }).cachedDataRejected) return;
    if (!isCommand(dist, command) || !makeFolder(folder)) return;
    const kept = [...known.entries].filter(([name]) => !compiled.has(name) && fs.existsSync(name));
    const own = [...compiled].map(([name, { sum, script }]) => [
      name,
      keepMore({ sum, data: script.createCachedData() }, known.entries.get(name)),
    ]);
    const entries = [...kept, ...own];
    writeCache({ file, key, isEarly, entries, crc32 });
    known.entries = new Map(entries);
  };
  const saveQuietly = (when) => {
    try {
      save(when);
    } catch {
      // A folder that cannot be made or written: the next run compiles, too.
    }
  };
  // At the end, because a function is compiled when it is first called.
  process.on('exit', () => saveQuietly({ isEarly: false }));
  return () => saveQuietly({ isEarly: true });
}

/** V8 forgets the code of functions that were not called for a while: a long run has less of its beginning at the end than it had early. */
function keepMore(now, before) {
  return before && before.data.length > now.data.length ? before : now;
}

function isCommand(dist, name) {
  const paths = ['commands', 'plugins'].flatMap((place) => [join(dist, place, `${name}.js`), join(dist, place, name)]);
  return paths.some((path) => fs.existsSync(path));
}

/** Entries by file name: the sum of its text, and its code. None where there is no cache that may be trusted. */
function readCache({ folder, file, key, crc32 }) {
  const nothing = { entries: new Map(), writtenMs: 0, isEarly: false };
  let descriptor;
  try {
    if (!isOwn(fs.lstatSync(folder))) return nothing;
    descriptor = fs.openSync(file);
    const stats = fs.fstatSync(descriptor);
    if (!isOwn(stats)) return nothing;
    const bytes = fs.readFileSync(descriptor);
    // V8 looks whether code fits its text's length and its own flags. Not whether it is whole: it would crash.
    if (bytes.toString('latin1', 0, 8) !== sumOf(bytes.subarray(8), crc32)) return nothing;
    const end = bytes.indexOf('\n');
    const header = JSON.parse(bytes.toString('utf8', 8, end));
    if (header.key !== key) return nothing;
    const entries = new Map();
    let at = end + 1;
    for (const [name, sum, length] of header.files) {
      entries.set(name, { sum, data: bytes.subarray(at, at + length) });
      at += length;
    }
    return { entries, writtenMs: stats.mtimeMs, isEarly: header.isEarly };
  } catch {
    return nothing;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/** All of it or nothing: others may be reading or writing the same. */
function writeCache({ file, key, isEarly, entries, crc32 }) {
  const draft = `${file}.${process.pid}`;
  try {
    const files = entries.map(([name, { sum, data }]) => [name, sum, data.length]);
    const header = Buffer.from(`${JSON.stringify({ key, isEarly, files })}\n`);
    const body = Buffer.concat([header, ...entries.map(([, { data }]) => data)]);
    fs.writeFileSync(draft, Buffer.concat([Buffer.from(sumOf(body, crc32)), body]), { mode: 0o600, flag: 'wx' });
    fs.renameSync(draft, file);
  } catch {
    fs.rmSync(draft, { force: true });
  }
}

function sumOf(bytes, crc32) {
  return crc32(bytes).toString(16).padStart(8, '0');
}
