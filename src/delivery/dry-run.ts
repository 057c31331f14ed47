import type { ConversionEvent } from '../events/conversion-event.js';
import type { Input } from '../events/input.js';
import { readLines } from '../events/input.js';
import type { Line } from '../events/line-splitter.js';
import { isRereadable } from '../events/input-types.js';
import { openInputs } from '../events/open-inputs.js';
import type { HttpRequest } from '../http/http.js';
import { parseKeepingNumbers } from '../exact-json.js';
import { redactRequest } from '../http/redact.js';
import { slotOf } from '../log/claims.js';
import type { Standing } from '../log/postback-rows.js';
import { LogPeek } from '../log/log-peek.js';
import type { NetworkName } from '../networks/names.js';
import type { Channel, Outgoing } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import type { Batch } from './batch.js';
import { Batcher } from './batch.js';
import type { RehearsalMemory } from './memory.js';
import { openRehearsalMemory } from './memory.js';
import type { Origins } from './origins.js';
import type { PlannedPostback, PlannedSkip, World } from './plan.js';
import { planEvent } from './plan.js';
import { judgeStanding } from './intake.js';
import { prescan, tellsOfPeople } from './prescan.js';
import { RecordReader } from './record-reader.js';
import type { Report } from './report.js';
import type { SendRun } from './send.js';
import { accountsOf, reportShared, setStage, type Selection } from './stage.js';
import { checkLines, refuseEmpty } from './strict.js';
import type { Summary } from './tally.js';
import { Tally } from './tally.js';
import { judgeAge } from './window.js';

/** A request that would be made, tokens masked, with the postbacks that it would carry. */
export interface PlannedRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  /** An object where the request is JSON, with numbers that stringifyExact writes digit for digit. */
  body: unknown;
  postbacks: string[];
}

export type DryRunSummary = Summary & { dryRun: true; requests: readonly PlannedRequest[] };

/** Decides which of the requests of a dry run are built and kept. */
export interface RequestSink {
  /** Whether the next request of the network is wanted: building all of them takes as long as sending does. */
  wants(network: NetworkName): boolean;
  take(network: NetworkName, request: PlannedRequest): void;
}

/** What became of one event in a plan. */
export interface PlannedEvent {
  event: ConversionEvent;
  skips: readonly PlannedSkip[];
  /** Postbacks that would be sent. */
  sent: readonly Outgoing[];
  /** Pending postbacks whose window has closed: they would fail as expired. */
  expired: readonly Outgoing[];
  /** Pending postbacks that were recorded for another account. */
  others: readonly Outgoing[];
}

export interface DryRunOptions extends Selection {
  command: string;
  report: Report;
  signal: AbortSignal;
  origins?: Origins | undefined;
  /** Absent: no request is built. */
  requests?: RequestSink | undefined;
  /** Which events are taken at all; those that are not count as events and make nothing. */
  accepts?: (event: ConversionEvent) => boolean;
  /** Called for each event that is taken. */
  onPlan?: (planned: PlannedEvent) => void;
  /** Keeps what events say of people in the log, for the delivery that follows, and makes a log where there is none. */
  remembers?: boolean | undefined;
}

/**
 * What `send` would do: the summary and the exact requests. Nothing is sent, refreshed or recorded.
 * @throws as runSend
 */
export async function planSend(
  workspace: Workspace,
  run: SendRun & { requests?: RequestSink | undefined },
): Promise<Summary & { dryRun: true }> {
  const inputs = await openInputs(run.inputs);
  if (run.strict) await checkLines(inputs, run.report);
  return withDryRun(workspace, { ...run, command: 'send' }, async (dryRun) => {
    for (const input of inputs) {
      await dryRun.prescan(input);
      await dryRun.read(input);
    }
    dryRun.checkRecords(inputs, run.strict);
  });
}

/**
 * Opens the log for reading, lets `work` feed the plan and gives the summary of what a run would do.
 * @throws as setStage; what `work` throws
 */
export async function withDryRun(
  workspace: Workspace,
  options: DryRunOptions,
  work: (dryRun: DryRun, peek: LogPeek | undefined) => Promise<void>,
): Promise<Summary & { dryRun: true }> {
  const { logPath: path, name } = workspace;
  const peek = options.remembers ? LogPeek.make(path, name) : LogPeek.open(path, name);
  // What a killed run left on its way is pending, as it will be for the real run.
  peek?.takeOverDead(workspace.clock);
  const memory = openRehearsalMemory(peek?.people);
  try {
    const dryRun = new DryRun(workspace, options, peek, memory);
    await work(dryRun, peek);
    return dryRun.finish();
  } finally {
    memory.close();
    peek?.close();
  }
}

interface DryLane {
  channel: Channel;
  batcher: Batcher;
}

/** Plans events as a run would, with what the log knows, and sends and records nothing. */
export class DryRun {
  readonly #workspace: Workspace;
  readonly #options: DryRunOptions;
  readonly #memory: RehearsalMemory;
  readonly #peek: LogPeek | undefined;
  readonly #world: World;
  readonly #tally: Tally;
  readonly #lanes = new Map<NetworkName, DryLane>();
  readonly #met = new Set<string>();
  /** Files whose events were asked already what they say of people. */
  readonly #prescanned = new Set<Input>();
  readonly #reader: RecordReader;

  constructor(workspace: Workspace, options: DryRunOptions, peek: LogPeek | undefined, memory: RehearsalMemory) {
    const stage = setStage(workspace, options);
    const { world, open } = stage;
    this.#workspace = workspace;
    this.#options = options;
    this.#memory = memory;
    this.#peek = peek;
    const head = { run: 'dry-run', workspace: workspace.name, accounts: accountsOf(stage) };
    this.#tally = new Tally({ ...head, command: options.command });
    options.report({ type: 'run', ...head });
    reportShared(stage, options.report);
    this.#reader = new RecordReader(this.#tally.summary, options.report, options.origins);
    this.#world = {
      ...world,
      standing: (key) => (this.#met.has(key.id) ? 'known' : judgeStanding(this.#standing(key))),
      memory,
    };
    for (const { credentials } of open) {
      const { network } = credentials.connection;
      const channel = world.routes.get(network)?.channel;
      if (channel) this.#lanes.set(network, { channel, batcher: new Batcher(channel) });
    }
  }

  /** Remembers what a file says of people, so that a click further down counts for a conversion further up. */
  async prescan(input: Input): Promise<void> {
    // What can be read only once cannot be read ahead.
    if (!isRereadable(input)) return;
    const remember = (events: readonly ConversionEvent[]): Promise<void> => {
      this.#remember(events);
      return Promise.resolve();
    };
    await prescan(input, remember, this.#options.signal);
    this.#prescanned.add(input);
  }

  /** Plans an input to its end. */
  async read(input: Input): Promise<void> {
    for await (const lines of readLines(input, this.#options.signal)) {
      for (const line of lines) this.take(line, input);
      this.#options.report({ type: 'progress', summary: this.#tally.summary });
    }
  }

  /**
   * Reports each input that holds no record.
   * @throws InputError when there is none at all, under `strict`
   */
  checkRecords(inputs: readonly Input[], isStrict: boolean): void {
    if (this.#options.signal.aborted) return;
    this.#reader.reportEmpty(inputs);
    if (isStrict && this.#tally.summary.lines === 0) throw refuseEmpty(inputs);
  }

  /** Plans the events of one line. */
  take(line: Line, input: Input): void {
    const events: ConversionEvent[] = [];
    this.#reader.read(line, input, events);
    for (const event of events) {
      if (!this.#prescanned.has(input) && tellsOfPeople(event)) this.#remember([event]);
      this.#plan(event);
    }
  }

  /** Plans a pending postback of the log. */
  resume(outgoing: PlannedPostback, account: string | undefined): void {
    if (this.#met.has(outgoing.postback.id)) return;
    this.#add(outgoing, account);
  }

  finish(): Summary & { dryRun: true } {
    for (const { channel, batcher } of this.#lanes.values()) {
      for (const batch of batcher.takeAll()) this.#build(channel, batch);
    }
    return { ...this.#tally.summary, dryRun: true };
  }

  #standing(key: Parameters<World['standing']>[0]): Standing {
    return this.#peek?.standing(key) ?? 'unknown';
  }

  #remember(events: readonly ConversionEvent[]): void {
    const peek = this.#options.remembers ? this.#peek : undefined;
    if (peek) peek.database.transact(() => peek.people.note(events));
    else this.#memory.remember(events);
  }

  #plan(event: ConversionEvent): void {
    const { accepts, onPlan, report, origins } = this.#options;
    if (accepts?.(event) === false) return;
    const plan = planEvent(event, this.#world, this.#workspace.clock.now());
    const origin = origins?.ofEvent(event);
    for (const { reason, network, goal, message } of plan.skips) {
      this.#tally.skip(reason, network);
      const about = { ...(goal === undefined ? {} : { goal }), ...(network === undefined ? {} : { network }) };
      const entry = { eventId: event.id, event: event.name, reason, ...about };
      report({ type: 'skip', entry, message, ...(origin === undefined ? {} : { origin }) });
    }
    const parts = { sent: [] as Outgoing[], expired: [] as Outgoing[], others: [] as Outgoing[] };
    for (const planned of plan.outgoing) {
      const standing = planned.resumes ? this.#standing(planned.postback) : undefined;
      const account = typeof standing === 'object' ? standing.account : undefined;
      parts[this.#add(planned, account)].push(planned);
    }
    onPlan?.({ event, skips: plan.skips, ...parts });
  }

  #add(planned: PlannedPostback, account: string | undefined): 'sent' | 'expired' | 'others' {
    const { postback, mapping, resumes } = planned;
    const { network } = postback;
    const { channel, batcher } = this.#lanes.get(network) as DryLane;
    this.#tally.plan();
    this.#met.add(postback.id);
    if (account !== undefined && account !== channel.account) {
      this.#tally.leaveToOtherAccount(network);
      return 'others';
    }
    if (resumes && judgeAge(postback, this.#workspace.clock.now(), channel)?.reason === 'too_old') {
      this.#tally.fail(network, 'expired');
      return 'expired';
    }
    const slot = slotOf(postback);
    if (slot) this.#memory.take(slot);
    if (this.#options.requests === undefined) return 'sent';
    const outgoing = { postback, mapping };
    const full = batcher.add({ outgoing, entry: { postback, attempts: 0 }, tries: 0 });
    if (full) this.#build(channel, full);
    return 'sent';
  }

  #build(channel: Channel, batch: Batch): void {
    const { requests } = this.#options;
    const { network } = channel;
    if (requests?.wants(network)) requests.take(network, describeBatch(channel, batch));
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

/** The JSON of a body, its numbers digit for digit; text where it is not JSON. */
function readBody(body: HttpRequest['body']): unknown {
  if (body === undefined) return null;
  const text = body.toString();
  try {
    return parseKeepingNumbers(text);
  } catch {
    return text;
  }
}
