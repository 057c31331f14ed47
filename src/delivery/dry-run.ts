import type { Clock } from '../clock.js';
import type { ConversionEvent } from '../events/conversion-event.js';
import type { Input } from '../events/input.js';
import { readLines } from '../events/input.js';
import { openInputs } from '../events/open-inputs.js';
import type { Line } from '../events/line-splitter.js';
import type { HttpRequest } from '../http/http.js';
import { redactRequest } from '../http/redact.js';
import { LogPeek } from '../log/log-peek.js';
import type { NetworkName } from '../networks/names.js';
import type { Channel, Outgoing } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import type { Batch } from './batch.js';
import { Batcher } from './batch.js';
import type { World } from './plan.js';
import type { RehearsalMemory } from './memory.js';
import { openRehearsalMemory } from './memory.js';
import { planEvent } from './plan.js';
import { judgeStanding } from './intake.js';
import { prescan, tellsOfPeople } from './prescan.js';
import { RecordReader } from './record-reader.js';
import type { SendRun } from './send.js';
import { setStage } from './stage.js';
import { checkLines } from './strict.js';
import type { Summary } from './tally.js';
import { Tally } from './tally.js';

/** A request that would be made, tokens masked, with the postbacks that it would carry. */
export interface PlannedRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  /** As JSON where that loses nothing, else as text. */
  body: unknown;
  postbacks: string[];
}

export type DryRunSummary = Summary & { dryRun: true; requests: PlannedRequest[] };

/**
 * What `send` would do: the summary and the exact requests. Nothing is sent, refreshed or recorded.
 * @throws as runSend
 */
export async function planSend(workspace: Workspace, run: SendRun): Promise<DryRunSummary> {
  const inputs = await openInputs(run.inputs);
  if (run.strict) await checkLines(inputs, run.report);
  const peek = LogPeek.open(workspace.logPath, workspace.name);
  // What a killed run left on its way is pending, as it will be for the real run.
  peek?.takeOverDead(workspace.clock);
  const memory = openRehearsalMemory(peek?.people);
  try {
    const rehearsal = new Rehearsal(workspace, run, peek, memory);
    for (const input of inputs) await rehearsal.read(input);
    return rehearsal.finish();
  } finally {
    memory.close();
    peek?.close();
  }
}

interface DryLane {
  channel: Channel;
  batcher: Batcher;
}

class Rehearsal {
  readonly #run: SendRun;
  readonly #memory: RehearsalMemory;
  readonly #clock: Clock;
  readonly #world: World;
  readonly #tally: Tally;
  readonly #lanes = new Map<NetworkName, DryLane>();
  readonly #met = new Set<string>();
  readonly #requests: PlannedRequest[] = [];
  readonly #reader: RecordReader;

  constructor(workspace: Workspace, run: SendRun, peek: LogPeek | undefined, memory: RehearsalMemory) {
    const { world, open } = setStage(workspace, run);
    this.#run = run;
    this.#memory = memory;
    this.#clock = workspace.clock;
    this.#tally = new Tally({ run: 'dry-run', command: 'send', workspace: workspace.name });
    this.#reader = new RecordReader(this.#tally.summary, run.report);
    this.#world = {
      ...world,
      standing: (key) => (this.#met.has(key.id) ? 'known' : judgeStanding(peek?.standing(key) ?? 'unknown')),
      memory,
    };
    for (const { credentials } of open) {
      const { network } = credentials.connection;
      const channel = world.routes.get(network)?.channel;
      if (channel) this.#lanes.set(network, { channel, batcher: new Batcher(channel) });
    }
  }

  async read(input: Input): Promise<void> {
    const remember = (events: readonly ConversionEvent[]): Promise<void> => {
      this.#memory.remember(events);
      return Promise.resolve();
    };
    if (input.path !== undefined) await prescan(input, remember, this.#run.signal);
    for await (const lines of readLines(input, this.#run.signal)) {
      for (const line of lines) this.#take(line, input);
    }
  }

  finish(): DryRunSummary {
    for (const { channel, batcher } of this.#lanes.values()) {
      for (const batch of batcher.takeAll()) this.#note(channel, batch);
    }
    return { ...this.#tally.summary, dryRun: true, requests: this.#requests };
  }

  #take(line: Line, input: Input): void {
    const events: ConversionEvent[] = [];
    this.#reader.read(line, input, events);
    for (const event of events) this.#plan(event);
  }

  #plan(event: ConversionEvent): void {
    if (tellsOfPeople(event)) this.#memory.remember([event]);
    const plan = planEvent(event, this.#world, this.#clock.now());
    for (const { reason, network } of plan.skips) this.#tally.skip(reason, network);
    for (const outgoing of plan.outgoing) this.#add(outgoing);
  }

  #add(outgoing: Outgoing): void {
    const { postback } = outgoing;
    const lane = this.#lanes.get(postback.network) as DryLane;
    this.#tally.plan();
    this.#met.add(postback.id);
    this.#note(lane.channel, lane.batcher.add({ outgoing, entry: { postback, attempts: 0 }, tries: 0 }));
  }

  #note(channel: Channel, batch: Batch | undefined): void {
    if (batch) this.#requests.push(describeBatch(channel, batch));
  }
}

/** The request that a batch would make. */
export function describeBatch(channel: Channel, batch: Batch): PlannedRequest {
  const outgoing = batch.items.map((item) => item.outgoing);
  const request = redactRequest(channel.request(outgoing, '***'));
  return {
    method: request.method,
    url: request.url,
    headers: request.headers,
    body: readBody(request.body),
    postbacks: outgoing.map(({ postback }) => postback.id),
  };
}

/** JSON, unless reading and writing it again would change it, as it would a 64-bit number. */
function readBody(body: HttpRequest['body']): unknown {
  if (body === undefined) return null;
  const text = body.toString();
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? value : text;
  } catch {
    return text;
  }
}
