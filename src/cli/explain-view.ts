import { stringifyExact } from '../exact-json.js';
import type { ExplainedPostback, Explanation } from '../delivery/explain.js';
import type { LoggedPostback } from '../delivery/explain-log.js';
import type { ExplainedGate, ExplainVerdict } from '../delivery/explain-verdict.js';
import type { OtherGoal } from '../goals/match.js';
import type { IO } from './io.js';
import { wrapAroundCommands } from './hints.js';
import { wrapText, wrapWords } from './table-layout.js';
import { cleanCell, countOf } from './text.js';

const GATE_WIDTH = 12;
/** Columns in front of what a gate says. */
const INDENT = ' '.repeat(GATE_WIDTH + 9);
/** Least number of columns that it gets on a narrow terminal. */
const LEAST_ROOM = 20;

/** Where the explained record is, and whether the rule of each gate is printed. */
interface ExplainViewOptions {
  origin: string;
  verbose: boolean;
}

/**
 * Shows why an event is or was not sent: the gates in order, then each postback with its request.
 */
export async function printExplanation(
  io: IO,
  explanation: Explanation<ExplainedPostback | LoggedPostback>,
  { origin, verbose }: ExplainViewOptions,
): Promise<void> {
  const { bold, dim } = io.color.out;
  const { eventId, event, gates, postbacks, otherGoals = [] } = explanation;
  const fit = (text: string): string => (io.isTerminal ? wrapWords(text, io.width) : text);
  await io.print(wrapAroundCommands(io.hint(describeVerdict(io, explanation)), fit));
  const [name, id, at] = [event ?? 'no event', eventId ?? '', origin].map(cleanCell);
  const isLong = io.isTerminal && `${name}  ${id}  ${at}`.length > io.width;
  await io.print(`${bold(name)}  ${id}${isLong ? '\n' : '  '}${dim(at)}`.trimEnd());
  let about = '';
  for (const gate of verbose ? gates : gatherRecorded(gates)) {
    const goal = gate.goal === undefined ? '' : `${gate.goal} at ${gate.network}`;
    if (goal !== about) await io.print(bold(goal));
    about = goal;
    await printGate(io, gate, verbose);
  }
  await printOtherGoals(io, otherGoals, verbose);
  for (const postback of postbacks) await printPostback(io, postback);
}

/** Number of goals that are named without `--verbose`. */
const NAMED_GOALS = 8;

async function printOtherGoals(
  io: IO,
  goals: readonly OtherGoal[],
  verbose: boolean,
): Promise<void> {
  if (goals.length === 0) return;
  const { bold, dim } = io.color.out;
  const shown = verbose ? goals : goals.slice(0, NAMED_GOALS);
  await io.print(bold('goals that do not count it'));
  for (const { goal, why } of shown) {
    const [first = '', ...rest] = hangLines(io, `${goal}: ${cleanCell(why)}`);
    await io.print(`  ${first}`);
    for (const line of rest) await io.print(`    ${line}`);
  }
  const more = goals.length - shown.length;
  if (more > 0) await io.print(dim(`  ${more} more, listed with --verbose`));
}

const VERDICT_PAINT = { sent: 'green', not_sent: 'red', pending: 'yellow', failed: 'red' } as const;

/** The first line: what became of the event, or what would, and why. */
function describeVerdict(
  { color }: IO,
  { verdict, reason, gates, postbacks }: Explanation<ExplainedPostback | LoggedPostback>,
): string {
  const isLogged = reason === 'duplicate' || postbacks.some((postback) => 'state' in postback);
  const words: Readonly<Record<ExplainVerdict, string>> = {
    sent: isLogged ? 'Sent' : 'Would be sent',
    not_sent: isLogged ? 'Not sent' : 'Would not be sent',
    pending: 'Pending',
    failed: 'Failed',
  };
  const shown = color.out.bold(color.out[VERDICT_PAINT[verdict]](words[verdict]));
  if (verdict === 'sent')
    return reason === 'duplicate' ? `${shown} before. It would not be sent again.` : `${shown}.`;
  const own = postbacks.find(
    (postback): postback is LoggedPostback => 'state' in postback && postback.reason === reason,
  );
  const message = own?.message ?? gates.find((gate) => gate.reason === reason)?.message;
  const why = [reason, message].filter((part) => part).map((part) => cleanCell(part ?? ''));
  return why.length === 0 ? `${shown}.` : `${shown}: ${why.join(', ')}`;
}

/** A gate, or several that the log has one record of. */
type ShownGate = Omit<ExplainedGate, 'gate'> & { gate: string };

/** Joins gates of the log that one run passed: what each of them saw is not kept. Pure. */
function gatherRecorded(gates: readonly ExplainedGate[]): ShownGate[] {
  const shown: ShownGate[] = [];
  for (const gate of gates) {
    const last = shown.at(-1);
    const isSame =
      last?.result === 'pass' &&
      gate.result === 'pass' &&
      gate.saw.startsWith('recorded') &&
      (['saw', 'goal', 'network'] as const).every((part) => last[part] === gate[part]);
    if (isSame) last.gate += `, ${gate.gate}`;
    else shown.push({ ...gate });
  }
  return shown;
}

async function printGate(io: IO, gate: ShownGate, verbose: boolean): Promise<void> {
  const { green, red, dim } = io.color.out;
  const { result, reason, message, saw, rule, source } = gate;
  const mark = result === 'pass' ? green('pass') : red('stop');
  const said = hangLines(io, cleanCell(saw));
  // Several names take a line of their own.
  const isLong = gate.gate.length > GATE_WIDTH;
  const [first, rest] = isLong ? ['', said] : [said[0] ?? '', said.slice(1)];
  await io.print(`  ${mark}  ${`${gate.gate.padEnd(GATE_WIDTH)} ${first}`.trimEnd()}`);
  for (const line of rest) await io.print(`${INDENT}${line}`);
  if (result === 'stop') {
    const words = `${reason ?? ''}: ${cleanCell(message ?? '')}`;
    for (const line of hangLines(io, words)) await io.print(`${INDENT}${red(line)}`);
  }
  if (!verbose) return;
  for (const line of wrapText(`${rule} Source: ${source}`, roomOf(io)))
    await io.print(dim(`${INDENT}${line}`));
}

/** Lines of what a gate says, next to its name; off a terminal, one. */
function hangLines(io: IO, text: string): string[] {
  if (!io.isTerminal) return [text];
  return wrapAroundCommands(io.hint(text), (part) => wrapWords(part, roomOf(io))).split('\n');
}

function roomOf({ width }: IO): number {
  return Math.max(LEAST_ROOM, width - INDENT.length);
}

async function printPostback(io: IO, postback: ExplainedPostback | LoggedPostback): Promise<void> {
  const { bold, dim } = io.color.out;
  const { network, account, goal, deadline, request } = postback;
  const until = deadline === null ? '' : `, can be sent until ${deadline}`;
  await io.print(
    `\n${bold('Postback')}  ${goal} at ${network}${account === null ? '' : ` account ${account}`}`,
  );
  await io.print(dim(`${postback.postbackId}${until}`));
  if ('state' in postback) await printState(io, postback);
  if (!request) return;
  await io.print(`${request.method} ${request.url}`);
  for (const [name, value] of Object.entries(request.headers))
    await io.print(dim(`${name}: ${value}`));
  const { body } = request;
  if (body === null || body === undefined) return;
  await io.print(typeof body === 'string' ? body : stringifyExact(body, 2));
}

async function printState(
  io: IO,
  { state, attempts, reason, message, now, next, mapping, goal, network }: LoggedPostback,
): Promise<void> {
  const why = reason === null ? '' : `, ${reason}${message ? `: ${cleanCell(message)}` : ''}`;
  await io.print(`${state}${why}; ${countOf(attempts.length, 'attempt')}`);
  for (const { time, status, http, attempt, reason: code } of attempts) {
    await io.print(
      `  ${time}  attempt ${attempt}  ${status}  HTTP ` +
        `${http ?? 'none'}${code === null ? '' : `  ${code}`}`,
    );
  }
  if (state === 'delivered') return;
  if (now === null) await io.print('The log does not keep its payload. Send the line again.');
  else if (now.result === 'stop')
    await io.print(`It cannot be sent now, ${now.reason}: ${cleanCell(now.message ?? '')}`);
  else if (mapping === undefined) await io.print('It can be sent now.');
  else {
    await io.print(
      `${goal} is mapped to ${cleanCell(mapping.value)} at ${network}. Unless you have fixed ` +
        'that, run:',
    );
    await io.print(mapping.fix);
  }
  if (next !== undefined) await io.print(`${mapping === undefined ? 'Next' : 'Then'}: ${next}`);
}
