import { carriesClick } from '../attribution/click-carriers.js';
import { InputError } from '../errors.js';
import type { ConversionEvent } from '../events/conversion-event.js';
import type { Input } from '../events/input.js';
import { openParser, readLines } from '../events/input.js';

/**
 * Words that Audience messages about people's clicks and ids have; all others are not even parsed.
 */
const MARKS = /"(?:page|screen|identify|alias|sign_up|link_clicked)"/;

/** Whether an event says who is who, or which click brought whom. */
export function hasIdentity(event: ConversionEvent): boolean {
  return event.alias !== undefined || event.type === 'identify' || carriesClick(event);
}

/**
 * Reads a file once for what it says of people, so that a click further down counts for a
 * conversion further up where it is older. Yields the events that say who is who, or which click
 * brought whom. Costs little more than reading where the file says nothing of the kind.
 */
export async function* prescan(
  input: Input,
  signal: AbortSignal,
): AsyncGenerator<readonly ConversionEvent[]> {
  try {
    yield* scan(input, signal);
  } catch (error) {
    // What comes before the damage is delivered; reading it a second time reports the damage.
    if (!(error instanceof InputError)) throw error;
  }
}

async function* scan(input: Input, signal: AbortSignal): AsyncGenerator<ConversionEvent[]> {
  const parser = openParser(input);
  for await (const lines of readLines(input, signal)) {
    const events: ConversionEvent[] = [];
    for (const line of lines) {
      // Other formats say it in words of their own.
      if (parser.format === 'audience' && !MARKS.test(line.text)) continue;
      for (const parsed of parser.parse(line)) {
        if ('event' in parsed && hasIdentity(parsed.event)) events.push(parsed.event);
      }
    }
    if (events.length > 0) yield events;
  }
}
