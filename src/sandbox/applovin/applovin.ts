import { isJsonObject, type JsonObject } from '../../json.js';
import { readHeader, readJson, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import { GrantStore } from '../oauth/grant-store.js';
import type { SandboxNetwork, SandboxTools } from '../sandbox-network.js';
import { checkAppLovinEvent } from './event-check.js';
import { SANDBOX_APPLOVIN_KEY, SANDBOX_APPLOVIN_PIXEL } from './seed.js';

/** Maximum number of events in a request (docs/reference/applovin.md#request). */
const MAX_EVENTS = 100;
const WORDS: Readonly<Record<number, string>> = {
  401: 'Authentication failed',
  404: 'Not found',
  429: 'Rate limit exceeded',
};

/** An error is told in headers; the body is empty. */
function answerPlain(status: number, message?: string): SandboxAnswer {
  const headers: Record<string, string> = { 'x-trace-id': 'sandbox-trace' };
  if (message !== undefined) headers['x-al-error-message'] = message;
  return { status, headers, body: '' };
}

function refuse(status: number, message = WORDS[status] ?? 'Request failed'): SandboxAnswer {
  return answerPlain(status, message);
}

/**
 * Creates the sandbox of AppLovin: events of one pixel, with a key and no test mode. All events of
 * a request are taken, or it is dropped.
 */
export function createAppLovinSandbox(tools: SandboxTools): SandboxNetwork {
  const grants = new GrantStore(tools, [{ accessTokens: [SANDBOX_APPLOVIN_KEY] }]);
  return {
    name: 'applovin',
    routes: [
      {
        method: 'POST',
        hosts: ['b.applovin.com'],
        path: '/v1/event',
        kind: 'api',
        refuse: (status, message) => refuse(status, message),
        handle: (request) => takeEvents(tools, grants, request),
      },
    ],
    refuse: (status) => refuse(status),
    ...grants.faults(readKey),
    reset: () => undefined,
  };
}

function takeEvents(
  tools: SandboxTools,
  grants: GrantStore,
  request: SandboxRequest,
): SandboxAnswer {
  if (!grants.findAccess(readKey(request))) return refuse(401);
  const pixel = request.query.get('pixel_id') ?? '';
  if (pixel !== SANDBOX_APPLOVIN_PIXEL) return refuse(404, 'Unknown pixel_id');
  const body = readJson(request)?.value;
  const events: unknown = isJsonObject(body) ? body['events'] : undefined;
  if (!Array.isArray(events) || events.length === 0 || events.length > MAX_EVENTS)
    return refuse(400, `events must have 1 to ${MAX_EVENTS} events`);
  const [problem] = events.flatMap((event) => checkAppLovinEvent(event, tools.clock.now()));
  if (problem !== undefined) return refuse(400, `Invalid event: ${problem}`);
  // A success has no body that could leave events out.
  if (request.partialAnswer) return answerPlain(202);
  for (const event of events as JsonObject[]) keepEvent(tools, pixel, event);
  return answerPlain(200);
}

function readKey(request: SandboxRequest): string {
  return readHeader(request, 'authorization') ?? '';
}

function keepEvent({ conversions }: SandboxTools, account: string, event: JsonObject): void {
  const target = event['name'] as string;
  const id = event['dedupe_id'];
  conversions.accept(
    {
      network: 'applovin',
      api: 'v1',
      account,
      target,
      ...(typeof id === 'string' ? { dedupeId: id } : {}),
      event,
    },
    'first',
  );
}
