import { InputError } from '../errors.js';
import type { Input } from '../events/input.js';
import { checkInputs, readLines } from '../events/input.js';
import type { Workspace } from '../workspace.js';
import type { Delivery } from './delivery.js';
import { withDelivery } from './delivery.js';
import { Intake } from './intake.js';
import { prescan } from './prescan.js';
import type { Report } from './report.js';
import type { Selection } from './stage.js';
import { checkLines } from './strict.js';
import type { Summary } from './tally.js';

export interface SendRun extends Selection {
  inputs: readonly Input[];
  /** Files are checked whole before anything is sent; a stream stops at its first invalid line. */
  strict: boolean;
  /** Wait until networks that decide later have decided. */
  waits?: boolean;
  report: Report;
  signal: AbortSignal;
}

/** The longest that a postback from a stream waits for company, in milliseconds. */
const TRICKLE_MS = 250;

/**
 * Sends what the inputs hold: every line is planned, batched, delivered and recorded. Resolves when nothing is under
 * way any more, also after `signal` aborted.
 * @throws AuthError when no network is connected; InputError when an input cannot be read, or is invalid under `strict`
 *   (what was read before is delivered); InternalError when the log cannot be written
 */
export async function runSend(workspace: Workspace, run: SendRun): Promise<Summary> {
  await checkInputs(run.inputs);
  if (run.strict) await checkLines(run.inputs, run.report);
  let fault: InputError | undefined;
  const summary = await withDelivery(workspace, { ...run, command: 'send' }, async (delivery) => {
    const intake = new Intake(delivery, run.strict);
    try {
      for (const input of run.inputs) {
        if (!run.signal.aborted) await readInput(input, intake, delivery);
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      fault = error;
    }
    await intake.settle();
  });
  if (fault) throw fault;
  return summary;
}

async function readInput(input: Input, intake: Intake, delivery: Delivery): Promise<void> {
  const isStream = input.path === undefined;
  if (!isStream) await prescan(input, (events) => intake.remember(events), delivery.signal);
  const read = async (signal: AbortSignal): Promise<void> => {
    for await (const lines of readLines(input, signal)) {
      await intake.take(lines, input, isStream);
      await intake.settle();
    }
  };
  await (isStream ? readStream(delivery, read) : read(delivery.signal));
}

/**
 * Reads a stream while what trickles in through it does not wait for a full batch. Its silence hides no fault: `read` is
 * stopped when a lane breaks, and `look` is called now and then.
 */
export async function readStream(
  { lanes, signal }: Pick<Delivery, 'lanes' | 'signal'>,
  read: (signal: AbortSignal) => Promise<void>,
  look?: () => void,
): Promise<void> {
  const broken = new AbortController();
  const trickle = setInterval(() => {
    for (const lane of lanes.values()) {
      lane.flush();
      if (lane.isBroken) broken.abort();
    }
    look?.();
  }, TRICKLE_MS);
  try {
    await read(AbortSignal.any([signal, broken.signal]));
  } finally {
    clearInterval(trickle);
  }
}
