import { stringifyExact } from '../../src/exact-json.js';
import type { ExplainedPostback, Explanation } from '../../src/delivery/explain.js';
import type { LoggedPostback } from '../../src/delivery/explain-log.js';
import type { ExplainedGate, ExplainVerdict } from '../../src/delivery/explain-verdict.js';
import type { IO } from './io.js';
import { cleanCell, countOf } from './text.js';

const GATE_WIDTH = 12;

/** Shows why an event is or was not sent: the gates in order, then each postback with its request. */
export async function printExplanation(
  io: IO,
  explanation: Explanation<ExplainedPostback | LoggedPostback>,
  place: string,
): Promise<void> {
  const { bold, dim } = io.color.out;
  const { eventId, event, gates, postbacks } = explanation;
  await io.out(describeVerdict(io, explanation));
  await io.out(
    `${bold(cleanCell(event ?? 'no event'))}  ${cleanCell(eventId ?? '')}  ${dim(cleanCell(place))}`.trimEnd(),
  );
  let about = '';
  for (const gate of gates) {
    const goal = gate.goal === undefined ? '' : `${gate.goal} at ${gate.network}`;
    if (goal !== about) await io.out(bold(goal));
    about = goal;
    await printGate(io, gate);
  }
  for (const postback of postbacks) await printPostback(io, postback);
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
  if (verdict === 'sent') return reason === 'duplicate' ? `${shown} before: it would not be sent again.` : `${shown}.`;
  const own = postbacks.find(
    (postback): postback is LoggedPostback => 'state' in postback && postback.reason === reason,
  );
  const message = own?.message ?? gates.find((gate) => gate.reason === reason)?.message;
  const why = [reason, message].filter((part) => part).map((part) => cleanCell(part ?? ''));
  return why.length === 0 ? `${shown}.` : `${shown}: ${why.join(', ')}`;
}

async function printGate(io: IO, { gate, result, reason, message, saw, rule }: ExplainedGate): Promise<void> {
  const { green, red, dim } = io.color.out;
  const mark = result === 'pass' ? green('pass') : red('stop');
  await io.out(`  ${mark}  ${gate.padEnd(GATE_WIDTH)} ${cleanCell(saw)}`);
  const indent = ' '.repeat(GATE_WIDTH + 9);
  if (result === 'stop') await io.out(`${indent}${red(reason ?? '')}: ${cleanCell(message ?? '')}`);
  await io.out(dim(`${indent}${rule}`));
}

async function printPostback(io: IO, postback: ExplainedPostback | LoggedPostback): Promise<void> {
  const { bold, dim } = io.color.out;
  const { network, account, goal, deadline, request } = postback;
  const until = deadline === null ? '' : `, can be sent until ${deadline}`;
  await io.out(
    `\n${bold('Postback')}  ${goal} at ${network}${account === null ? '' : ` account ${account}`}${until}  ${dim(postback.postbackId)}`,
  );
  if ('state' in postback) await printState(io, postback);
  if (!request) return;
  await io.out(`${request.method} ${request.url}`);
  for (const [name, value] of Object.entries(request.headers)) await io.out(dim(`${name}: ${value}`));
  const { body } = request;
  await io.out(typeof body === 'string' ? body : stringifyExact(body, 2));
}

async function printState(io: IO, { state, attempts, reason, message, now, next }: LoggedPostback): Promise<void> {
  const why = reason === null ? '' : `, ${reason}${message ? `: ${cleanCell(message)}` : ''}`;
  await io.out(`${state}${why}; ${countOf(attempts.length, 'attempt')}`);
  for (const { time, status, http, attempt, reason: code } of attempts) {
    await io.out(`  ${time}  attempt ${attempt}  ${status}  HTTP ${http ?? 'none'}${code === null ? '' : `  ${code}`}`);
  }
  if (state === 'delivered') return;
  if (now === null) await io.out('Its facts are not kept: send the line again.');
  else if (now.result === 'stop')
    await io.out(`Now it could not be sent, ${now.reason}: ${cleanCell(now.message ?? '')}`);
  else await io.out('Now it could be sent.');
  if (next !== undefined) await io.out(`Next: ${next}`);
}
