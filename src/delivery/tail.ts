import { resolve } from 'node:path';

import type { Input } from '../events/input.js';
import { readLines } from '../events/input.js';
import type { From } from '../events/follow.js';
import { followFile } from '../events/follow.js';
import { openFollowed } from '../events/open-inputs.js';
import type { NetworkName } from '../networks/names.js';
import type { Workspace } from '../workspace.js';
import type { Delivery } from './delivery.js';
import { withDelivery } from './delivery.js';
import { Intake } from './intake.js';
import { readStream } from './read-stream.js';
import type { SendRun } from './send.js';
import type { Summary } from './tally.js';
import { persist, tend } from './tend.js';

export interface TailRun extends Omit<SendRun, 'inputs'> {
  input: Input;
  /** `last`: where the last run stopped, else at the start. */
  from: 'start' | 'end' | 'last';
  /** Waits until what was reported is shown: a slow reader slows the run. */
  shown(): Promise<void>;
}

/**
 * Follows a file as it grows, or a stream, and delivers its events as they come. What a network does not take is tried
 * again until it does or the deadline passes. Ends when `signal` aborts, the stream ends or every grant is refused; it
 * never looks alive while dead.
 * @throws InputError when the file cannot be read; what withDelivery throws
 */
export async function runTail(workspace: Workspace, run: TailRun): Promise<Summary> {
  const given = new AbortController();
  const signal = AbortSignal.any([run.signal, given.signal]);
  return withDelivery(workspace, { ...run, command: 'tail' }, async (delivery) => {
    const input = await openFollowed(run.input);
    const intake = new Intake(delivery, run.strict);
    await resumePending(delivery, run);
    const giveUp = (): void => {
      const lanes = [...delivery.lanes.values()];
      // Where every connection is switched off there is nothing to give up: its events are skips.
      if (lanes.length > 0 && lanes.every((lane) => lane.stop !== undefined)) given.abort();
    };
    if (input.path === undefined) await tailStream(input, intake, delivery, run, signal, giveUp);
    else {
      persist(delivery, true);
      await tailFile(input.path, intake, delivery, run, signal, giveUp);
    }
    await intake.settle();
  });
}

/** What an earlier run read and did not deliver is not read again: its place is behind it. */
async function resumePending({ lanes, log, tally, report }: Delivery, { networks, goals }: TailRun): Promise<void> {
  for (const [network, lane] of lanes) {
    if (networks.length > 0 && !networks.includes(network)) continue;
    const { count, others } = await log.claimPending({ network, account: lane.account }, goals);
    if (others > 0) report({ type: 'notice', network, message: describeOthers(network, lane.account, others) });
    lane.shelve(count);
    for (let number = 0; number < count; number++) tally.plan();
    await lane.catchUp();
  }
}

function describeOthers(network: NetworkName, account: string, count: number): string {
  const words = count === 1 ? '1 pending postback was' : `${count} pending postbacks were`;
  return (
    `${words} recorded for another account than ${account} and left alone. To send them to ${account}: ` +
    `postback replay --state pending --all --account-changed --network ${network}`
  );
}

async function tailStream(
  input: Input,
  intake: Intake,
  delivery: Delivery,
  run: TailRun,
  signal: AbortSignal,
  giveUp: () => void,
): Promise<void> {
  const read = async (ending: AbortSignal): Promise<void> => {
    for await (const lines of readLines(input, ending)) {
      await intake.take(lines, input, true);
      await intake.settle();
      for (const lane of delivery.lanes.values()) lane.flush();
      await tend(delivery);
      await run.shown();
    }
  };
  await readStream({ ...delivery, signal }, read, giveUp);
}

async function tailFile(
  name: string,
  intake: Intake,
  delivery: Delivery,
  run: TailRun,
  signal: AbortSignal,
  giveUp: () => void,
): Promise<void> {
  const { lanes, log, report, workspace } = delivery;
  const path = resolve(name);
  const from = run.from === 'last' ? (log.findPlace(path) ?? 'start') : run.from;
  for await (const followed of followFile({ path, from: from satisfies From, clock: workspace.clock, signal })) {
    if (followed.type === 'lines') {
      await intake.take(followed.lines, run.input, true);
      await intake.settle();
      // Everything up to here is in the log: a restart goes on behind it.
      await log.keepPlace(path, followed.place);
      lanes.forEach((lane) => lane.flush());
      await tend(delivery);
    } else if (followed.type === 'waiting') {
      report({ type: 'input', message: `${name} is not there; waiting for it.` });
    } else if (followed.type === 'rotated') {
      report({ type: 'input', message: describeRotation(name, followed.how) });
    } else {
      for (const lane of lanes.values()) await lane.space();
      await tend(delivery);
    }
    await run.shown();
    giveUp();
  }
}

function describeRotation(name: string, how: 'renamed' | 'truncated' | 'lost'): string {
  if (how !== 'lost') return `${name} was ${how}; going on with the new one.`;
  return (
    `The file that was read last under the name ${name} is gone (removed or packed): lines that were added to it since ` +
    'are not read. Unpack it and run postback send on it: nothing is sent twice.'
  );
}
