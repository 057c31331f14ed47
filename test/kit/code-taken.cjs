// Preloaded into a child: tells on stderr, when it ends, how many of its own files' code it took from a cache, how many it
// compiled; and each time that it writes one, which is after that.
// Of Node that keeps code itself it tells where it does.
const fs = require('node:fs');
const vm = require('node:vm');

const count = { taken: 0, compiled: 0 };
const { Script } = vm;
vm.Script = class extends Script {
  constructor(code, options) {
    super(code, options);
    if (options?.filename) count[options.cachedData && !this.cachedDataRejected ? 'taken' : 'compiled'] += 1;
  }
};
const { renameSync } = fs;
fs.renameSync = (from, to) => {
  renameSync(from, to);
  if (to.endsWith('.bin')) process.stderr.write('wrote a cache\n');
};
process.on('exit', () => {
  const folder = require('node:module').getCompileCacheDir?.();
  process.stderr.write(`${JSON.stringify(folder ? { folder } : count)}\n`);
});
