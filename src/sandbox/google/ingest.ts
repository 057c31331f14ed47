import type { Clock } from '../../clock.js';
import { answerJson, readJson, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import type { GrantStore } from '../oauth/grant-store.js';
import type { Route } from '../route.js';
import { identifyCaller, mayReach } from './caller.js';
import { checkActions, checkDestinations } from './destination-check.js';
import { checkEvent } from './event-check.js';
import type { Processing } from './processing.js';
import type { FieldViolation, Refuse } from './refusals.js';
import { requestShape, type IngestEvent, type IngestRequest } from './request-shape.js';
import type { SandboxGoogleUser } from './seed.js';

/**
 * Limits page (https://developers.google.com/data-manager/api/limits, 2026-11-30); a sample says
 * 10,000.
 */
const MAX_EVENTS = 2_000;
const HOSTS = ['datamanager.googleapis.com'];

export interface ApiParts {
  clock: Clock;
  grants: GrantStore;
  processing: Processing;
  refuse: Refuse;
}

/**
 * `POST /v1/events:ingest` and `GET /v1/requestStatus:retrieve`
 * (https://developers.google.com/data-manager/api, 2026-11-30).
 */
export function createApiRoutes(parts: ApiParts): Route[] {
  const base = {
    hosts: HOSTS,
    kind: 'api' as const,
    refuse: (status: number, message?: string, retryInfoS?: number) =>
      parts.refuse(status, {
        ...(message === undefined ? {} : { message }),
        ...(retryInfoS === undefined ? {} : { retryInfoS }),
      }),
  };
  return [
    {
      ...base,
      method: 'POST',
      path: '/v1/events:ingest',
      handle: (request) => withCaller(parts, request, ingest),
    },
    {
      ...base,
      method: 'GET',
      path: '/v1/requestStatus:retrieve',
      handle: (request) => withCaller(parts, request, retrieve),
    },
  ];
}

function withCaller(
  parts: ApiParts,
  request: SandboxRequest,
  handle: (parts: ApiParts, request: SandboxRequest, user: SandboxGoogleUser) => SandboxAnswer,
): SandboxAnswer {
  const caller = identifyCaller(parts.grants, parts.refuse, request);
  return 'status' in caller ? caller : handle(parts, request, caller);
}

/** Everything is checked before anything is taken: one fault refuses all of it. */
function ingest(parts: ApiParts, request: SandboxRequest, user: SandboxGoogleUser): SandboxAnswer {
  const { refuse, processing } = parts;
  const read = readJson(request);
  if (!read) return refuse(400, { message: 'Invalid JSON payload received. Unexpected token.' });
  const misshapen = requestShape(read.value, '');
  if (misshapen.length > 0)
    return refuse(400, { message: misshapen[0]!.description, violations: misshapen });
  const body = read.value as IngestRequest;
  const { destinations = [], events = [] } = body;
  const formal = [...checkDestinations(destinations, events), ...checkRequest(body)];
  if (formal.length > 0) return refuseArgument(refuse, formal);
  const isAllowed = destinations.every(({ operatingAccount, loginAccount }) =>
    mayReach(user, operatingAccount?.accountId ?? '', loginAccount?.accountId),
  );
  if (!isAllowed) return refuse(403, { reason: 'PERMISSION_DENIED' });
  const isForAds = destinations.some(
    ({ operatingAccount }) => operatingAccount?.accountType === 'GOOGLE_ADS',
  );
  const context = { nowMs: parts.clock.now(), encoding: body.encoding, isForAds };
  const found = [
    ...checkActions(destinations, events),
    ...events.flatMap((event, index) => checkEvent(event, index, context)),
  ];
  if (found.length > 0) return refuseArgument(refuse, found);
  const warnings = describeWarnings(events);
  if (body.validateOnly)
    return answerJson(200, { requestId: processing.nameValidated(), ...warnings });
  return answerJson(200, {
    requestId: processing.take(user.name, destinations, withConsent(body)),
    ...warnings,
  });
}

/**
 * `fieldWarnings` of the answer
 * (https://developers.google.com/data-manager/api/reference/rest/v1/FieldWarning, 2026-11-30): of
 * click ids that begin with `warned`. Their events are taken all the same.
 */
function describeWarnings(events: readonly IngestEvent[]): { fieldWarnings?: object[] } {
  const fieldWarnings = events.flatMap(({ adIdentifiers: { gclid = '' } = {} }, index) => {
    const field = `events.events[${index}].ad_identifiers.gclid`;
    const description = 'The sandbox warns of click ids that begin with "warned".';
    return /^warned/i.test(gclid) ? [{ reason: 'WARNING_REASON_GENERIC', description, field }] : [];
  });
  return fieldWarnings.length === 0 ? {} : { fieldWarnings };
}

function checkRequest({ events = [], encoding }: IngestRequest): FieldViolation[] {
  if (events.length === 0)
    return [
      {
        field: 'events',
        reason: 'REQUIRED_FIELD_MISSING',
        description: 'Required field is missing.',
      },
    ];
  if (events.length > MAX_EVENTS) {
    return [
      {
        field: 'events',
        reason: 'TOO_MANY_EVENTS',
        description: `At most ${MAX_EVENTS} events are allowed per request.`,
      },
    ];
  }
  const isNeeded = events.some(({ userData }) => userData !== undefined);
  if (!isNeeded || encoding !== undefined) return [];
  return [
    {
      field: 'encoding',
      reason: 'REQUIRED_FIELD_MISSING',
      description: 'Required field is missing.',
    },
  ];
}

/** Consent of the request holds for events that have none of their own. */
function withConsent({ events = [], consent }: IngestRequest) {
  return events.map((event) => (consent && !event.consent ? { ...event, consent } : event));
}

function refuseArgument(refuse: Refuse, violations: readonly FieldViolation[]): SandboxAnswer {
  return refuse(400, { reason: 'INVALID_ARGUMENT', violations });
}

function retrieve(
  { processing, refuse }: ApiParts,
  request: SandboxRequest,
  user: SandboxGoogleUser,
): SandboxAnswer {
  const { query, partialAnswer } = request;
  const status = processing.describe(query.get('requestId') ?? '', user.name, partialAnswer?.count);
  if (status) return answerJson(200, status);
  const violations = [
    {
      field: 'request_id',
      reason: 'INVALID_REQUEST_ID',
      description: 'The request ID is not valid.',
    },
  ];
  return refuseArgument(refuse, violations);
}
