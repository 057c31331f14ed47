import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Input } from '../events/input.js';
import { readLines, readPart } from '../events/input.js';
import type { Line } from '../events/line-splitter.js';
import { openFollowed } from '../events/open-inputs.js';
import type { S3Address } from '../events/source-address.js';
import type { SourcePosition, Checkpoint } from '../events/source-position.js';
import type { LogReader } from '../log/log-reader.js';
import type { Workspace } from '../workspace.js';
import type { DryRun, RequestSink } from './dry-run.js';
import { withDryRun } from './dry-run.js';
import { evaluateStored } from './evaluate-stored.js';
import { resolveTargets } from './resolve-targets.js';
import { openRunBucket } from './run-source.js';
import type { Summary } from './tally.js';
import type { TailRun } from './tail.js';

/**
 * What `tail` would do with what is there now: the pending postbacks of the log, then the lines
 * from where it would begin to the end of the file or stream. Nothing is sent or recorded, and the
 * place in the file stays.
 * @throws InputError when the input cannot be read; what withDryRun throws
 */
export async function planTail(
  workspace: Workspace,
  run: Omit<TailRun, 'display'> & { requests?: RequestSink | undefined },
): Promise<Summary & { dryRun: true }> {
  const input = await openFollowed(run.input);
  return withDryRun(workspace, { ...run, command: 'tail' }, async (dryRun, logReader) => {
    if (logReader) await resumePending(workspace, run, dryRun, logReader);
    if (input.address?.kind === 's3') await readBucket(workspace, run, dryRun, logReader);
    else if (input.path !== undefined)
      await readFrom(input as Input & { path: string }, run, dryRun, logReader);
    else {
      await dryRun.read(input, run.from);
      if (input.address === undefined) dryRun.checkRecords([input], run.strict);
    }
  });
}

/** The pending postbacks that a tail takes over when it starts. */
async function resumePending(
  workspace: Workspace,
  run: Omit<TailRun, 'display'>,
  dryRun: DryRun,
  logReader: LogReader,
): Promise<void> {
  const { planContext } = resolveTargets(workspace, run);
  const { networks, goals } = run;
  for await (const pending of logReader.listUndelivered({ states: ['pending'], networks, goals })) {
    for (const { postback, account, request } of pending) {
      if (request !== undefined || postback.membership) continue;
      const { way } = evaluateStored(postback, workspace, planContext);
      if (way && planContext.routes.get(postback.network)?.enabled) {
        dryRun.resume({ postback, mapping: way.mapping, resumes: true }, account);
      }
    }
  }
}

/** The objects of a bucket that a tail would read first. */
async function readBucket(
  workspace: Workspace,
  { input, from, signal, report }: Omit<TailRun, 'display'>,
  dryRun: DryRun,
  logReader: LogReader | undefined,
): Promise<void> {
  const source = await openRunBucket(workspace, input.address as S3Address, {
    ...{ mode: 'preview', from, report },
    findCheckpoint: async (path) => logReader?.findCheckpoint(path),
    saveCheckpoint: async () => undefined,
  });
  try {
    for await (const { lines } of source.read(signal)) await dryRun.take(lines, input);
  } finally {
    await source.close();
  }
}

async function readFrom(
  input: Input & { path: string },
  { from, signal, strict }: Pick<TailRun, 'from' | 'signal' | 'strict'>,
  dryRun: DryRun,
  logReader: LogReader | undefined,
): Promise<void> {
  if (from === 'end') return;
  // A file that is not there yet holds nothing.
  if (!(await stat(input.path).catch(() => undefined))) {
    dryRun.checkRecords([input], strict);
    return;
  }
  const known = from === 'last' ? await logReader?.findCheckpoint(resolve(input.path)) : undefined;
  const start = known && (await findStart(input.path, known));
  const parts = start
    ? linesOf(readPart(input, { from: start }, signal))
    : readLines(input, signal);
  let last: Line[] = [];
  for await (const lines of parts) {
    await dryRun.take([...last, ...lines.slice(0, -1)], input);
    last = lines.slice(-1);
  }
  // A line without its end is still being written: a tail waits for the rest of it.
  if (last.length > 0 && (await endsWithLine(input.path))) await dryRun.take(last, input);
  // Where an earlier run has read the beginning, nothing new is not an empty input.
  if (!start) dryRun.checkRecords([input], strict);
}

async function* linesOf(parts: AsyncIterable<{ lines: Line[] }>): AsyncGenerator<Line[]> {
  for await (const { lines } of parts) yield lines;
}

/** Where to begin: a place counts only in the file that it was noted in. */
async function findStart(
  path: string,
  { inode, offset, line }: Checkpoint,
): Promise<SourcePosition | undefined> {
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
