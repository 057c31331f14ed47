// What stands in the bundle for oclif's search for the TypeScript source of a compiled file: there
// is none.
const { join } = require('node:path');

exports.tsPath = async (root, file) => (!file || file.startsWith(root) ? file : join(root, file));
