#!/usr/bin/env node
// The door: what has to happen before, around and after a command. What happens inside is in commands/.
// CommonJS, as the bundle is: on Node 20 the loader of ES modules alone costs 10 ms.
'use strict';
const { readFileSync, writeSync } = require('node:fs');
const { join } = require('node:path');

/** What lets the run drain. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const root = join(__dirname, '..');
const [first] = process.argv.slice(2);
const package_ = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

if (first === '--version' || first === '-v') printVersion();
else void main();

function printVersion() {
  const text = `${package_.name}/${package_.version} ${process.platform}-${process.arch} node-${process.version}\n`;
  try {
    // process.stdout would cost as much as all else here.
    writeSync(1, text);
  } catch (error) {
    if (error.code === 'EAGAIN') process.stdout.write(text);
    else if (error.code !== 'EPIPE') throw error;
  }
}

async function main() {
  // What is cached (the newest version, compiled code) is where everything else of ours is.
  if (process.env.POSTBACK_HOME) process.env.POSTBACK_CACHE_DIR = join(process.env.POSTBACK_HOME, 'cache');
  const command = !first || first.startsWith('-') ? 'help' : first;
  const keepNow = require('./code-cache.js')({ command, dist: join(root, 'dist') });
  const {
    runCommand,
    reportFailure,
    interruptRun,
    findInterruption,
    keepCodeBy,
  } = require('../dist/commands/_face/door.js');
  keepCodeBy(keepNow);
  const outputFaults = new WeakSet();
  const fail = async (error) => {
    // oclif throws what its listener gets; whoever wrote reports it.
    if (outputFaults.has(error)) return;
    process.exitCode = await reportFailure(error);
  };
  // The first signal lets the run drain, the second leaves at once.
  const onSignal = (signal) => {
    if (findInterruption()) process.exit(signal === 'SIGINT' ? 130 : 143);
    interruptRun(signal);
  };
  // oclif swallows EPIPE and lets the run go on. Any other fault of an output is told by whoever wrote to it.
  const onOutputFault = (error) => {
    if (error.code === 'EPIPE') interruptRun('EPIPE');
    else {
      outputFaults.add(error);
      process.exitCode ||= 1;
    }
  };
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error').on('error', onOutputFault);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  // Libraries that tidy up on a signal (when-exit under conf, signal-exit) send it again, which would cut the draining short.
  // They tidy up at the process's exit all the same.
  process.on('newListener', (event, listener) => {
    if (listener === onSignal || !SIGNALS.includes(event)) return;
    process.nextTick(() => process.removeListener(event, listener));
  });
  process.on('uncaughtException', fail);
  try {
    await runCommand(process.argv.slice(2), { root, pjson: package_ });
  } catch (error) {
    await fail(error);
  }
  // From here on only output drains: a signal may end the process as it ends any other.
  for (const signal of SIGNALS) process.off(signal, onSignal);
  process.exitCode = findInterruption()?.exit ?? process.exitCode;
}
