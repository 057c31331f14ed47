// Runs an expression against its attacks. It is a worker because only ending the thread ends an
// expression that runs.
import { parentPort } from 'node:worker_threads';
import { attacksOn } from './attacks.js';

parentPort.on('message', ({ source, flags, length }) => {
  const expression = new RegExp(source, flags);
  const isGlobal = flags.includes('g') || flags.includes('y');
  let attacks = 0;
  for (const text of attacksOn(source, flags, length)) {
    expression.lastIndex = 0;
    if (isGlobal) text.replace(expression, '');
    else expression.test(text);
    attacks++;
    parentPort.postMessage({ kind: 'text' });
  }
  parentPort.postMessage({ kind: 'done', attacks });
});
