import type { Clock } from '../../clock.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import type { ConversionStore } from '../conversion-store.js';
import { answerJson, readJson, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import type { GrantStore } from '../oauth/grant-store.js';
import type { Route } from '../route.js';
import { refuseApi, type WrongField } from './answers.js';
import { createApiRoute, type Caller } from './api-route.js';
import { checkEvent } from './event-check.js';
import { REDDIT_BUSINESSES, type SandboxPixel } from './seed.js';

/** Maximum number of events in a request (https://ads-api.reddit.com/docs/v3/, 2026-11-30). */
const MAX_EVENTS = 1000;
/** "10 events a second" in the test area. */
const TEST_EVENTS_A_SECOND = 10;

export interface EventParts {
  clock: Clock;
  grants: GrantStore;
  conversions: ConversionStore;
}

type Problems = readonly [field: string, message: string][];

/**
 * `POST /api/v3/pixels/{pixel}/conversion_events`: all events of a request are taken, or none
 * (https://ads-api.reddit.com/docs/v3/, 2026-11-30).
 */
export function createRedditEventRoute(parts: EventParts): Route {
  const testTimes: number[] = [];
  return createApiRoute(parts.grants, {
    method: 'POST',
    path: '/pixels/:pixel/conversion_events',
    scope: 'adsconversions',
    handle: (request, params, caller) =>
      takeEvents({ ...parts, testTimes }, request, params['pixel']!, caller),
  });
}

function takeEvents(
  parts: EventParts & { testTimes: number[] },
  request: SandboxRequest,
  pixelId: string,
  caller: Caller,
): SandboxAnswer {
  const pixel = findPixel(pixelId, caller.businesses);
  if (!pixel) return refusePixel(pixelId);
  const read = readBody(request);
  if ('field' in read) return refuseApi(400, 'invalid request body', [read]);
  const { events, isTest } = read;
  if (isTest && !mayTest(parts.clock, parts.testTimes))
    return refuseApi(429, 'test events are limited to 10 a second');
  const problems = events.map((event) => checkEvent(parts.clock, event));
  if (problems.some(({ length }) => length > 0)) return refuseEvents(pixel, events, problems);
  const omitted = Math.min(request.partialAnswer?.count ?? 0, events.length);
  const kept =
    omitted > 0 && request.partialAnswer?.accepted === false ? events.slice(omitted) : events;
  for (const event of kept) keepEvent(parts, pixelId, event as JsonObject, isTest);
  return answerJson(200, {
    data: { message: `Successfully processed ${events.length - omitted} conversion events.` },
  });
}

function findPixel(id: string, businesses: Caller['businesses']): SandboxPixel | undefined {
  const pixels = businesses
    .flatMap(({ accounts }) => accounts)
    .flatMap((account) => account.pixels);
  return pixels.find((pixel) => pixel.id === id);
}

/** Somebody else's pixel is forbidden, one that is nobody's is not there. */
function refusePixel(id: string): SandboxAnswer {
  if (findPixel(id, REDDIT_BUSINESSES))
    return refuseApi(403, `not authorized to send events to pixel ${id}`);
  return refuseApi(404, `pixel ${id} not found`);
}

function readBody(request: SandboxRequest): { events: unknown[]; isTest: boolean } | WrongField {
  const body = readJson(request)?.value;
  if (!isJsonObject(body) || !isJsonObject(body['data']))
    return { field: '$.data', message: 'data is required' };
  const [unknown] = [
    ...Object.keys(body).filter((name) => name !== 'data'),
    ...Object.keys(body['data']).filter(
      (name) => !['test_id', 'partner', 'partner_version', 'events'].includes(name),
    ),
  ];
  if (unknown !== undefined)
    return { field: `$.${unknown}`, message: `${unknown} is not a known field` };
  const { events, test_id: testId } = body['data'];
  if (!Array.isArray(events) || events.length < 1 || events.length > MAX_EVENTS) {
    return { field: '$.data.events', message: `events must have 1 to ${MAX_EVENTS} items` };
  }
  if (testId !== undefined && (typeof testId !== 'string' || testId === '')) {
    return { field: '$.data.test_id', message: 'test_id must be a string' };
  }
  // The real test area shows one event of a request and no other; here the slip is seen.
  if (testId !== undefined && events.length > 1) {
    return { field: '$.data.events', message: 'a request with test_id must have one event' };
  }
  return { events, isTest: testId !== undefined };
}

function mayTest(clock: Clock, times: number[]): boolean {
  const now = clock.now();
  while (times[0] !== undefined && times[0] <= now - 1000) times.shift();
  if (times.length >= TEST_EVENTS_A_SECOND) return false;
  times.push(now);
  return true;
}

/**
 * In the form that the pixel has for it: nobody documents what v3 says, so that clients must bear
 * with each.
 */
function refuseEvents(
  { refusal }: SandboxPixel,
  events: readonly unknown[],
  problems: readonly Problems[],
): SandboxAnswer {
  const { status, form } = refusal;
  const count = problems.filter(({ length }) => length > 0).length;
  const message = `There were ${count} invalid conversion events. None were processed.`;
  if (form === 'sentence') return refuseApi(status, message);
  if (form === 'explanation') {
    const [field = 'events', text = ''] = problems.flat()[0] ?? [];
    const explanation = `JSON error ${text} on field events ${field.replaceAll('.', ' ')}`;
    return answerJson(status, { success: false, error: { reason: 'UNAUTHORIZED', explanation } });
  }
  if (form === 'events') {
    const invalid = problems.flatMap((found, index) =>
      found.slice(0, 1).map(([, text]) => ({ error_message: text, event: events[index] })),
    );
    return answerJson(status, { message, invalid_events: invalid });
  }
  const fields = problems.flatMap((found, index) =>
    found.map(([field, text]) => ({
      field: `$.data.events[${index}]${field && `.${field}`}`,
      message: text,
    })),
  );
  return refuseApi(status, message, fields);
}

function keepEvent(
  { conversions }: EventParts,
  account: string,
  event: JsonObject,
  isTest: boolean,
): void {
  const { tracking_type: type, custom_event_name: name } = event['type'] as Record<
    string,
    string | undefined
  >;
  const target = name ?? type!;
  const metadata = (event['metadata'] ?? {}) as JsonObject;
  const user = (event['user'] ?? {}) as JsonObject;
  const excluded = isTest
    ? 'test'
    : user['data_processing_options']
      ? 'limited_data_use'
      : undefined;
  const id = metadata['conversion_id'] as string | undefined;
  conversions.accept(
    {
      network: 'reddit',
      api: 'v3',
      account,
      target,
      // "Reddit matches the same event type and channel."
      scope: `${target} ${String(event['action_source'])}`,
      ...(id === undefined ? {} : { dedupeId: id }),
      ...(excluded === undefined ? {} : { excluded }),
      event,
    },
    'first',
  );
}
