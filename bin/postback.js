#!/usr/bin/env node
// Entry point: what happens before, around and after a command. The commands are in commands/.
// CommonJS, as the bundle is: on Node 20 the loader of ES modules alone costs 10 ms.
'use strict';
const { readFileSync, writeSync } = require('node:fs');
const { join } = require('node:path');

/** What lets the run drain. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
const root = join(__dirname, '..');
const [first] = process.argv.slice(2);
const package_ = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

if (['--version', '-v', '-V', 'version'].includes(first)) printVersion();
else main().catch(failPlainly);

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

/**
 * Reports an error with nothing but what is loaded already: where no more files can be opened, the
 * module that words errors cannot be read either, and a rejection here would call the same handler
 * without end.
 */
function failPlainly({ code, message = 'unknown' }) {
  const isFileLimit = code === 'EMFILE' || code === 'ENFILE';
  const error = {
    code: isFileLimit ? 'too_many_files' : 'unexpected',
    message: isFileLimit
      ? 'Too many files are open: this process may open no more.'
      : String(message),
    hint: isFileLimit
      ? 'Raise the limit (ulimit -n), then run the same command again.'
      : 'Reinstall postback.',
    exit: 1,
  };
  const isJson = process.argv.includes('--json') || process.env.POSTBACK_JSON === 'true';
  const text = isJson ? JSON.stringify({ error }) : `Error: ${error.message}\n${error.hint}`;
  try {
    writeSync(2, `${text}\n`);
  } finally {
    process.exit(1);
  }
}

/**
 * Stops Node from writing warnings to stderr, which has messages of the program alone. Warnings of
 * Node and dependencies (the AWS SDK's of Node 20, for example) are for developers.
 */
function silenceWarnings() {
  const options = `${process.env.NODE_OPTIONS ?? ''} ${process.execArgv.join(' ')}`;
  if (!options.includes('--trace-warnings')) process.removeAllListeners('warning');
}

async function main() {
  silenceWarnings();
  // What is cached (the newest version, compiled code) is where everything else of ours is.
  if (process.env.POSTBACK_HOME)
    process.env.POSTBACK_CACHE_DIR = join(process.env.POSTBACK_HOME, 'cache');
  require('./compile-cache.js')(root);
  const {
    runCommand,
    reportFailure,
    interruptRun,
    findInterruption,
  } = require('../dist/src/cli/entry-point.js');
  const outputFaults = new WeakSet();
  const fail = async (error) => {
    // oclif rethrows errors that its listener receives. The writer already reports them.
    if (outputFaults.has(error)) return;
    process.exitCode = await reportFailure(error).catch(failPlainly);
  };
  // The first signal lets the run drain, the second leaves at once.
  const onSignal = (signal) => {
    if (findInterruption()) process.exit(signal === 'SIGINT' ? 130 : 143);
    interruptRun(signal);
  };
  // oclif swallows EPIPE and lets the run continue. The writer reports any other output error.
  const onOutputFault = (error) => {
    if (error.code === 'EPIPE') interruptRun('EPIPE');
    else {
      outputFaults.add(error);
      process.exitCode ||= 1;
    }
  };
  for (const stream of [process.stdout, process.stderr])
    stream.removeAllListeners('error').on('error', onOutputFault);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  // Libraries that tidy up on a signal (when-exit under conf, signal-exit) send it again, which
  // would cut the draining short. They tidy up at the process's exit all the same.
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
