import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '../clock.js';
import type { Random } from '../random.js';
import { CONTROL_PREFIX, type Control } from './control/control.js';
import { answerJson, answerRedirect, type SandboxAnswer, type SandboxRequest } from './exchange.js';
import type { FaultInjector, FaultPlan } from './faults/fault-injector.js';
import type { FaultRule } from './faults/fault-rule.js';
import type { EndpointRecorder } from './http/recorder.js';
import { readBody, type ReadBody } from './request-body.js';
import type { RequestLog } from './request-log.js';
import type { Route, RouteParams, Router } from './route.js';
import type { SandboxNetwork } from './sandbox-network.js';

export interface HandlerParts {
  clock: Clock;
  random: Random;
  router: Router;
  networks: readonly SandboxNetwork[];
  /** Answers for hosts that no network's sandbox has; absent: they are not played. */
  endpoints?: EndpointRecorder;
  faults: FaultInjector;
  requests: RequestLog;
  control: Control;
  latencyMs: number;
  signal: AbortSignal;
}

interface Target {
  network?: SandboxNetwork;
  route?: Route;
  params: RouteParams;
  /** The answer where there is no route. */
  missing?: SandboxAnswer;
}

/** The way of one request: read, find its route, apply faults, handle, answer, log. */
export function createRequestHandler(parts: HandlerParts): RequestListener {
  return (incoming, response) => {
    serve(parts, incoming, response).catch(() => response.destroy());
  };
}

async function serve(
  parts: HandlerParts,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const read = await readBody(incoming);
  const url = readUrl(incoming.url ?? '/');
  const own = answerOwn(parts, incoming, url, read);
  if (own) {
    write(parts, response, own);
    return;
  }
  const [, host = '', rest = ''] = /^\/([^/]*)(.*)/s.exec(url.pathname) ?? [];
  await serveNetwork(
    parts,
    toRequest(incoming, { host: host.toLowerCase(), path: rest || '/', url }, read),
    read,
    response,
  );
}

/** The sandbox's own pages, which no fault touches and no log counts. */
function answerOwn(
  parts: HandlerParts,
  incoming: IncomingMessage,
  url: URL,
  read: ReadBody,
): SandboxAnswer | undefined {
  if (url.pathname === '/') return answerRedirect(`${CONTROL_PREFIX}/`);
  if (url.pathname !== CONTROL_PREFIX && !url.pathname.startsWith(`${CONTROL_PREFIX}/`))
    return undefined;
  const path = url.pathname.slice(CONTROL_PREFIX.length);
  return parts.control(toRequest(incoming, { host: '', path, url }, read));
}

async function serveNetwork(
  parts: HandlerParts,
  request: SandboxRequest,
  read: ReadBody,
  response: ServerResponse,
): Promise<void> {
  const target = findTarget(parts, request);
  const plan = parts.faults.plan({
    network: target.network?.name ?? '',
    address: `${request.host}${request.path}`,
    login: target.route?.kind === 'login',
  });
  const delayMs = parts.latencyMs + plan.delayMs;
  if (delayMs > 0) await parts.clock.sleep(delayMs, parts.signal);
  const received = { request, read, plan };
  const log = (status: number): void =>
    parts.requests.add(describeRequest(parts, received, status));
  if (plan.drop === 'before') {
    log(0);
    response.destroy();
    return;
  }
  const answer = decide(parts, target, received);
  if (plan.drop === 'after') {
    log(0);
    response.destroy();
    return;
  }
  log(answer.status);
  if (plan.truncate) writeHalf(parts, response, answer);
  else write(parts, response, answer);
}

/** A request with its body as it was read, and the faults that it meets. */
interface ReceivedRequest {
  request: SandboxRequest;
  read: ReadBody;
  plan: FaultPlan;
}

function decide(
  parts: HandlerParts,
  target: Target,
  { request, read, plan }: ReceivedRequest,
): SandboxAnswer {
  const { route, network, params } = target;
  if (!route || !network) return target.missing!;
  if (plan.revoke) network.revoke(request);
  if (plan.expire) network.expire(request);
  const refused = plan.refusal && refuseByFault(parts, route, plan.refusal);
  if (refused) return refused;
  if (read.tooLarge) return route.refuse(413);
  if (plan.partialAnswer) request.partialAnswer = plan.partialAnswer;
  return route.handle(request, params);
}

/** The answer of a fault; undefined for a code at a network that has none. */
function refuseByFault(
  parts: HandlerParts,
  route: Route,
  rule: FaultRule,
): SandboxAnswer | undefined {
  const { retryAfter, retryAfterDate, body, headers } = rule;
  const answer = answerRefusal(route, rule);
  if (!answer) return undefined;
  if (typeof body === 'string') answer.body = body;
  Object.assign(answer.headers, lowerNames(headers));
  if (retryAfterDate !== undefined) {
    answer.headers['retry-after'] = new Date(
      parts.clock.now() + retryAfterDate * 1000,
    ).toUTCString();
  } else if (retryAfter !== undefined) answer.headers['retry-after'] = String(retryAfter);
  return answer;
}

function answerRefusal(route: Route, rule: FaultRule): SandboxAnswer | undefined {
  const { code, status = 500, message, body } = rule;
  if (code !== undefined) return route.refuseCode?.(code, message);
  return body === undefined
    ? route.refuse(status, message, rule.retryInfo)
    : answerJson(status, body);
}

function lowerNames(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

/** Joined as text: a path such as `//host/x` must not be read as another origin. */
function readUrl(target: string): URL {
  return new URL(target.startsWith('/') ? `http://sandbox${target}` : 'http://sandbox/');
}

function findTarget(parts: HandlerParts, request: SandboxRequest): Target {
  const found = parts.router.find(request.host, request.method, request.path);
  const owner = parts.networks.find(({ routes }) =>
    routes.some(({ hosts }) => hosts.includes(request.host)),
  );
  if (found.result === 'found') {
    return { route: found.route, params: found.params, ...(owner ? { network: owner } : {}) };
  }
  const { endpoints } = parts;
  if (!owner && endpoints && !sharesDomain(request.host, parts.router.hosts)) {
    const route = endpoints.routeOf(request);
    const answered = route ? { route } : { missing: endpoints.refuse(405) };
    return { network: endpoints, params: {}, ...answered };
  }
  if (!owner) {
    const message =
      `The sandbox does not play the host ${JSON.stringify(request.host)}; see ` +
      `${CONTROL_PREFIX}/.`;
    return { params: {}, missing: answerJson(404, { message }) };
  }
  const missing = owner.refuse(found.result === 'no_method' ? 405 : 404, request.host);
  return { params: {}, network: owner, missing };
}

/** Whether a host is a sibling of one that is played: then a client has mistaken the host. */
function sharesDomain(host: string, played: readonly string[]): boolean {
  const domain = domainOf(host);
  return domain === '' || played.some((one) => domainOf(one) === domain);
}

function domainOf(host: string): string {
  return host.replace(/:\d+$/, '').split('.').slice(-2).join('.');
}

function toRequest(
  incoming: IncomingMessage,
  { host, path, url }: { host: string; path: string; url: URL },
  read: ReadBody,
): SandboxRequest {
  const { headers, method = 'GET' } = incoming;
  return { method, host, path, query: url.searchParams, headers, body: read.body };
}

function describeRequest(
  parts: HandlerParts,
  { request: { method, host, path }, read: { bytes }, plan: { labels } }: ReceivedRequest,
  status: number,
): Parameters<RequestLog['add']>[0] {
  return {
    time: new Date(parts.clock.now()).toISOString(),
    method,
    host,
    path,
    status,
    bytes,
    faults: labels,
  };
}

function headersOf(parts: HandlerParts, answer: SandboxAnswer): Record<string, string> {
  return {
    // The sandbox's clock, not the machine's: clients compare theirs with it.
    date: new Date(parts.clock.now()).toUTCString(),
    'x-amzn-requestid': parts.random.bytes(16).toString('hex'),
    ...answer.headers,
    'content-length': String(Buffer.byteLength(answer.body)),
  };
}

function write(parts: HandlerParts, response: ServerResponse, answer: SandboxAnswer): void {
  response.writeHead(answer.status, headersOf(parts, answer));
  response.end(answer.body);
}

/** Announces the whole body, sends half of it and drops the connection. */
function writeHalf(parts: HandlerParts, response: ServerResponse, answer: SandboxAnswer): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, headersOf(parts, answer));
  response.write(body.subarray(0, body.length >> 1), () => response.destroy());
}
