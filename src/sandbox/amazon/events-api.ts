import { isIP } from 'node:net';
import type { Clock } from '../../clock.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import type { ConversionStore } from '../conversion-store.js';
import {
  answerJson,
  readHeader,
  readJson,
  type SandboxAnswer,
  type SandboxRequest,
} from '../exchange.js';
import type { Route } from '../route.js';
import type { GrantStore } from '../oauth/grant-store.js';
import { createApiRoute, findAccount, type Caller } from './api-route.js';
import {
  CONVERSION_TYPES,
  EVENT_SOURCES,
  EVENTS_COUNTRIES,
  EVENTS_CURRENCIES,
  PURCHASES,
} from './enums.js';
import {
  checkAmount,
  checkFields,
  checkList,
  checkMoment,
  checkOneOf,
  checkPattern,
  checkText,
  checkThat,
  checkWhole,
  type Check,
  type Problem,
} from './field-checks.js';
import { validateBatch } from './validated-batch.js';
import { checkMatchKeys, EVENTS_MATCH_KEYS, findDedupeProblem } from './match-keys.js';
import { refuseAdsApi } from './refusals.js';
import type { SandboxAccount } from './seed.js';
import { evaluateAge } from './window.js';

const MEDIA_TYPE = 'application/json';

/** `events` "maxItems 500" (Ads API specification). */
const MAX_EVENTS = 500;

/**
 * 7 or 21 days by source, and the specification is silent
 * (docs/development/decisions/amazon-windows.md): the sandbox refuses only what every source calls
 * too old.
 */
const WINDOW_DAYS = 21;

/** `ErrorsIndex.errors` "maxItems 20". */
const MAX_ERRORS = 20;

const MAX_VALUE = Number.MAX_SAFE_INTEGER / 100;
const MAX_INT32 = 2 ** 31 - 1;

export interface EventsParts {
  clock: Clock;
  grants: GrantStore;
  conversions: ConversionStore;
}

/**
 * Events API: `POST /adsApi/v1/create/events`. Every rule and quotation here is of the
 * specification,
 * https://github.com/lai3221/amazon-ads-api-v1/blob/5acc8dd7/.openapi/amazon-ads-v1-all.json
 * (2026-07-21).
 */
export function createEventsRoutes(parts: EventsParts): Route[] {
  const check = createEventCheck(parts.clock);
  return [
    createApiRoute(parts.grants, {
      method: 'POST',
      path: '/adsApi/v1/create/events',
      clientHeader: 'amazon-ads-clientid',
      contentTypes: [MEDIA_TYPE],
      answerTypes: [MEDIA_TYPE],
      refuse: refuseAdsApi,
      handle: (request, _params, caller) => createEvents(parts, check, request, caller),
    }),
  ];
}

const CONSENT_STATUS = checkOneOf(new Set(['GRANTED', 'DENIED']));

const CONSENT = checkFields(
  {},
  {
    geo: checkFields({
      ipAddress: checkThat(
        (value) => typeof value === 'string' && isIP(value) > 0,
        'an IP address',
      ),
    }),
    amazonConsent: checkFields({ amznUserData: CONSENT_STATUS }, { amznAdStorage: CONSENT_STATUS }),
    tcf: checkText(),
    gpp: checkText(),
  },
);

/**
 * Names have letters, digits and underscores. Values are not held to it: Amazon's own guide sends
 * "49.99".
 */
const CUSTOM_DATA = checkFields(
  { name: checkPattern(/^\w+$/, 'letters, digits and underscores'), value: checkText() },
  { dataType: checkOneOf(new Set(['STRING', 'INTEGER', 'TIMESTAMP'])) },
);

const DESCRIPTION = checkFields(
  {
    name: checkText(),
    conversionType: checkOneOf(CONVERSION_TYPES),
    eventSource: checkOneOf(EVENT_SOURCES),
    eventIngestionMethod: checkOneOf(new Set(['SERVER_TO_SERVER'])),
  },
  {
    dataSetName: checkPattern(
      /^[A-Za-z][A-Za-z0-9_-]{0,99}$/,
      'a letter, then letters, digits, _ and -',
    ),
  },
);

function createEventCheck(clock: Clock): Check {
  return checkFields(
    {
      eventDescription: DESCRIPTION,
      eventTime: checkMoment((timeMs) => evaluateAge(clock, timeMs, WINDOW_DAYS)),
      countryCode: checkOneOf(EVENTS_COUNTRIES),
      matchKeys: checkMatchKeys(EVENTS_MATCH_KEYS, 15),
    },
    {
      eventId: checkText(),
      value: checkAmount(MAX_VALUE),
      currencyCode: checkOneOf(EVENTS_CURRENCIES),
      unitsSold: checkWhole(1, MAX_INT32),
      consent: CONSENT,
      dataProcessingOptions: checkFields({ options: checkOneOf(new Set(['LIMITED_DATA_USE'])) }),
      customData: checkList(0, 13, CUSTOM_DATA),
      amazonAdEventKey: checkText(),
      arefMeasurementTokens: checkPattern(
        /^[A-Za-z0-9]{10}\.\d{13}(\|[A-Za-z0-9]{10}\.\d{13})*$/,
        'pairs of a token and milliseconds, joined by |',
      ),
      deviceInfo: checkFields({}, { userAgent: checkText(512) }),
      partner: checkText(),
    },
  );
}

function createEvents(
  parts: EventsParts,
  check: Check,
  request: SandboxRequest,
  caller: Caller,
): SandboxAnswer {
  const accountId = readHeader(request, 'amazon-ads-accountid');
  if (!accountId) return refuseAdsApi(400, 'Amazon-Ads-AccountId header is missing');
  const account = findAccount(caller, readAdvertiserId(caller, accountId), refuseAdsApi);
  if ('status' in account) return account;
  if (!account.termsAccepted) {
    return refuseAdsApi(
      403,
      'The Conversions API terms have not been accepted for this advertiser',
    );
  }
  const events = readEvents(request);
  if (typeof events === 'string') return refuseAdsApi(400, events);
  const batch = validateBatch(
    request,
    events,
    (event) => classifyEvent(check, account, event),
    (index) => keepEvent(parts, account, events[index] as JsonObject),
  );
  // Indices from 0 here; the arrays may be empty.
  const success = batch.accepted.map((index) => ({ index, event: events[index] }));
  const error = batch.rejected.map(({ index, problems }) => ({
    index,
    errors: describeErrors(index, problems),
  }));
  return answerJson(207, { success, error });
}

/**
 * Whether the header is the DSP advertiser id or the entity id is not settled
 * (docs/reference/amazon.md#not-settled): both are taken.
 */
function readAdvertiserId(caller: Caller, id: string): string {
  return caller.accounts.find(({ entityId }) => entityId === id)?.advertiserId ?? id;
}

function readEvents(request: SandboxRequest): unknown[] | string {
  const body = readJson(request)?.value;
  if (!isJsonObject(body)) return 'The request body must be a JSON object.';
  const { events, ...others } = body;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return `${JSON.stringify(unknown)} is not a known field`;
  if (!Array.isArray(events)) return 'events must be an array';
  if (events.length < 1 || events.length > MAX_EVENTS)
    return `events must have 1 to ${MAX_EVENTS} items`;
  return events as unknown[];
}

interface ValidatedEvent {
  eventDescription: { conversionType: string; name: string; dataSetName?: string };
  eventId?: string;
  value?: number;
  unitsSold?: number;
  consent?: { amazonConsent?: { amznUserData: string; amznAdStorage?: string } };
  dataProcessingOptions?: object;
}

function classifyEvent(check: Check, account: SandboxAccount, event: unknown): Problem[] {
  const problems: Problem[] = [];
  check(event, '', problems);
  const reused = findDedupeProblem(event, 'eventId');
  if (reused) problems.push(reused);
  if (problems.length > 0) return problems;
  const { eventDescription, value, unitsSold, consent } = event as ValidatedEvent;
  const purchase = eventDescription.conversionType === PURCHASES;
  if (purchase && value !== undefined && value < 0) {
    const message = 'value must not be negative for OFF_AMAZON_PURCHASES';
    problems.push({ code: 'FIELD_VALUE_IS_BELOW_MINIMUM_LIMIT', field: 'value', message });
  }
  if (!purchase && unitsSold !== undefined) {
    const message = 'unitsSold is only applicable for OFF_AMAZON_PURCHASES';
    problems.push({ code: 'FIELD_VALUE_MUST_BE_EMPTY_OR_NULL', field: 'unitsSold', message });
  }
  // "For EU advertisers, it is required to provide one of geo, amazonConsent, tcf, or gpp."
  if (account.region === 'eu' && Object.keys(consent ?? {}).length === 0) {
    const message = 'consent must have one of geo, amazonConsent, tcf or gpp';
    problems.push({ code: 'FIELD_VALUE_IS_NULL', field: 'consent', message });
  }
  return problems;
}

function keepEvent({ conversions }: EventsParts, account: SandboxAccount, event: JsonObject): void {
  // eslint-disable-next-line no-restricted-syntax -- the field checks have accepted it
  const validated = event as unknown as ValidatedEvent;
  const { eventDescription, eventId } = validated;
  const excluded = findExclusion(validated);
  conversions.accept(
    {
      network: 'amazon',
      api: 'events-api',
      account: account.advertiserId,
      region: account.region,
      target: `${eventDescription.dataSetName ?? 'default_events'}/${eventDescription.name}`,
      ...(eventId === undefined ? {} : { dedupeId: eventId }),
      ...(excluded === undefined ? {} : { excluded }),
      event,
    },
    // "For events with the same eventId only the latest event will be kept."
    'latest',
  );
}

function findExclusion({ dataProcessingOptions, consent }: ValidatedEvent): string | undefined {
  if (dataProcessingOptions !== undefined) return 'limited_data_use';
  const given = consent?.amazonConsent;
  return given?.amznUserData === 'DENIED' || given?.amznAdStorage === 'DENIED'
    ? 'consent_denied'
    : undefined;
}

function describeErrors(index: number, problems: readonly Problem[]): object[] {
  return problems.slice(0, MAX_ERRORS).map(({ code, field, message }) => ({
    code,
    message,
    fieldLocation: `events[${index}]${field && `.${field}`}`,
  }));
}
