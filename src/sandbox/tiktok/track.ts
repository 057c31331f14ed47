import { isJsonObject, type JsonObject } from '../../json.js';
import type { ConversionStore } from '../conversion-store.js';
import {
  readJson,
  readMediaType,
  type PartialAnswer,
  type SandboxAnswer,
  type SandboxRequest,
} from '../exchange.js';
import { pickOmitted } from '../partial-answer.js';
import { answerApi, answerCode, CODES, type AnswerParts } from './answers.js';
import { createEventCheck, hasPlainIdentifier, hasRefusedClick } from './event-check.js';
import type { SandboxTikTokUser } from './seed.js';

/** Maximum number of events in `data` (https://business-api.tiktok.com/portal/docs, 2026-11-30). */
const MAX_EVENTS = 1000;
const SOURCES: readonly unknown[] = ['web', 'app', 'offline', 'crm'];
const FRAME: readonly string[] = [
  'event_source',
  'event_source_id',
  'partner_name',
  'test_event_code',
  'data',
];

export interface TrackParts extends AnswerParts {
  conversions: ConversionStore;
}

interface Batch {
  pixel: string;
  testCode?: string;
  events: JsonObject[];
}

/**
 * `POST /open_api/v1.3/event/track/`: takes all events or none, and names the bad ones by their
 * place, from 0. What is not hashed (40062) and a batch that is too large (40061) have codes of
 * their own and name no place.
 */
export function createTracker(
  parts: TrackParts,
): (request: SandboxRequest, user: SandboxTikTokUser) => SandboxAnswer {
  const check = createEventCheck(parts.clock);
  return (request, user) => {
    const batch = readBatch(request);
    if ('words' in batch) return answerApi(parts, batch.code, batch.words);
    if (!mayReport(user, batch.pixel)) {
      const words = 'You must be an admin or operator of this advertiser account.';
      return answerApi(
        parts,
        CODES.noPermission,
        `No permission to operate pixel code: ${batch.pixel}. ${words}`,
      );
    }
    const problems = batch.events.flatMap((event, index) => check(event, `Batch.${index}`));
    if (problems.length > 0) return answerApi(parts, CODES.invalidParameter, problems.join('; '));
    if (batch.events.some(hasPlainIdentifier)) return answerCode(parts, CODES.plainIdentifier);
    if (batch.events.some(hasRefusedClick)) return answerCode(parts, CODES.invalidRequest);
    return takeBatch(parts, batch, request.partialAnswer);
  };
}

/** Takes all; where a fault leaves some out of it, that is "partial success", which names them. */
function takeBatch(
  parts: TrackParts,
  batch: Batch,
  partialAnswer: PartialAnswer | undefined,
): SandboxAnswer {
  const omitted = pickOmitted([...batch.events.keys()], partialAnswer);
  for (const [index, event] of batch.events.entries()) {
    if (!omitted.has(index) || partialAnswer?.accepted) keepEvent(parts, batch, event);
  }
  if (omitted.size === 0) return answerApi(parts, 0, 'OK');
  const words = [...omitted].map((index) => `Batch.${index}: Not processed.`);
  return answerApi(parts, CODES.partial, words.join('; '));
}

function mayReport({ advertisers, mayReport: may }: SandboxTikTokUser, pixel: string): boolean {
  return may && advertisers.some(({ pixels }) => pixels.some(({ code }) => code === pixel));
}

/** Why a request is refused whole, with no event to blame. */
interface FrameRefusal {
  code: number;
  words: string;
}

function refuseFrame(words: string, code: number = CODES.invalidParameter): FrameRefusal {
  return { code, words };
}

/** Reads the frame of a request. */
function readBatch(request: SandboxRequest): Batch | FrameRefusal {
  if (readMediaType(request) !== 'application/json')
    return refuseFrame('Content-Type: Must be application/json.');
  const body = readJson(request)?.value;
  if (!isJsonObject(body)) return refuseFrame('Invalid JSON.');
  const unknown = Object.keys(body).find((name) => !FRAME.includes(name));
  if (unknown !== undefined) return refuseFrame(`${unknown}: Unknown field.`);
  const { event_source: source, event_source_id: pixel, test_event_code: testCode, data } = body;
  const refusal = refuseSource(source, pixel) ?? refuseTestCode(testCode);
  if (refusal !== undefined) return refuseFrame(refusal);
  if (!Array.isArray(data)) return refuseFrame('data: Not a valid list.');
  if (data.length < 1) return refuseFrame(`data: Length must be between 1 and ${MAX_EVENTS}.`);
  if (data.length > MAX_EVENTS) {
    return refuseFrame(`data: Length must be between 1 and ${MAX_EVENTS}.`, CODES.batchSize);
  }
  const batch: Batch = { pixel: pixel as string, events: data as JsonObject[] };
  if (testCode === undefined) return batch;
  if (data.length > 1)
    return refuseFrame('test_event_code: Only one event a request can be tested.');
  return { ...batch, testCode: testCode as string };
}

function refuseTestCode(code: unknown): string | undefined {
  if (code === undefined || (typeof code === 'string' && code !== '')) return undefined;
  return 'test_event_code: Not a valid string.';
}

function refuseSource(source: unknown, pixel: unknown): string | undefined {
  if (!SOURCES.includes(source)) return 'event_source: Must be one of: web, app, offline, crm.';
  if (source !== 'web') return 'event_source: The sandbox has web pixels only.';
  return typeof pixel === 'string' && pixel !== ''
    ? undefined
    : 'event_source_id: Not a valid string.';
}

function keepEvent(
  { conversions }: TrackParts,
  { pixel, testCode }: Batch,
  event: JsonObject,
): void {
  const target = event['event'] as string;
  const excluded =
    testCode !== undefined
      ? 'test_event'
      : event['limited_data_use'] === true && 'limited_data_use';
  conversions.accept(
    {
      network: 'tiktok',
      api: 'events-2.0',
      account: pixel,
      target,
      // "event_source_id + event + event_id"; test events are kept apart.
      scope: testCode === undefined ? target : `${target} (test)`,
      ...(typeof event['event_id'] === 'string' ? { dedupeId: event['event_id'] } : {}),
      ...(excluded ? { excluded } : {}),
      event,
    },
    'first',
  );
}
