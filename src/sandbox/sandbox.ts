import { setMaxListeners } from 'node:events';
import type { Clock } from '../clock.js';
import type { NetworkName } from '../networks/names.js';
import type { Random } from '../random.js';
import { AudienceStore, type AudienceState } from './audience-store.js';
import { createControl } from './control/control.js';
import { ConversionStore, type AcceptedConversion } from './conversion-store.js';
import { FaultInjector } from './faults/fault-injector.js';
import type { FaultRule } from './faults/fault-rule.js';
import { createRequestHandler } from './handler.js';
import { listen } from './listener.js';
import { EndpointRecorder } from './http/recorder.js';
import { createNetworks } from './networks.js';
import { RequestLog, type LoggedRequest, type RequestCount } from './request-log.js';
import { Router } from './route.js';

export interface SandboxOptions {
  clock: Clock;
  random: Random;
  /** 0, the default: any free port. */
  port?: number;
  /** The address to bind; 127.0.0.1 by default. */
  host?: string;
  /** Every answer of a network waits this long. */
  latencyMs?: number;
  faults?: readonly FaultRule[];
  /** Of the faults' chance; drawn from `random` by default. */
  seed?: number;
  /** Which networks to play; by default all that the sandbox knows. */
  networks?: readonly NetworkName[];
  /**
   * Whether logins may return to any loopback port (true by default) or only to the registered
   * ones.
   */
  anyLoopbackPort?: boolean;
  /**
   * How long networks that decide later take, in milliseconds of the clock; each has its own
   * default.
   */
  processingMs?: number;
}

/** What tests read without going through HTTP. */
export interface SandboxState {
  /** What was accepted, deduplicated as the network does it. */
  conversions(): AcceptedConversion[];
  /** The audience lists with who is in them. */
  audiences(): AudienceState[];
  /** Accepted events, duplicates included. */
  received(): number;
  requestCounts(): RequestCount[];
  lastRequests(limit?: number): LoggedRequest[];
}

export interface Sandbox {
  /** Such as `http://127.0.0.1:8790`, to be used as gateway. */
  url: string;
  port: number;
  /** Starts the same chance again. */
  seed: number;
  state: SandboxState;
  close(): Promise<void>;
}

/**
 * Starts the local sandbox: an HTTP server that responds to `<url>/<host>/<path>` as the host
 * would, with strict validation, and keeps accepted conversions. It sends nothing to other
 * machines.
 * @throws UsageError `port_in_use`, `port_refused`.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, random } = options;
  const seed = options.seed ?? random.bytes(4).readUInt32BE(0);
  const conversions = new ConversionStore(clock);
  const audiences = new AudienceStore(clock);
  const requests = new RequestLog();
  const startupFaults = options.faults ?? [];
  const faults = new FaultInjector(seed, startupFaults);
  const { anyLoopbackPort = true, processingMs } = options;
  const tools = {
    clock,
    random,
    conversions,
    audiences,
    anyLoopbackPort,
    ...(processingMs === undefined ? {} : { processingMs }),
  };
  const networks = createNetworks(tools, options.networks);
  const router = new Router(networks.flatMap((network) => network.routes));
  const control = createControl({
    conversions,
    audiences,
    requests,
    faults,
    startupFaults,
    networks,
    hosts: router.hosts,
  });
  const closing = new AbortController();
  // Every request under way listens.
  setMaxListeners(0, closing.signal);
  const handler = createRequestHandler({
    clock,
    random,
    router,
    networks,
    ...(options.networks ? {} : { endpoints: new EndpointRecorder(conversions) }),
    faults,
    requests,
    control,
    latencyMs: options.latencyMs ?? 0,
    signal: closing.signal,
  });
  const listener = await listen(handler, options.host ?? '127.0.0.1', options.port ?? 0);
  return {
    url: listener.url,
    port: listener.port,
    seed,
    state: {
      conversions: () => conversions.list(),
      audiences: () => audiences.list(),
      received: () => conversions.received,
      requestCounts: () => requests.counts(),
      lastRequests: (limit) => requests.last(limit),
    },
    close: () => {
      closing.abort();
      return listener.close();
    },
  };
}
