#!/usr/bin/env node
// The door: what has to happen before, around and after a command. What happens inside is in commands/.
import { readFileSync } from 'node:fs';
import module from 'node:module';

const [first] = process.argv.slice(2);

if (first === '--version' || first === '-v') {
  const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`);
} else {
  module.enableCompileCache?.();
  await main();
}

async function main() {
  const { interruptRun, findInterruption } = await import('../dist/commands/_face/interruption.js');
  const fail = async (error) => {
    const { reportError } = await import('../dist/commands/_face/errors.js');
    process.exitCode = await reportError(error);
  };
  // The first signal lets the run drain, the second leaves at once.
  const onSignal = (signal) => {
    if (findInterruption()) process.exit(signal === 'SIGINT' ? 130 : 143);
    interruptRun(signal);
  };
  const { run, settings } = await import('@oclif/core');
  // oclif swallows EPIPE and lets the run go on. Any other fault of an output is told by whoever wrote to it.
  const onOutputFault = (error) => {
    if (error.code === 'EPIPE') interruptRun('EPIPE');
    else process.exitCode ||= 1;
  };
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error').on('error', onOutputFault);
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  // Libraries that tidy up on a signal (when-exit under conf, signal-exit) send it again, which would cut the draining short.
  // They tidy up at the process's exit all the same.
  process.on('newListener', (event, listener) => {
    if (listener === onSignal || (event !== 'SIGINT' && event !== 'SIGTERM')) return;
    process.nextTick(() => process.removeListener(event, listener));
  });
  process.on('uncaughtException', fail);
  try {
    settings.enableAutoTranspile = false;
    // Shell completion is oclif's; it caches where everything else of ours is.
    if (process.env.POSTBACK_HOME) process.env.POSTBACK_CACHE_DIR = `${process.env.POSTBACK_HOME}/cache`;
    // Neither oclif's flush, which gives up after 10 s, nor its handler, which exits before the output has drained.
    await run(process.argv.slice(2), import.meta.url);
  } catch (error) {
    await fail(error);
  }
  // From here on only output drains: a signal may end the process as it ends any other.
  process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  process.exitCode = findInterruption()?.exit ?? process.exitCode;
}
