import type { ConversionEvent } from '../events/conversion-event.js';
import type { Input } from '../events/input.js';
import { readLines } from '../events/input.js';
import type { Line } from '../events/line-splitter.js';
import { isRereadable } from '../events/input-types.js';
import { openInputs } from '../events/open-inputs.js';
import type { HttpRequest } from '../http/http.js';
import { parseKeepingNumbers } from '../exact-json.js';
import { redactRequest } from '../http/redact.js';
import type { DryRunMemory } from '../log/dry-run-memory.js';
import type { KnownEvent, KnownPostback } from '../log/known-state.js';
import type { SourceStart } from '../sources/source.js';
import type { LogReader } from '../log/log-reader.js';
import { openEmptyMemory, openLogReader, openPeopleRecorder } from '../log/open-log.js';
import type { NetworkName } from '../networks/names.js';
import type { Channel, Outgoing } from '../networks/network.js';
import type { Workspace } from '../workspace.js';
import type { Batch } from './batch.js';
import { Batcher } from './batch.js';
import type { Origins } from './origins.js';
import type { PlannedPostback, PlannedSkip } from './plan.js';
import { Planner, type PreparedEvent } from './planner.js';
import { prescan } from './prescan.js';
import { RecordReader } from './record-reader.js';
import type { Report } from './report.js';
import type { SendRun } from './send.js';
import { accountsOf, reportShared, resolveTargets, type Selection } from './resolve-targets.js';
import { checkLines, refuseEmpty, refuseInvalid } from './strict.js';
import { expandBuckets, previewLines } from './run-source.js';
import type { Summary } from './tally.js';
import { Tally } from './tally.js';
import { isInRange, type TimeRange } from './time-range.js';
import { evaluateAge } from './window.js';

/** A request that would be made, tokens masked, with the postbacks that it would carry. */
export interface PlannedRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  /**
   * An object where the request is JSON, with numbers that stringifyExact writes digit for digit.
   */
  body: unknown;
  postbacks: string[];
}

export type DryRunSummary = Summary & { dryRun: true; requests: readonly PlannedRequest[] };

/** Decides which of the requests of a dry run are built and kept. */
export interface RequestSink {
  /**
   * Whether the next request of the network is wanted: building all of them takes as long as
   * sending does.
   */
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
  /** Stops at the first invalid line. */
  strict?: boolean | undefined;
  /** Events outside of it count as events and make nothing. */
  range?: TimeRange;
  /**
   * Keeps what events say of people in the log, for the delivery that follows, and makes a log
   * where there is none.
   */
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
  const inputs = await openInputs(await expandBuckets(workspace, run.inputs));
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
 * Opens the log for reading, lets `work` feed the plan and gives the summary of what a run would
 * do.
 * @throws as resolveTargets; what `work` throws
 */
export async function withDryRun(
  workspace: Workspace,
  options: DryRunOptions,
  work: (dryRun: DryRun, logReader: LogReader | undefined) => Promise<void>,
): Promise<Summary & { dryRun: true }> {
  const { logLocation, name, clock } = workspace;
  const startedMs = clock.now();
  const recorder = options.remembers ? await openPeopleRecorder(logLocation) : undefined;
  const logReader = await openLogReader(logLocation);
  const memory = logReader?.openDryRunMemory(recorder) ?? (await openEmptyMemory(name));
  try {
    const dryRun = new DryRun(workspace, options, memory);
    await work(dryRun, logReader);
    return { ...dryRun.finish(), durationMs: workspace.clock.now() - startedMs };
  } finally {
    await memory.close();
    await logReader?.close();
    await recorder?.close();
  }
}

interface DryRunQueue {
  channel: Channel;
  batcher: Batcher;
}

/** Plans events as a run would, with what the log knows, and sends and records nothing. */
export class DryRun {
  readonly #workspace: Workspace;
  readonly #options: DryRunOptions;
  readonly #memory: DryRunMemory;
  readonly #planner: Planner;
  readonly #tally: Tally;
  readonly #accountQueues = new Map<NetworkName, DryRunQueue>();
  /** Ids of the postbacks that were planned: the next one of the same id is a duplicate. */
  readonly #planned = new Set<string>();
  /** Files whose events were asked already what they say of people. */
  readonly #prescanned = new Set<Input>();
  readonly #reader: RecordReader;
  #outside = 0;

  constructor(workspace: Workspace, options: DryRunOptions, memory: DryRunMemory) {
    const runContext = resolveTargets(workspace, options);
    const { planContext, open } = runContext;
    this.#workspace = workspace;
    this.#options = options;
    this.#memory = memory;
    const head = { run: 'dry-run', workspace: workspace.name, accounts: accountsOf(runContext) };
    this.#tally = new Tally({ ...head, command: options.command });
    options.report({ type: 'run', ...head });
    reportShared(runContext, options.report);
    this.#reader = new RecordReader(this.#tally.summary, options.report, options.origins);
    this.#planner = new Planner(planContext);
    for (const { credentials } of open) {
      const { network } = credentials.connection;
      const channel = planContext.routes.get(network)?.channel;
      if (channel) this.#accountQueues.set(network, { channel, batcher: new Batcher(channel) });
    }
  }

  /** Number of events outside of the range. */
  get outside(): number {
    return this.#outside;
  }

  /**
   * Remembers what a file says of people, so that a click further down counts for a conversion
   * further up.
   */
  async prescan(input: Input): Promise<void> {
    // What can be read only once cannot be read ahead.
    if (!isRereadable(input)) return;
    for await (const events of prescan(input, this.#options.signal))
      await this.#memory.remember(events);
    this.#prescanned.add(input);
  }

  /** Plans an input to its end; a broker from where its group stopped, unless `from` says else. */
  async read(input: Input, from?: SourceStart): Promise<void> {
    for await (const _ of this.planInput(input, from));
  }

  /** As {@link read}, and yields what becomes of the events. */
  async *planInput(
    input: Input,
    from: SourceStart = 'last',
  ): AsyncGenerator<readonly PlannedEvent[]> {
    const { signal, report } = this.#options;
    const { address } = input;
    const parts =
      address && address.kind !== 's3' && !input.lines
        ? previewLines(this.#workspace, address, { from, report, signal })
        : readLines(input, signal);
    for await (const lines of parts) {
      yield await this.take(lines, input);
      report({ type: 'progress', summary: this.#tally.summary });
    }
  }

  /**
   * Reports each input that holds no record.
   * @throws InputError when there is none at all, under `strict`
   */
  checkRecords(inputs: readonly Input[], isStrict: boolean): void {
    if (this.#options.signal.aborted) return;
    this.#reader.reportEmpty(inputs, isStrict);
    if (isStrict && this.#tally.summary.lines === 0) throw refuseEmpty(inputs);
  }

  /**
   * Plans the events of some lines.
   * @throws InputError at the first invalid line, under `strict`
   */
  async take(lines: readonly Line[], input: Input): Promise<PlannedEvent[]> {
    const events: ConversionEvent[] = [];
    for (const line of lines) {
      const isValid = this.#reader.read(line, input, events);
      if (!isValid && this.#options.strict) throw refuseInvalid(1, this.#reader.lastProblem);
    }
    const { identities, ...request } = this.#planner.prepare(this.#withinRange(events));
    const isKnown = this.#prescanned.has(input);
    const known = await this.#memory.lookup({ ...request, identities: isKnown ? [] : identities });
    const planned: PlannedEvent[] = [];
    for (const [index, prepared] of request.questions.entries()) {
      planned.push(await this.#plan(prepared, known.events[index] as KnownEvent));
    }
    return planned;
  }

  /** The events that the range leaves; the others are counted. */
  #withinRange(events: readonly ConversionEvent[]): readonly ConversionEvent[] {
    const { range } = this.#options;
    if (range === undefined) return events;
    const inside = events.filter(({ timeMs }) => isInRange(timeMs, range));
    this.#outside += events.length - inside.length;
    return inside;
  }

  /** Plans a pending postback of the log. */
  resume(outgoing: PlannedPostback, account: string | undefined): void {
    if (this.#planned.has(outgoing.postback.id)) return;
    this.#add(outgoing, account);
  }

  finish(): Summary & { dryRun: true } {
    for (const { channel, batcher } of this.#accountQueues.values()) {
      for (const batch of batcher.takeAll()) this.#build(channel, batch);
    }
    return { ...this.#tally.summary, dryRun: true };
  }

  async #plan(prepared: PreparedEvent, read: KnownEvent): Promise<PlannedEvent> {
    const { report, origins } = this.#options;
    const { event } = prepared;
    const known = this.#planned.size === 0 ? read : await this.#withPlanned(prepared, read);
    const plan = this.#planner.plan(prepared, known, this.#workspace.clock.now());
    const origin = origins?.ofEvent(event);
    if (plan.filtered) this.#tally.filter(plan.filtered);
    for (const { reason, network, goal, message } of plan.skips) {
      this.#tally.skip(reason, network);
      const about = {
        ...(goal === undefined ? {} : { goal }),
        ...(network === undefined ? {} : { network }),
      };
      const entry = { eventId: event.id, event: event.name, reason, ...about };
      report({ type: 'skip', entry, message, ...(origin === undefined ? {} : { origin }) });
    }
    const parts = { sent: [] as Outgoing[], expired: [] as Outgoing[], others: [] as Outgoing[] };
    for (const planned of plan.outgoing) {
      const row = planned.resumes
        ? known.postbacks.find(({ id }) => id === planned.postback.id)?.row
        : undefined;
      parts[this.#add(planned, row?.account)].push(planned);
    }
    return { event, skips: plan.skips, ...parts };
  }

  /** Adds what this dry run has planned to what the log knows. */
  async #withPlanned({ event, goals }: PreparedEvent, known: KnownEvent): Promise<KnownEvent> {
    const { postbacks, player: person } = known;
    if (postbacks.length === 0) return known;
    const isLocked = (index: number): boolean =>
      person !== undefined && goals[index]?.trigger === 'once';
    const locks = postbacks.flatMap(({ id, goal }, index) =>
      isLocked(index) ? { id, goal, test: event.test, person: person as string } : [],
    );
    const found = locks.length === 0 ? [] : await this.#memory.findLockOwners(locks);
    const ownerOf = new Map(locks.map(({ id }, index) => [id, found[index]]));
    return {
      ...known,
      postbacks: postbacks.map((postback): KnownPostback => {
        if (this.#planned.has(postback.id)) return { ...postback, state: 'known' };
        const lockOwner = ownerOf.get(postback.id);
        return lockOwner === undefined ? postback : { ...postback, lockOwner };
      }),
    };
  }

  #add(planned: PlannedPostback, account: string | undefined): 'sent' | 'expired' | 'others' {
    const { postback, mapping, resumes } = planned;
    const { network } = postback;
    const { channel, batcher } = this.#accountQueues.get(network) as DryRunQueue;
    this.#tally.plan(network);
    this.#planned.add(postback.id);
    if (account !== undefined && account !== channel.account) {
      this.#tally.leaveToOtherAccount(network);
      return 'others';
    }
    if (
      resumes &&
      evaluateAge(postback, this.#workspace.clock.now(), channel)?.reason === 'too_old'
    ) {
      this.#tally.fail(network, 'expired');
      return 'expired';
    }
    this.#memory.take(postback);
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
