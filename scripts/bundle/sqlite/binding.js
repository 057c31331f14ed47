// Replaces node-gyp-build in the bundle. SQLite's package calls it to find its binary, which is in
// this folder (binaries.js).
import { existsSync } from 'node:fs';
import { loadBinding } from '../../../src/log/sqlite/database/sqlite-binding.ts';

export default function loadHere() {
  return loadBinding(import.meta.dirname, {
    platform: process.platform,
    arch: process.arch,
    isAlpine: existsSync('/etc/alpine-release'),
    tellLibrary,
    open,
  });
}

function open(file) {
  const module = { exports: {} };
  process.dlopen(module, file);
  return module.exports;
}

function tellLibrary() {
  const { glibcVersionRuntime: version } = process.report.getReport().header;
  return version ? `glibc ${version}` : 'musl';
}
