import type { Clock } from '../../clock.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import type { Random } from '../../random.js';
import type { ConversionStore } from '../conversion-store.js';
import {
  answerJson,
  readJson,
  readMediaType,
  type SandboxAnswer,
  type SandboxRequest,
} from '../exchange.js';
import type { Route } from '../route.js';
import { refuse, type XError } from './answers.js';
import { checkConversion } from './conversion-check.js';
import { SANDBOX_X_BASE_TAG, SANDBOX_X_FOREIGN_PIXEL, SANDBOX_X_PIXEL } from './seed.js';

/**
 * Maximum number of conversions in a request and in 15 minutes:
 * https://github.com/xdevplatform/docs/blob/28713281/x-ads-api/measurement/web-conversions.mdx.
 */
const MAX_CONVERSIONS = 500;
const MAX_IN_WINDOW = 60_000;
const RATE_WINDOW_MS = 15 * 60 * 1000;
const TAG = /^(?:tw-([0-9a-z]+)-)?(o8[0-9a-z]{3})$/;

export interface ConversionParts {
  clock: Clock;
  random: Random;
  /** Says what is wrong with the caller of a request, if anything is. */
  checkCaller: (request: SandboxRequest) => string | undefined;
  conversions: ConversionStore;
}

/** The window of the rate limit that is open. */
interface RateWindow {
  startMs: number;
  used: number;
}

/** `POST /12/measurement/conversions/{pixel}`: all conversions of a request are taken, or none. */
export function createXConversionRoute(parts: ConversionParts): Route {
  const rate: RateWindow = { startMs: -Infinity, used: 0 };
  return {
    method: 'POST',
    hosts: ['ads-api.x.com'],
    path: '/12/measurement/conversions/:pixel',
    kind: 'api',
    refuse: (status) => (status === 429 ? limitRate(parts, rate, refuse(429)) : refuse(status)),
    handle: (request, params) => takeConversions(parts, rate, request, params['pixel']!),
  };
}

function takeConversions(
  parts: ConversionParts,
  rate: RateWindow,
  request: SandboxRequest,
  pixel: string,
): SandboxAnswer {
  const refusal = refuseCaller(parts, request, pixel);
  if (refusal) return refusal;
  const list = readList(request);
  if (!Array.isArray(list)) return list;
  if (parts.clock.now() - rate.startMs >= RATE_WINDOW_MS)
    Object.assign(rate, { startMs: parts.clock.now(), used: 0 });
  if (rate.used + list.length > MAX_IN_WINDOW) return limitRate(parts, rate, refuse(429));
  rate.used += list.length;
  const errors = list.flatMap((conversion: unknown) => [
    ...checkConversion(parts.clock, conversion),
    ...checkTag(conversion, pixel),
  ]);
  // A tag that does not exist is answered as if the address were wrong.
  const missing = errors.filter(({ code }) => code === 'NOT_FOUND');
  if (missing.length > 0) return refuse(404, missing);
  if (errors.length > 0) return refuse(400, errors);
  const omitted = Math.min(request.partialAnswer?.count ?? 0, list.length);
  const kept: unknown[] =
    omitted > 0 && request.partialAnswer?.accepted === false ? list.slice(omitted) : list;
  for (const conversion of kept) keepConversion(parts, pixel, conversion as JsonObject);
  const data = { conversions_processed: list.length - omitted, debug_id: makeUuid(parts.random) };
  return answerJson(200, { request: { params: { account_id: '18ce552mlaq' } }, data });
}

function readList(request: SandboxRequest): unknown[] | SandboxAnswer {
  const body = readJson(request)?.value;
  const list: unknown = isJsonObject(body) ? body['conversions'] : undefined;
  if (Array.isArray(list) && list.length >= 1 && list.length <= MAX_CONVERSIONS)
    return list as unknown[];
  const message = `conversions must have 1 to ${MAX_CONVERSIONS} items`;
  return refuse(400, [{ code: 'INVALID_PARAMETER', message, parameter: 'conversions' }]);
}

function refuseCaller(
  { checkCaller }: ConversionParts,
  request: SandboxRequest,
  pixel: string,
): SandboxAnswer | undefined {
  const problem = checkCaller(request);
  if (problem !== undefined)
    return refuse(401, [{ code: 'UNAUTHORIZED_ACCESS', message: problem }]);
  if (readMediaType(request) !== 'application/json') {
    return refuse(400, [
      {
        code: 'INVALID_PARAMETER',
        message: 'Expected application/json',
        parameter: 'content-type',
      },
    ]);
  }
  if (pixel === SANDBOX_X_FOREIGN_PIXEL) return refuse(403);
  if (pixel === SANDBOX_X_PIXEL) return undefined;
  return refuse(404, [
    { code: 'NOT_FOUND', message: `Pixel ${pixel} was not found`, parameter: 'pixel_id' },
  ]);
}

function checkTag(conversion: unknown, pixel: string): XError[] {
  const id = isJsonObject(conversion) ? conversion['event_id'] : undefined;
  const parameter = 'event_id';
  if (typeof id !== 'string' || id === '') {
    return [{ code: 'INVALID_PARAMETER', message: 'event_id is required', parameter }];
  }
  const [, owner = pixel, tag] = TAG.exec(id) ?? [];
  if (tag === undefined || owner !== pixel) {
    return [
      { code: 'NOT_FOUND', message: `Event tag ${id.slice(0, 40)} was not found`, parameter },
    ];
  }
  if (tag !== SANDBOX_X_BASE_TAG) return [];
  return [{ code: 'INVALID_PARAMETER', message: `${id} is not a single event tag`, parameter }];
}

/** When the window of the rate limit opens again, in the headers that X has for it. */
function limitRate(
  { clock }: ConversionParts,
  { startMs }: RateWindow,
  answer: SandboxAnswer,
): SandboxAnswer {
  const openedMs = startMs === -Infinity ? clock.now() : startMs;
  const headers = {
    'x-account-rate-limit-limit': String(MAX_IN_WINDOW),
    'x-account-rate-limit-remaining': '0',
    'x-account-rate-limit-reset': String(Math.ceil((openedMs + RATE_WINDOW_MS) / 1000)),
  };
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function keepConversion(
  { conversions }: ConversionParts,
  account: string,
  conversion: JsonObject,
): void {
  const tag = TAG.exec(conversion['event_id'] as string)![2]!;
  const id = conversion['conversion_id'] as string | undefined;
  conversions.accept(
    {
      network: 'x',
      api: '12',
      account,
      target: tag,
      // "conversion_id per event": the same id of another tag is another conversion.
      scope: tag,
      ...(id === undefined ? {} : { dedupeId: id }),
      event: conversion,
    },
    'first',
  );
}

function makeUuid(random: Random): string {
  return random
    .bytes(16)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
