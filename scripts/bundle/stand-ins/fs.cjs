// Replaces oclif's access to files, of which this program uses reading JSON: without
// `node:fs/promises`, which is quicker for small files.
const { existsSync, readFileSync } = require('node:fs');

exports.existsSync = existsSync;
exports.readJson = async (path) => JSON.parse(readFileSync(path, 'utf8'));
exports.safeReadJson = async (path) =>
  existsSync(path) ? exports.readJson(path).catch(() => undefined) : undefined;
