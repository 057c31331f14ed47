import type { Clock } from '../../clock.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import type { Random } from '../../random.js';
import type { ConversionStore } from '../conversion-store.js';
import { answerJson, readJson, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import type { Route } from '../route.js';
import type { GrantStore } from '../oauth/grant-store.js';
import { createApiRoute, type Caller } from './api-route.js';
import { findConversionsAccount } from './conversions-account.js';
import type { DefinitionStore } from './definition-store.js';
import { PURCHASES, SOURCES, V1_COUNTRIES, V1_CURRENCIES } from './enums.js';
import {
  checkAmount,
  checkFields,
  checkMoment,
  checkOneOf,
  checkText,
  checkWhole,
  type Check,
  type Problem,
} from './field-checks.js';
import { validateBatch } from './validated-batch.js';
import { checkMatchKeys, findDedupeProblem, V1_MATCH_KEYS } from './match-keys.js';
import { createDspRefuse, type Refuse } from './refusals.js';
import { evaluateAge } from './window.js';

const MEDIA_TYPE = 'application/vnd.dspconversioneventimport.v1+json';

/** `eventData` "maxItems 100" (CAPI v1 specification; some help pages say 500). */
const MAX_EVENTS = 100;

/** "The event's timestamp must be no more than 7 days old at the time of import." */
const WINDOW_DAYS = 7;

const MAX_VALUE = 9_999_999_999_999.99;
const MAX_UNITS = 9_999_999_999_999;

export interface CapiParts {
  clock: Clock;
  random: Random;
  grants: GrantStore;
  definitions: DefinitionStore;
  conversions: ConversionStore;
}

/**
 * CAPI v1: `POST /accounts/{accountId}/dsp/conversionDefinitions/eventData`. Every rule and
 * quotation here is of the specification,
 * https://github.com/vanling1111/amazon-ads-api-go-sdk/blob/a8b134ee/specs/dsp-conversions.json
 * (2025-10).
 */
export function createCapiRoutes(parts: CapiParts): Route[] {
  const refuse = createDspRefuse(parts.random, MEDIA_TYPE);
  const check = createEventCheck(parts.clock);
  return [
    createApiRoute(parts.grants, {
      method: 'POST',
      path: '/accounts/:account/dsp/conversionDefinitions/eventData',
      clientHeader: 'amazon-advertising-api-clientid',
      contentTypes: [MEDIA_TYPE],
      answerTypes: [MEDIA_TYPE],
      refuse,
      handle: (request, params, caller) =>
        importEvents({ ...parts, check, refuse }, request, params['account']!, caller),
    }),
  ];
}

function createEventCheck(clock: Clock): Check {
  return checkFields(
    {
      conversionDefinitionId: checkText(),
      name: checkText(),
      timestamp: checkMoment((timeMs) => evaluateAge(clock, timeMs, WINDOW_DAYS)),
      countryCode: checkOneOf(V1_COUNTRIES),
      matchKeys: checkMatchKeys(V1_MATCH_KEYS, 9),
    },
    {
      clientDedupeId: checkText(),
      value: checkAmount(MAX_VALUE),
      currencyCode: checkOneOf(V1_CURRENCIES),
      unitsSold: checkWhole(1, MAX_UNITS),
      dataProcessingOptions: checkOneOf(new Set(['LIMITED_DATA_USE'])),
    },
  );
}

/** What the route needs besides the request. */
interface ImportParts extends CapiParts {
  check: Check;
  refuse: Refuse;
}

function importEvents(
  parts: ImportParts,
  request: SandboxRequest,
  accountId: string,
  caller: Caller,
): SandboxAnswer {
  const { refuse } = parts;
  const account = findConversionsAccount(caller, request, accountId, refuse);
  if ('status' in account) return account;
  if (!account.termsAccepted)
    return refuse(403, 'The Conversions API terms have not been accepted for this advertiser');
  const read = readEvents(request);
  if (typeof read === 'string') return refuse(400, read);
  const { source, events } = read;
  const batch = validateBatch(
    request,
    events,
    (event) => classifyEvent(parts, { account: accountId, source }, event),
    (index) => keepEvent(parts, account.region, accountId, events[index] as JsonObject),
  );
  const success = batch.accepted.map((index) => ({ index: index + 1, message: 'Event received' }));
  const error = batch.rejected.map(({ index, problems }) => describeRejection(index + 1, problems));
  // Arrays are absent when they are empty (minItems 1).
  const body = {
    ...(success.length > 0 ? { success } : {}),
    ...(error.length > 0 ? { error } : {}),
  };
  return answerJson(207, body, MEDIA_TYPE);
}

/**
 * What makes the request as a whole invalid: its frame, and how many events it has. A single bad
 * event does not.
 */
function readEvents(request: SandboxRequest): { source: string; events: unknown[] } | string {
  const body = readJson(request)?.value;
  if (!isJsonObject(body)) return 'The request body must be a JSON object.';
  const { source, eventData, ...others } = body;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return `${JSON.stringify(unknown)} is not a known field`;
  if (typeof source !== 'string' || !SOURCES.has(source))
    return 'source must be AMAZON_AD_TAG or SERVER_TO_SERVER';
  if (!Array.isArray(eventData)) return 'eventData must be an array';
  if (eventData.length < 1 || eventData.length > MAX_EVENTS)
    return `eventData must have 1 to ${MAX_EVENTS} items`;
  return { source, events: eventData };
}

function classifyEvent(
  parts: ImportParts,
  { account, source }: { account: string; source: string },
  event: unknown,
): Problem[] {
  const problems: Problem[] = [];
  parts.check(event, '', problems);
  const reused = findDedupeProblem(event, 'clientDedupeId');
  if (reused) problems.push(reused);
  if (problems.length > 0) return problems;
  const { conversionDefinitionId: id, value, currencyCode } = event as Record<string, unknown>;
  const field = 'conversionDefinitionId';
  const definition = parts.definitions.find(account, id as string);
  if (!definition) return [{ code: 'NOT_FOUND', field, message: `${field} was not found` }];
  if (definition.source !== source) {
    // "Only conversion event data with matching conversion source will be imported, the rest will
    // be rejected."
    return [
      { code: 'FIELD_VALUE_MISMATCH', field, message: `The source of ${field} is not ${source}` },
    ];
  }
  // An implied id takes purchases and others alike: money tells them apart. Currency and units of
  // another type are "only applicable for OFF_AMAZON_PURCHASES" and are ignored rather than
  // refused.
  const purchase =
    definition.conversionType === PURCHASES &&
    (!parts.definitions.takesEveryType(account, id as string) || currencyCode !== undefined);
  if (purchase && typeof value === 'number' && value < 0) {
    const message = 'value must not be negative for OFF_AMAZON_PURCHASES';
    return [{ code: 'FIELD_VALUE_IS_BELOW_MINIMUM_LIMIT', field: 'value', message }];
  }
  return [];
}

function keepEvent(parts: CapiParts, region: string, account: string, event: JsonObject): void {
  const id = event['conversionDefinitionId'] as string;
  parts.definitions.touch(account, id);
  parts.conversions.accept(
    {
      network: 'amazon',
      api: 'capi-v1',
      account,
      region,
      target: id,
      ...(event['clientDedupeId'] === undefined
        ? {}
        : { dedupeId: event['clientDedupeId'] as string }),
      // "Events marked for limited data use will not be processed."
      ...(event['dataProcessingOptions'] === undefined ? {} : { excluded: 'limited_data_use' }),
      event,
    },
    // "In case of multiple events containing the same clientDedupeId, only the first will be kept",
    // across definitions.
    'first',
  );
}

function describeRejection(index: number, problems: readonly Problem[]): object {
  const [first] = problems;
  const code = first!.code === 'NOT_FOUND' ? 'NOT_FOUND' : 'BAD_REQUEST';
  const errors = problems.map(({ code: errorType, field, message }) => ({
    errorType,
    fieldName: field,
    message,
  }));
  return { index, code, message: first!.message, errors };
}
