import { createSeededChance } from '../sandbox/seeded-chance.js';
import { makeUuid } from './example-players.js';
import { SCENARIOS, type Draft, type ExampleFate } from './scenarios.js';

const DEFAULT_SEED = 20;

/** A line of the example file. */
export interface ExampleLine {
  text: string;
  fate: ExampleFate;
}

/**
 * About three hundred lines of a made-up game's event log, of the five days before `nowMs`, in the
 * order of time. The same moment and seed give the same lines; everybody in them is invented.
 */
export function makeExampleEvents(nowMs: number, seed = DEFAULT_SEED): ExampleLine[] {
  const chance = createSeededChance(seed);
  const edition = makeUuid('edition', seed, nowMs).slice(0, 8);
  let number = 0;
  const drafts = SCENARIOS.flatMap(({ count, draft }) =>
    Array.from({ length: count }, () =>
      draft({ nowMs, edition, number: (number += 1), chance }),
    ).flat(),
  );
  drafts.sort((one, other) => one.timeMs - other.timeMs);
  return drafts.map((draft, index) => ({
    text: write(draft, makeUuid('message', edition, index)),
    fate: draft.fate,
  }));
}

/** The lines as the text of a file. */
export function formatExampleEvents(lines: readonly ExampleLine[]): string {
  return lines.map(({ text }) => `${text}\n`).join('');
}

function write({ timeMs, message, spoil }: Draft, id: string): string {
  const { type, messageId = id, ...rest } = message;
  const context = { library: 'com.example.audience', libraryVersion: '0.6.1' };
  const line = JSON.stringify({
    type,
    messageId,
    eventTimestamp: new Date(timeMs).toISOString(),
    ...rest,
    context,
  });
  return spoil ? spoil(line) : line;
}
