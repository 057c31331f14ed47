import { InputError } from '../errors.js';
import type { ConversionEvent } from '../events/conversion-event.js';
import type { ParsedRecord } from '../events/event-parser.js';
import type { Input } from '../events/input.js';
import { openParser, readLines } from '../events/input.js';
import { openInput } from '../events/open-inputs.js';
import { LogPeek } from '../log/log-peek.js';
import type { Workspace } from '../workspace.js';
import type { Explanation } from './explain.js';
import { explainEvent, explainInvalid } from './explain.js';
import type { JudgedPostback } from './explain-verdict.js';
import { judgeStanding } from './intake.js';
import { openRehearsalMemory } from './memory.js';
import type { World } from './plan.js';
import { prescan, tellsOfPeople } from './prescan.js';
import type { Selection } from './stage.js';
import { surveyStage } from './stage.js';

export interface ExplainRun extends Selection {
  input: Input;
  /** Only this line, from 1; absent: the first conversions and the invalid lines among them. */
  line?: number;
  /** At most so many; of one line all that it holds. */
  limit: number;
  signal: AbortSignal;
}

export type ExplainedRecord = Explanation & { file: string; line: number };

/**
 * Explains what `send` would make of lines, as if each were the next that it reads: the log and the rest of the file tell
 * who clicked what. Works without any connection. Nothing is sent or recorded.
 * @throws InputError when the input cannot be read or has no such line; AuthError, ConfigError as surveyStage
 */
export async function* explainInput(workspace: Workspace, run: ExplainRun): AsyncGenerator<ExplainedRecord> {
  const { signal } = run;
  const input = await openInput(run.input);
  const { world } = surveyStage(workspace, run);
  const peek = LogPeek.open(workspace.logPath, workspace.name);
  const memory = openRehearsalMemory(peek?.people);
  let known: JudgedPostback[] = [];
  const standing: World['standing'] = (key) => {
    const found = peek?.standing(key) ?? 'unknown';
    // What the log knows without a row of its own has been delivered.
    if (found === 'known') known.push({ state: 'delivered' });
    else if (found !== 'unknown') known.push(found);
    return judgeStanding(found);
  };
  const full: World = { ...world, memory, standing };
  const remember = (events: readonly ConversionEvent[]): Promise<void> => {
    memory.remember(events);
    return Promise.resolve();
  };
  try {
    if (input.path !== undefined) await prescan(input, remember, signal);
    for await (const { line, record } of pickRecords({ ...run, input }, remember)) {
      const nowMs = workspace.clock.now();
      known = [];
      const told = 'event' in record ? explainEvent(record.event, full, nowMs, known) : explainInvalid(record.invalid);
      yield { file: input.name, line, ...told };
    }
  } finally {
    memory.close();
    peek?.close();
  }
}

/** The records that were asked for. What a stream tells of people is remembered on the way: it cannot be read ahead. */
async function* pickRecords(
  { input, line: wanted, limit, signal }: ExplainRun,
  remember: (events: readonly ConversionEvent[]) => Promise<void>,
): AsyncGenerator<LocatedRecord> {
  const isStream = input.path === undefined;
  let found = 0;
  let last = 0;
  for await (const { line, record } of readRecords(input, signal)) {
    last = line;
    if (wanted !== undefined && line > wanted) break;
    if (isStream && 'event' in record && tellsOfPeople(record.event)) await remember([record.event]);
    if (wanted === undefined ? !isOfInterest(record) : line !== wanted) continue;
    found++;
    yield { line, record };
    if (wanted === undefined && found >= limit) return;
  }
  if (found === 0 && !signal.aborted) throw explainNothing(input.name, wanted, last);
}

interface LocatedRecord {
  line: number;
  record: ParsedRecord;
}

async function* readRecords(input: Input, signal: AbortSignal): AsyncGenerator<{ line: number; record: ParsedRecord }> {
  const parser = openParser(input);
  for await (const lines of readLines(input, signal)) {
    for (const line of lines) for (const record of parser.parse(line)) yield { line: line.number, record };
  }
}

/** A page view explains itself. */
function isOfInterest(record: ParsedRecord): boolean {
  return 'invalid' in record || record.event.type === 'track';
}

function explainNothing(name: string, wanted: number | undefined, last: number): InputError {
  if (wanted === undefined) return new InputError('no_conversion', `${name} holds no conversion.`);
  const message = last < wanted ? `${name} has no line ${wanted}.` : `No event begins on line ${wanted} of ${name}.`;
  return new InputError('no_such_line', message, { hint: 'Lines are counted from 1, blank ones too.' });
}
