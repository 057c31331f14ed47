'use strict';
// Preloaded into the program by tests: appends the path of every file that Node's fs opens to
// OPENED_FILES.
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

const { openSync, open, appendFileSync, readFileSync, promises } = fs;
const report = process.env.OPENED_FILES;
const note = (path) => {
  if (typeof path === 'string' && path !== report) appendFileSync(report, `${path}\n`);
};

fs.openSync = (path, ...rest) => (note(path), openSync(path, ...rest));
fs.open = (path, ...rest) => (note(path), open(path, ...rest));
fs.readFileSync = (path, ...rest) => (note(path), readFileSync(path, ...rest));
const openPromise = promises.open;
promises.open = (path, ...rest) => (note(path), openPromise(path, ...rest));
syncBuiltinESMExports();
