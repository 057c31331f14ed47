// Node's compile cache, in a private directory of the user. Node 20 has none and compiles at each
// start. A compile cache is code that Node runs: other users must not be able to put files there.
// Whatever fails here is silent.
'use strict';
const fs = require('node:fs');
const Module = require('node:module');
const { dirname, isAbsolute, join, relative, resolve } = require('node:path');

/**
 * Mode bits: writable by the group or by others; writable by others; and sticky, as /tmp has it.
 */
const SHARED = 0o022;
const OPEN = 0o002;
const STICKY = 0o1000;

/**
 * Turns on Node's compile cache, except where the environment decides about it (NODE_COMPILE_CACHE
 * and NODE_DISABLE_COMPILE_CACHE, see https://nodejs.org/api/module.html, read 2026-11-30). Left to
 * itself, Node uses a directory below the shared temp directory, which any user may have created
 * before.
 *
 * @param root the package's directory: nothing is written there
 */
module.exports = function enableCompileCache(root) {
  if (
    !Module.enableCompileCache ||
    process.env.NODE_COMPILE_CACHE ||
    process.env.NODE_DISABLE_COMPILE_CACHE
  )
    return;
  try {
    const directory = findDirectory(process.env, process.platform);
    if (isInside(directory, root)) return;
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (isPrivate(directory)) Module.enableCompileCache(directory);
  } catch {
    // A directory that cannot be created: Node compiles at each start.
  }
};

/** Next to the other cached files: below POSTBACK_HOME, or where oclif has its cache. */
function findDirectory(env, platform) {
  if (env.POSTBACK_CACHE_DIR) return resolve(env.POSTBACK_CACHE_DIR, 'code');
  const home = env.HOME || require('node:os').homedir();
  if (platform === 'darwin') return resolve(home, 'Library', 'Caches', 'postback', 'code');
  if (platform === 'win32')
    return resolve(env.LOCALAPPDATA || join(home, '.cache'), 'postback', 'code');
  // XDG base directory specification: a relative path is ignored.
  const base = isAbsolute(env.XDG_CACHE_HOME ?? '') ? env.XDG_CACHE_HOME : join(home, '.cache');
  return resolve(base, 'postback', 'code');
}

function isInside(path, directory) {
  const way = relative(directory, path);
  return !way.startsWith('..') && !isAbsolute(way);
}

/**
 * Returns whether only this user can put files into `directory`, also by renaming a directory above
 * it: those belong to the user or to root. On Windows the directories of a user inherit that nobody
 * else writes there.
 */
function isPrivate(directory) {
  if (!process.geteuid) return true;
  const uid = process.geteuid();
  const own = fs.lstatSync(directory);
  if (!own.isDirectory() || own.uid !== uid || own.mode & SHARED) return false;
  for (let above = dirname(fs.realpathSync(directory)); ; above = dirname(above)) {
    const { uid: owner, mode } = fs.statSync(above);
    if ((owner !== uid && owner !== 0) || (mode & OPEN && !(mode & STICKY))) return false;
    if (above === dirname(above)) return true;
  }
}
