import { InputError } from '../errors.js';
import { FileMarks } from '../events/file-marks.js';
import type { Input, Part } from '../events/input.js';
import { readLines, readPart } from '../events/input.js';
import type { LinePlace } from '../events/place.js';
import type { Delivery } from './delivery.js';
import { Intake } from './intake.js';
import { prescan } from './prescan.js';
import { Progress } from './progress.js';
import { readStream, settleInSilence } from './read-stream.js';

/** A request seldom holds more lines behind a place than there are in a small part and a whole one (events/input.ts). */
const PARTS_OF_A_REQUEST = 2;

/** The beginning of a file that is read from its middle: up to the place, and last of all. */
interface Beginning {
  input: Input;
  marks: FileMarks;
  place: LinePlace;
}

/**
 * Reads the inputs of a run. A file that an earlier run did not come to the end of is read from where that one was, and
 * its beginning after everything else: the place is a hint that decides about the order and nothing else
 * (docs/decisions/resume.md).
 */
export class InputReader {
  readonly #delivery: Delivery;
  readonly #intake: Intake;
  readonly #isStrict: boolean;
  readonly #progress: Progress;
  readonly #setup: string;
  readonly #beginnings: Beginning[] = [];

  constructor(delivery: Delivery, { strict, goals }: { strict: boolean; goals: readonly string[] }) {
    this.#delivery = delivery;
    this.#intake = new Intake(delivery, strict);
    this.#isStrict = strict;
    this.#setup = describeSetup(delivery, goals);
    const progress = new Progress(delivery.underway);
    this.#progress = progress;
    delivery.log.keepPlaces((isEnd) => (isEnd ? progress.end(delivery.signal.aborted) : progress.reach()));
  }

  /**
   * Reads inputs to their ends, unless the run is stopped.
   * @throws InputError as readLines and Intake.take do; what is before the fault is taken
   */
  async readAll(inputs: readonly Input[]): Promise<void> {
    const { signal } = this.#delivery;
    let fault: InputError | undefined;
    try {
      for (const input of inputs) if (!signal.aborted) await this.#read(input);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      fault = error;
    }
    // What comes last does so because of a hint: it is before the fault all the same.
    for (const beginning of this.#beginnings) if (!signal.aborted) await this.#readBeginning(beginning);
    if (fault) throw fault;
    if (signal.aborted) return;
    this.#intake.reportEmpty(inputs);
    this.#progress.finish();
  }

  /** Records what was taken last. */
  settle(): Promise<void> {
    return this.#intake.settle();
  }

  async #read(input: Input): Promise<void> {
    if (input.path === undefined) return this.#readStream(input);
    const marks = this.#isStrict ? undefined : await FileMarks.open(input, this.#setup);
    if (marks) this.#progress.enter(marks.key);
    const kept = marks && this.#delivery.log.findPlace(marks.key);
    if (!kept || !(await marks.has(kept))) return this.#readFile(input, marks);
    const place = await this.#skipKnown(input, kept);
    this.#beginnings.push({ input, marks, place });
    if (marks.isEnd(place)) return;
    await this.#settleFormat(input, place);
    const message = `${input.name}: going on at line ${place.line + 1}, where an earlier run was; the lines before it come last.`;
    this.#delivery.report({ type: 'input', message });
    await this.#take(input, { from: place }, marks, true);
  }

  /**
   * A place a little further on. The last request that left before the place was kept holds lines behind it too, and as long as
   * nothing known is met nothing needs to be taken over. Where a goal counts once per player, no line may be passed over.
   */
  async #skipKnown(input: Input, place: LinePlace): Promise<LinePlace> {
    if (this.#delivery.workspace.goals.some(({ trigger }) => trigger === 'once')) return place;
    let end = place;
    let parts = 0;
    for await (const read of readPart(input, { from: place }, this.#delivery.signal)) {
      end = read.place ?? end;
      if (++parts === PARTS_OF_A_REQUEST) break;
    }
    return end;
  }

  async #readStream(input: Input): Promise<void> {
    await readStream(this.#delivery, async (ending) => {
      for await (const lines of settleInSilence(readLines(input, ending), () => this.#intake.settle())) {
        await this.#intake.take(lines, input, true);
        await this.#intake.settle({ goesOn: true });
      }
    });
  }

  /** All of a file. Its places are noted after it was looked through: whoever begins at one of them does not do that again. */
  async #readFile(input: Input, marks?: FileMarks): Promise<void> {
    await prescan(input, (events) => this.#intake.remember(events), this.#delivery.signal);
    await this.#take(input, {}, marks);
  }

  async #readBeginning({ input, marks, place }: Beginning): Promise<void> {
    // A file that has changed meanwhile has another beginning, and what follows it may have moved.
    if (await marks.isUnchanged()) await this.#take(input, { to: place });
    else await this.#readFile(input);
  }

  /** @param isResumed sends off at once what the first lines make: whoever takes up a run has waited, and much more follows */
  async #take(input: Input, part: Part, marks?: FileMarks, isResumed = false): Promise<void> {
    for await (const { lines, place } of readPart(input, part, this.#delivery.signal)) {
      await this.#intake.take(lines, input, false);
      if (isResumed) for (const lane of this.#delivery.lanes.values()) lane.sendFirst();
      await this.#intake.settle({ goesOn: true });
      if (marks && place) this.#progress.note(marks.key, marks.mark(place));
    }
  }

  /** The first lines decide how the others are read. */
  async #settleFormat(input: Input, place: LinePlace): Promise<void> {
    for await (const { lines } of readPart(input, { to: place }, this.#delivery.signal)) {
      if (this.#intake.settleFormat(lines, input)) return;
    }
  }
}

/**
 * What decides, beside the log, about what a line makes. Where any of it has changed, lines that were skipped may make
 * postbacks now, and those come first in a file that is read from its beginning.
 */
function describeSetup({ workspace, world }: Delivery, goals: readonly string[]): string {
  const settings = Object.entries(workspace.settings).filter(([name]) => !/^(?:delivery|log)\./.test(name));
  const routes = [...world.routes].map(([network, { channel, enabled }]) => [network, enabled, channel]);
  return JSON.stringify([workspace.goals, goals, [...world.onlyNetworks], settings, routes]);
}
