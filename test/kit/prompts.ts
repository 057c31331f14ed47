import { PassThrough } from 'node:stream';
import { expect } from 'vitest';
import { createIO } from '../../src/cli/io.js';
import type { PromptContext } from '../../src/cli/prompts.js';

const PROMPT_LIMIT_MS = 20_000;

/** A piece of a question's text, and the keys to press when it is on the screen. */
export type Answer = [question: string, keys: string];

/**
 * Runs `ask` on a pretended terminal and answers its questions in order; expects every answer to be
 * used.
 */
export async function answerPrompts<T>(
  answers: Answer[],
  ask: (context: PromptContext) => Promise<T>,
): Promise<T> {
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
  const io = createIO({
    stdin,
    stdout: new PassThrough(),
    stderr,
    environment: {},
    json: false,
    noColor: true,
  });
  // A question that is never asked would leave the prompt open for ever.
  const controller = new AbortController();
  const limit = setTimeout(() => controller.abort(), PROMPT_LIMIT_MS);
  try {
    const result = await ask({ io, signal: controller.signal });
    expect(answers).toEqual([]);
    return result;
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    throw new Error(`waited for ${JSON.stringify(answers[0]?.[0])}; the screen shows:\n${shown}`, {
      cause: error,
    });
  } finally {
    clearTimeout(limit);
  }
}
