import { InputError } from '../errors.js';
import type { ParsedRecord } from '../events/event-parser.js';
import type { Input } from '../events/input.js';
import { openParser, readLines } from '../events/input.js';
import { openInput } from '../events/open-inputs.js';
import type { DryRunMemory } from '../log/dry-run-memory.js';
import { openEmptyMemory, openLogReader } from '../log/open-log.js';
import type { Workspace } from '../workspace.js';
import type { Explanation } from './explain.js';
import { explainEvent, explainInvalid } from './explain.js';
import { Planner, prepareOne } from './planner.js';
import { prescan, hasIdentity } from './prescan.js';
import type { Selection } from './resolve-targets.js';
import { describeTargets } from './resolve-targets.js';

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
 * Explains what `send` would make of lines, as if each were the next that it reads: the log and the
 * rest of the file tell who clicked what. Works without any connection. Nothing is sent or
 * recorded.
 * @throws InputError when the input cannot be read or has no such line; AuthError, ConfigError as
 *   surveyTargets
 */
export async function* explainInput(
  workspace: Workspace,
  run: ExplainRun,
): AsyncGenerator<ExplainedRecord> {
  const { signal } = run;
  const input = await openInput(run.input);
  const { planContext } = describeTargets(workspace, run);
  const planner = new Planner(planContext);
  const logReader = await openLogReader(workspace.logLocation);
  const memory = logReader?.openDryRunMemory() ?? (await openEmptyMemory(workspace.name));
  try {
    if (input.path !== undefined)
      for await (const events of prescan(input, signal)) await memory.remember(events);
    for await (const { line, record } of pickRecords({ ...run, input }, memory)) {
      if ('invalid' in record) {
        yield { file: input.name, line, ...explainInvalid(record.invalid) };
        continue;
      }
      const { prepared, known } = await prepareOne(planner, record.event, memory);
      yield {
        file: input.name,
        line,
        ...explainEvent(planner, prepared, known, workspace.clock.now()),
      };
    }
  } finally {
    await memory.close();
    await logReader?.close();
  }
}

/**
 * The records that were asked for. What a stream tells of people is remembered on the way: it
 * cannot be read ahead.
 */
async function* pickRecords(
  { input, line: wanted, limit, signal }: ExplainRun,
  memory: Pick<DryRunMemory, 'remember'>,
): AsyncGenerator<LocatedRecord> {
  const isStream = input.path === undefined;
  let found = 0;
  let last = 0;
  for await (const { line, record } of readRecords(input, signal)) {
    last = line;
    if (wanted !== undefined && line > wanted) break;
    if (isStream && 'event' in record && hasIdentity(record.event))
      await memory.remember([record.event]);
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

async function* readRecords(
  input: Input,
  signal: AbortSignal,
): AsyncGenerator<{ line: number; record: ParsedRecord }> {
  const parser = openParser(input);
  for await (const lines of readLines(input, signal)) {
    for (const line of lines)
      for (const record of parser.parse(line)) yield { line: line.number, record };
  }
}

/** A page view explains itself. */
function isOfInterest(record: ParsedRecord): boolean {
  return 'invalid' in record || record.event.type === 'track';
}

function explainNothing(name: string, wanted: number | undefined, last: number): InputError {
  if (wanted === undefined)
    return new InputError('no_conversion', `${name} contains no conversions.`);
  const message =
    last < wanted
      ? `${name} has no line ${wanted}.`
      : `No event begins on line ${wanted} of ${name}.`;
  return new InputError('no_such_line', message, {
    hint: 'Lines are counted from 1, blank ones too.',
  });
}
