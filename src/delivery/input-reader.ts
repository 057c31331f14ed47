import { FileMarks } from '../events/file-marks.js';
import type { Input, Part } from '../events/input.js';
import { readLines, readPart } from '../events/input.js';
import type { Checkpoint, SourcePosition } from '../events/source-position.js';
import type { Delivery } from './delivery.js';
import { EventPipeline } from './event-pipeline.js';
import { ObjectMarks } from './object-marks.js';
import { prescan } from './prescan.js';
import { ReadShare } from './read-share.js';
import { readSource, type SourceRun } from './read-source.js';
import { openRunSource, warnOfLocalLog } from './run-source.js';
import { markSilence, SILENCE } from './silence.js';
import { StreamWatch } from './stream-watch.js';
import type { BrokerAddress } from '../sources/open-source.js';

/** What a run says of how its inputs are read. */
interface ReaderRun extends SourceRun {
  strict: boolean;
  goals: readonly string[];
}

/**
 * Reads the inputs of a run. A file that an interrupted run did not read to its end is read from
 * its checkpoint: what is before it is in the log (docs/development/decisions/resume.md).
 */
export class InputReader {
  readonly #delivery: Delivery;
  readonly #pipeline: EventPipeline;
  readonly #isStrict: boolean;
  readonly #setup: string;
  readonly #run: ReaderRun;
  #share: ReadShare | undefined;
  /** Files of which an earlier run has read the beginning or everything. */
  readonly #resumed = new Set<Input>();

  constructor(delivery: Delivery, run: ReaderRun) {
    const { strict, goals } = run;
    this.#run = run;
    this.#delivery = delivery;
    this.#pipeline = new EventPipeline(delivery, strict);
    this.#isStrict = strict;
    this.#setup = describeSetup(delivery, goals);
  }

  /**
   * Reads inputs to their ends, unless the run is stopped.
   * @throws InputError as readLines and EventPipeline.take do; what is before the fault is taken
   */
  async readAll(inputs: readonly Input[]): Promise<void> {
    const { signal, checkpoints } = this.#delivery;
    this.#share = await ReadShare.open(inputs);
    for (const input of inputs) {
      if (signal.aborted) return;
      await this.#read(input);
      this.#share?.finish(input);
    }
    if (signal.aborted) return;
    this.#pipeline.reportEmpty(inputs.filter((input) => !this.#resumed.has(input)));
    checkpoints.finish();
  }

  /** Records what was taken last. */
  flush(): Promise<void> {
    return this.#pipeline.flush();
  }

  async #read(input: Input): Promise<void> {
    const { address, version } = input;
    if (address && address.kind !== 's3') return this.#readBroker(input, address);
    if (version !== undefined) return this.#readObject(input, version);
    if (input.path === undefined) return this.#readStream(input);
    const marks = this.#isStrict ? undefined : await FileMarks.open(input, this.#setup);
    if (!marks) return this.#readFile(input);
    this.#delivery.checkpoints.enter(marks.key);
    const checkpoint = await this.#findCheckpoint(marks);
    return checkpoint ? this.#resume(input, marks, checkpoint) : this.#readFile(input, marks);
  }

  /**
   * The checkpoint of an interrupted run of the same file by the same rules. A run that is at work
   * keeps its own.
   */
  async #findCheckpoint(marks: FileMarks): Promise<SourcePosition | undefined> {
    const { log } = this.#delivery;
    const checkpoint = await log.findCheckpoint(marks.key);
    if (!checkpoint || !(await marks.has(checkpoint))) return undefined;
    const living = await log.listLivingRuns();
    return living.some(({ command }) => command === 'send') ? undefined : checkpoint;
  }

  async #resume(input: Input, marks: FileMarks, from: SourcePosition): Promise<void> {
    const { log, recovery, report } = this.#delivery;
    // What the interrupted run left pending is before the checkpoint: nothing reads it again.
    if (this.#resumed.size === 0) await log.adoptPending(recovery.accounts, recovery.goals);
    this.#resumed.add(input);
    if (marks.isEnd(from)) {
      report({
        type: 'input',
        message: `${input.name}: an interrupted run has read it to its end.`,
      });
      return;
    }
    const message =
      `${input.name}: continuing at line ${from.line + 1}, where an interrupted run stopped. ` +
      'Everything before it is in the log.';
    report({ type: 'input', message });
    await this.#detectFormat(input, from);
    await this.#take(input, { from }, marks);
  }

  /** Reads a topic, stream or queue as far as it reaches now. */
  async #readBroker(input: Input, address: BrokerAddress): Promise<void> {
    const { workspace, report } = this.#delivery;
    const { maxPending, rejects } = this.#run;
    const options = { mode: 'drain', from: 'last', report } as const;
    const source = await openRunSource(workspace, address, options);
    try {
      warnOfLocalLog(source, workspace, report);
      await readSource(this.#delivery, this.#pipeline, source, { input, maxPending, rejects });
    } finally {
      await source.close();
    }
  }

  /**
   * Reads an object of a bucket. One that an interrupted run has read is left out, and of one that
   * it was reading, the records that are in the log.
   */
  async #readObject(input: Input, version: string): Promise<void> {
    const { checkpoints, signal } = this.#delivery;
    const marks = new ObjectMarks(input, version, this.#setup);
    checkpoints.enter(marks.key);
    const known = this.#isStrict ? undefined : await this.#findObjectMark(marks);
    if (known && marks.isWhole(known)) return;
    let count = 0;
    for await (const lines of readLines(input, signal)) {
      const read = Math.min(Math.max(0, (known?.offset ?? 0) - count), lines.length);
      count += lines.length;
      if (read > 0) this.#pipeline.detectFormat(lines.slice(0, read), input);
      if (read === lines.length) continue;
      await this.#pipeline.take(read > 0 ? lines.slice(read) : lines, input, false);
      await this.#pipeline.flush({ goesOn: true });
      await this.#run.rejects?.confirm(signal);
      checkpoints.note(marks.key, marks.mark(count), this.#pipeline.skips);
    }
    if (!signal.aborted) checkpoints.note(marks.key, marks.mark(count, true), this.#pipeline.skips);
  }

  async #findObjectMark(marks: ObjectMarks): Promise<Checkpoint | undefined> {
    const { log, recovery, report } = this.#delivery;
    const known = await log.findCheckpoint(marks.key);
    if (!known || !marks.has(known)) return undefined;
    const living = await log.listLivingRuns();
    if (living.some(({ command }) => command === 'send')) return undefined;
    // What the interrupted run left pending is before its checkpoints: nothing reads it again.
    if (this.#resumed.size === 0) {
      await log.adoptPending(recovery.accounts, recovery.goals);
      const message = `${marks.name}: an interrupted run has read it; continuing after it.`;
      report({ type: 'input', message });
    }
    this.#resumed.add(marks.input);
    return known;
  }

  async #readStream(input: Input): Promise<void> {
    const watch = new StreamWatch(this.#delivery);
    try {
      for await (const lines of markSilence(readLines(input, watch.signal))) {
        if (lines === SILENCE) {
          await this.#pipeline.flush();
          continue;
        }
        await this.#pipeline.take(lines, input, true);
        await this.#pipeline.flush({ goesOn: true });
        await this.#run.rejects?.confirm(watch.signal);
      }
      watch.check();
    } finally {
      watch.end();
    }
  }

  /**
   * All of a file. Checkpoints exist only after it was looked through for clicks: a run that
   * resumes does not do that again.
   */
  async #readFile(input: Input, marks?: FileMarks): Promise<void> {
    const { log, signal } = this.#delivery;
    for await (const events of prescan(input, signal)) await log.remember(events);
    await this.#take(input, {}, marks);
  }

  async #take(input: Input, part: Part, marks?: FileMarks): Promise<void> {
    const { checkpoints, signal, report } = this.#delivery;
    for await (const { lines, position, end } of readPart(input, part, signal)) {
      if (this.#share) report({ type: 'read', share: this.#share.at(end) });
      await this.#pipeline.take(lines, input, false);
      await this.#pipeline.flush({ goesOn: true });
      await this.#run.rejects?.confirm(signal);
      if (marks && position)
        checkpoints.note(marks.key, marks.mark(position), this.#pipeline.skips);
    }
  }

  /** The first lines decide how the others are read. */
  async #detectFormat(input: Input, position: SourcePosition): Promise<void> {
    for await (const { lines } of readPart(input, { to: position }, this.#delivery.signal)) {
      if (this.#pipeline.detectFormat(lines, input)) return;
    }
  }
}

/**
 * Describes what decides, apart from the log, about what a line makes. Where any of it has changed,
 * lines that were skipped may make postbacks now: the file is read from its beginning.
 */
function describeSetup({ workspace, planContext }: Delivery, goals: readonly string[]): string {
  const settings = Object.entries(workspace.settings).filter(
    ([name]) => !/^(?:delivery|log)\./.test(name),
  );
  const routes = [...planContext.routes].map(([network, { channel, enabled }]) => [
    network,
    enabled,
    channel,
  ]);
  return JSON.stringify([workspace.goals, goals, [...planContext.onlyNetworks], settings, routes]);
}
