import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Input } from '../events/input.js';
import { readLines, readPart } from '../events/input.js';
import type { Line } from '../events/line-splitter.js';
import { openFollowed } from '../events/open-inputs.js';
import type { LinePlace, Place } from '../events/place.js';
import type { LogPeek } from '../log/log-peek.js';
import { findPlace } from '../log/places.js';
import { listUndelivered } from '../log/replay-rows.js';
import type { Workspace } from '../workspace.js';
import type { DryRun, RequestSink } from './dry-run.js';
import { withDryRun } from './dry-run.js';
import { judgeStored } from './judge-stored.js';
import { setStage } from './stage.js';
import type { Summary } from './tally.js';
import type { TailRun } from './tail.js';

/**
 * What `tail` would do with what is there now: the pending postbacks of the log, then the lines from where it would begin to
 * the end of the file or stream. Nothing is sent or recorded, and the place in the file stays.
 * @throws InputError when the input cannot be read; what withDryRun throws
 */
export async function planTail(
  workspace: Workspace,
  run: Omit<TailRun, 'shown'> & { requests?: RequestSink | undefined },
): Promise<Summary & { dryRun: true }> {
  const input = await openFollowed(run.input);
  return withDryRun(workspace, { ...run, command: 'tail' }, async (dryRun, peek) => {
    if (peek) resumePending(workspace, run, dryRun, peek);
    if (input.path === undefined) await dryRun.read(input);
    else await readFrom(input as Input & { path: string }, run.from, dryRun, peek, run.signal);
  });
}

/** The pending postbacks that a tail takes over when it starts. */
function resumePending(workspace: Workspace, run: Omit<TailRun, 'shown'>, dryRun: DryRun, peek: LogPeek): void {
  const { world } = setStage(workspace, run);
  const { networks, goals } = run;
  for (const { postback, account, request } of listUndelivered(peek.database, {
    states: ['pending'],
    networks,
    goals,
  })) {
    if (request !== undefined || postback.membership) continue;
    const { way } = judgeStored(postback, workspace, world);
    if (way && world.routes.get(postback.network)?.enabled) {
      dryRun.resume({ postback, mapping: way.mapping, resumes: true }, account);
    }
  }
}

async function readFrom(
  input: Input & { path: string },
  from: TailRun['from'],
  dryRun: DryRun,
  peek: LogPeek | undefined,
  signal: AbortSignal,
): Promise<void> {
  // A file that is not there yet holds nothing.
  if (from === 'end' || !(await stat(input.path).catch(() => undefined))) return;
  const known = from === 'last' && peek ? findPlace(peek.database, resolve(input.path)) : undefined;
  const start = known && (await findStart(input.path, known));
  const parts = start ? linesOf(readPart(input, { from: start }, signal)) : readLines(input, signal);
  let last: Line | undefined;
  for await (const lines of parts) {
    for (const line of lines) {
      if (last) dryRun.take(last, input);
      last = line;
    }
  }
  // A line without its end is still being written: a tail waits for the rest of it.
  if (last && (await endsWithLine(input.path))) dryRun.take(last, input);
}

async function* linesOf(parts: AsyncIterable<{ lines: Line[] }>): AsyncGenerator<Line[]> {
  for await (const { lines } of parts) yield lines;
}

/** Where to begin: a place counts only in the file that it was noted in. */
async function findStart(path: string, { inode, offset, line }: Place): Promise<LinePlace | undefined> {
  const found = await stat(path, { bigint: true });
  return String(found.ino) === inode && found.size >= BigInt(offset) ? { offset, line } : undefined;
}

async function endsWithLine(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size === 0) return true;
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] === 0x0a;
  } finally {
    await file.close();
  }
}
