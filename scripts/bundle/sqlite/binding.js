// What stands for node-gyp-build in the bundle, which SQLite's package calls for its binary: it is beside this file (binaries.js).
import { existsSync } from 'node:fs';
import { loadBinding } from '../../../src/log/sqlite-binding.ts';

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
