import { isJsonObject, type JsonObject } from '../../json.js';
import { readBearer } from '../bearer.js';
import { answerJson, readJson, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import { GrantStore } from '../oauth/grant-store.js';
import type { Route } from '../route.js';
import type { SandboxNetwork, SandboxTools } from '../sandbox-network.js';
import { checkSnapchatEvent } from './event-check.js';
import { SANDBOX_SNAPCHAT_APP, SANDBOX_SNAPCHAT_PIXEL, SANDBOX_SNAPCHAT_TOKEN } from './seed.js';

/** Maximum number of events in a request (docs/reference/snapchat.md#request). */
const MAX_EVENTS = 2000;
const REASONS: Readonly<Record<number, string>> = {
  401: 'The access token is invalid or expired.',
  403: 'The access token has no permission for this asset.',
  404: 'The pixel or app was not found.',
  429: 'Too many requests.',
};

function refuse(status: number, reason = REASONS[status] ?? 'The request failed.'): SandboxAnswer {
  return answerJson(status, { status: status === 400 ? 'INVALID' : 'ERROR', reason });
}

/**
 * Creates the sandbox of Snapchat: events of a pixel or an app, and the address that only
 * validates. All events of a request are taken, or none.
 */
export function createSnapchatSandbox(tools: SandboxTools): SandboxNetwork {
  const grants = new GrantStore(tools, [{ accessTokens: [SANDBOX_SNAPCHAT_TOKEN] }]);
  const route = (path: string, isKept: boolean): Route => ({
    method: 'POST',
    hosts: ['tr.snapchat.com'],
    path,
    kind: 'api',
    refuse: (status, message) => refuse(status, message),
    handle: (request, { asset = '' }) => takeEvents({ tools, grants, isKept }, request, asset),
  });
  return {
    name: 'snapchat',
    routes: [route('/v3/:asset/events', true), route('/v3/:asset/events/validate', false)],
    refuse: (status) => refuse(status),
    ...grants.faults(readBearer),
    reset: () => undefined,
  };
}

interface Parts {
  tools: SandboxTools;
  grants: GrantStore;
  /** Whether what is taken counts. */
  isKept: boolean;
}

function takeEvents(
  { tools, grants, isKept }: Parts,
  request: SandboxRequest,
  asset: string,
): SandboxAnswer {
  const token = request.query.get('access_token') ?? readBearer(request);
  if (!grants.findAccess(token)) return refuse(401);
  const isApp = asset === SANDBOX_SNAPCHAT_APP;
  if (!isApp && asset !== SANDBOX_SNAPCHAT_PIXEL) return refuse(404);
  const body = readJson(request)?.value;
  const list: unknown = isJsonObject(body) ? body['data'] : undefined;
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_EVENTS)
    return refuse(400, `data must have 1 to ${MAX_EVENTS} events.`);
  const nowMs = tools.clock.now();
  const [problem] = list.flatMap((event) => checkSnapchatEvent(event, isApp, nowMs));
  if (problem !== undefined) return refuse(400, `Invalid event: ${problem}.`);
  if (request.partialAnswer)
    return answerJson(200, { status: 'PARTIAL', reason: 'Some events failed.' });
  for (const event of isKept ? (list as JsonObject[]) : []) keepEvent(tools, asset, event);
  return answerJson(200, {
    status: 'VALID',
    reason: 'Events have been processed successfully.',
  });
}

function keepEvent({ conversions }: SandboxTools, account: string, event: JsonObject): void {
  const target = String(event['event_name']);
  const id = event['event_id'];
  conversions.accept(
    {
      network: 'snapchat',
      api: 'v3',
      account,
      target,
      scope: target,
      ...(typeof id === 'string' ? { dedupeId: id } : {}),
      event,
    },
    'first',
  );
}
