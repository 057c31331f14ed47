import { PassThrough } from 'node:stream';
import { expect } from 'vitest';
import { createIO } from '../../commands/_face/io.js';
import type { PromptContext } from '../../commands/_face/prompts.js';

/** A piece of a question's text, and the keys to press when it is on the screen. */
export type Answer = [question: string, keys: string];

/** Runs `ask` on a pretended terminal and answers its questions in order; expects every answer to be used. */
export async function answerPrompts<T>(answers: Answer[], ask: (context: PromptContext) => Promise<T>): Promise<T> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 200 });
  // Each prompt ends its output, which a process's own streams ignore.
  stderr.end = () => stderr;
  let shown = '';
  stderr.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    const next = answers[0];
    if (next === undefined || !shown.includes(next[0])) return;
    answers.shift();
    shown = '';
    setImmediate(() => stdin.write(next[1]));
  });
  const io = createIO({ stdin, stdout: new PassThrough(), stderr, environment: {}, json: false, noColor: true });
  const result = await ask({ io, signal: new AbortController().signal });
  expect(answers).toEqual([]);
  return result;
}
