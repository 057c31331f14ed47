import type { Clock } from '../../clock.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import type { ConversionStore } from '../conversion-store.js';
import {
  answerJson,
  readJson,
  type PartialAnswer,
  type SandboxAnswer,
  type SandboxRequest,
} from '../exchange.js';
import type { RouteParams } from '../route.js';
import {
  answerError,
  answerNoObject,
  makeTraceId,
  type AnswerParts,
  type GraphError,
} from './answers.js';
import { checkMetaEvent } from './event-check.js';
import { listPixels } from './seed.js';
import { findScriptedError } from './scripted-errors.js';
import type { MetaToken } from './token.js';

/**
 * "You can send up to 1,000 events in data"
 * (https://developers.facebook.com/docs/marketing-api/conversions-api/using-the-api, 2026-11-30).
 */
const MAX_EVENTS = 1000;

export interface EventParts extends AnswerParts {
  clock: Clock;
  conversions: ConversionStore;
}

/**
 * `POST /{pixel}/events`: all events are taken, or none for the sake of the first bad one, which is
 * not named. Test events count like others
 * (https://developers.facebook.com/docs/marketing-api/conversions-api/using-the-api, 2026-11-30).
 */
export function answerEvents(
  parts: EventParts,
  request: SandboxRequest,
  { node = '' }: RouteParams,
  caller: MetaToken,
): SandboxAnswer {
  const scripted = findScriptedError(node);
  if (scripted) return answerError(parts, scripted);
  const pixel = listPixels(caller.user).find(({ id }) => id === node);
  if (!pixel) return answerNoObject(parts, 'POST', node);
  if (!caller.user.mayReport) {
    return answerError(parts, {
      code: 200,
      message: '(#200) Requires ads_management permission to manage the object',
    });
  }
  const batch = readBatch(request);
  if ('message' in batch) return answerError(parts, batch);
  const { events, testCode } = batch;
  for (const event of events) {
    const refusal = checkMetaEvent(event, parts.clock.now());
    if (!refusal) continue;
    const { subcode, title, words } = refusal;
    return answerError(parts, { code: 100, subcode, message: 'Invalid parameter', title, words });
  }
  const omitted = pickOmitted(events.length, request.partialAnswer);
  for (const [index, event] of (events as JsonObject[]).entries()) {
    if (!omitted.has(index) || request.partialAnswer?.accepted) keep(parts, node, event, testCode);
  }
  const received = events.length - omitted.size;
  return answerJson(200, {
    events_received: received,
    messages: [],
    fbtrace_id: makeTraceId(parts),
  });
}

interface Batch {
  events: readonly unknown[];
  testCode?: string;
}

function readBatch(request: SandboxRequest): Batch | GraphError {
  const body = readJson(request)?.value;
  if (!isJsonObject(body)) return { code: 100, message: 'The body is not a JSON object' };
  const { data, test_event_code: testCode } = body;
  if (!Array.isArray(data) || data.length === 0)
    return { code: 100, message: '(#100) param data must be non-empty.' };
  if (data.length > MAX_EVENTS) {
    return { code: 100, message: `(#100) param data must have at most ${MAX_EVENTS} elements.` };
  }
  if (testCode === undefined) return { events: data };
  if (typeof testCode === 'string') return { events: data, testCode };
  return { code: 100, message: '(#100) param test_event_code must be a string.' };
}

/**
 * The same event name and event id count once (within 48 hours, longer than a sandbox lives); the
 * first wins.
 */
function keep(
  { conversions }: EventParts,
  account: string,
  event: JsonObject,
  testCode: string | undefined,
): void {
  const { event_id: id, event_name: name, data_processing_options: options } = event;
  conversions.accept(
    {
      network: 'meta',
      api: 'conversions-api',
      account,
      target: name as string,
      scope: name as string,
      ...(typeof id === 'string' ? { dedupeId: id } : {}),
      ...(Array.isArray(options) && options.includes('LDU')
        ? { excluded: 'limited_data_use' }
        : {}),
      event: testCode === undefined ? event : { ...event, test_event_code: testCode },
    },
    'first',
  );
}

/** Meta names no event in its answer: what a fault leaves out of it is missing in the number. */
function pickOmitted(count: number, partialAnswer: PartialAnswer | undefined): ReadonlySet<number> {
  const left = Array.from({ length: count }, (_, index) => index);
  const omitted = new Set<number>();
  while (partialAnswer && omitted.size < partialAnswer.count && left.length > 0) {
    omitted.add(left.splice(partialAnswer.pick(left.length), 1)[0]!);
  }
  return omitted;
}
