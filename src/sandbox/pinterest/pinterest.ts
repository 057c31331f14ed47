import { isJsonObject, type JsonObject } from '../../json.js';
import { readBearer } from '../bearer.js';
import { answerJson, readJson, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import { GrantStore } from '../oauth/grant-store.js';
import { pickOmitted } from '../partial-answer.js';
import type { SandboxNetwork, SandboxTools } from '../sandbox-network.js';
import { checkPinterestEvent } from './event-check.js';
import {
  SANDBOX_PINTEREST_ACCOUNT,
  SANDBOX_PINTEREST_FOREIGN_ACCOUNT,
  SANDBOX_PINTEREST_TOKEN,
} from './seed.js';

/** Maximum number of events in a request (docs/reference/pinterest.md#request). */
const MAX_EVENTS = 1000;
const WORDS: Readonly<Record<number, readonly [code: number, message: string]>> = {
  400: [1, 'Invalid request.'],
  401: [2, 'Authentication failed.'],
  403: [29, 'You are not permitted to access that resource.'],
  404: [50, 'Advertiser not found.'],
  429: [8, 'You have exceeded your rate limit. Try again later.'],
  503: [2625, 'Internal error. Please try again later.'],
};

function refuse(status: number, words?: string): SandboxAnswer {
  const [code, message] = WORDS[status] ?? [0, 'Unexpected error.'];
  return answerJson(status, { code, message: words ?? message });
}

/**
 * Creates the sandbox of Pinterest: events of one ad account. Each event has its own status; good
 * ones are taken although others of the request fail. `?test=true` records nothing.
 */
export function createPinterestSandbox(tools: SandboxTools): SandboxNetwork {
  const grants = new GrantStore(tools, [{ accessTokens: [SANDBOX_PINTEREST_TOKEN] }]);
  return {
    name: 'pinterest',
    routes: [
      {
        method: 'POST',
        hosts: ['api.pinterest.com'],
        path: '/v5/ad_accounts/:account/events',
        kind: 'api',
        refuse: (status, message) => refuse(status, message),
        handle: (request, { account = '' }) => takeEvents(tools, grants, request, account),
      },
    ],
    refuse: (status) => refuse(status),
    ...grants.faults(readBearer),
    reset: () => undefined,
  };
}

function takeEvents(
  tools: SandboxTools,
  grants: GrantStore,
  request: SandboxRequest,
  account: string,
): SandboxAnswer {
  if (!grants.findAccess(readBearer(request))) return refuse(401);
  if (account === SANDBOX_PINTEREST_FOREIGN_ACCOUNT) return refuse(403);
  if (account !== SANDBOX_PINTEREST_ACCOUNT) return refuse(404);
  const body = readJson(request)?.value;
  const data: unknown = isJsonObject(body) ? body['data'] : undefined;
  if (!Array.isArray(data) || data.length === 0 || data.length > MAX_EVENTS)
    return refuse(400, `data must have 1 to ${MAX_EVENTS} events.`);
  return answerEvents(tools, request, account, data);
}

function answerEvents(
  tools: SandboxTools,
  request: SandboxRequest,
  account: string,
  data: readonly unknown[],
): SandboxAnswer {
  const problems = data.map((event) => checkPinterestEvent(event, tools.clock.now()));
  const good = [...data.keys()].filter((at) => problems[at]!.length === 0);
  const omitted = pickOmitted(good, request.partialAnswer);
  const isLost = request.partialAnswer?.accepted === false;
  const isTest = request.query.get('test') === 'true';
  const kept = good.filter((at) => !isTest && !(isLost && omitted.has(at)));
  for (const at of kept) keepEvent(tools, account, data[at] as JsonObject);
  const events = problems.map((found, at) => {
    if (omitted.has(at)) return null;
    if (found.length === 0) return { status: 'processed', error_message: '', warning_message: '' };
    return { status: 'failed', error_message: found.join('; '), warning_message: '' };
  });
  const counts = { num_events_received: data.length, num_events_processed: good.length, events };
  if (good.length === data.length) return answerJson(200, counts);
  const message = 'Not all events were successfully processed.';
  return answerJson(422, { code: 1000, message, details: counts });
}

function keepEvent({ conversions }: SandboxTools, account: string, event: JsonObject): void {
  const target = event['event_name'] as string;
  const isLimited = isJsonObject(event['custom_data']) && event['custom_data']['opt_out_type'];
  conversions.accept(
    {
      network: 'pinterest',
      api: 'v5',
      account,
      target,
      scope: target,
      dedupeId: event['event_id'] as string,
      ...(isLimited ? { excluded: 'limited data processing' } : {}),
      event,
    },
    'first',
  );
}
