import { isJsonObject } from '../../json.js';
import { V1_COUNTRIES } from './enums.js';
import type { LongBody } from './long-json.js';

/** 397 days in seconds: "default and maximum ttl is 34300800" (guide "Advertiser audiences"). */
export const TTL_LIMIT = 34_300_800;

const FIELDS: ReadonlySet<string> = new Set(
  'name description countryCode metadata targetResource'.split(' '),
);
const METADATA_FIELDS: ReadonlySet<string> = new Set(
  'externalAudienceId ttl audienceFees'.split(' '),
);

/** Whose list it is: one of the two. */
export type ListOwner = { connectionId: string } | { advertiserId: string };

/**
 * What is wrong with the body that makes a list, or undefined (specification "Advertiser
 * audiences").
 */
export function findMetadataProblem(body: LongBody): string | undefined {
  const { name, description, countryCode, metadata } = body.value;
  const unknown = Object.keys(body.value).find((field) => !FIELDS.has(field));
  if (unknown !== undefined) return constraint(unknown, 'Member is not known');
  if (typeof name !== 'string' || name.length < 10 || name.length > 128) {
    return constraint('name', 'Member must have length between 10 and 128, inclusive');
  }
  if (typeof description !== 'string' || description.length > 1000) {
    return constraint('description', 'Member must have length between 0 and 1000, inclusive');
  }
  if (
    countryCode !== undefined &&
    !(typeof countryCode === 'string' && V1_COUNTRIES.has(countryCode))
  ) {
    return constraint('countryCode', 'Member must satisfy enum value set');
  }
  return findInnerProblem(metadata) ?? findOwnerProblem(body);
}

/** Whose list a body makes, where {@link findMetadataProblem} found nothing. */
export function ownerOf(body: LongBody): ListOwner {
  const { connectionId } = body.value['targetResource'] as { connectionId?: string };
  return connectionId === undefined
    ? { advertiserId: body.digitsOf('advertiserId')! }
    : { connectionId };
}

function findInnerProblem(metadata: unknown): string | undefined {
  if (!isJsonObject(metadata)) return constraint('metadata', 'Member must not be null');
  const { externalAudienceId, ttl } = metadata;
  const unknown = Object.keys(metadata).find((field) => !METADATA_FIELDS.has(field));
  if (unknown !== undefined) return constraint(`metadata.${unknown}`, 'Member is not known');
  if (typeof externalAudienceId !== 'string' || externalAudienceId === '') {
    return constraint('metadata.externalAudienceId', 'Member must not be null');
  }
  if (
    ttl !== undefined &&
    !(typeof ttl === 'number' && Number.isInteger(ttl) && ttl >= 0 && ttl <= TTL_LIMIT)
  ) {
    return constraint('metadata.ttl', `Member must be between 0 and ${TTL_LIMIT}, inclusive`);
  }
  return undefined;
}

function findOwnerProblem({ value, digitsOf }: LongBody): string | undefined {
  const target = value['targetResource'];
  if (!isJsonObject(target)) return constraint('targetResource', 'Member must not be null');
  const { connectionId, advertiserId } = target;
  const both = connectionId !== undefined && advertiserId !== undefined;
  if (both || (connectionId === undefined && advertiserId === undefined)) {
    return constraint('targetResource', 'Member must be a union of connectionId and advertiserId');
  }
  if (connectionId !== undefined) {
    return typeof connectionId === 'string'
      ? undefined
      : constraint('targetResource.connectionId', 'Member must be a string');
  }
  if (typeof advertiserId === 'string') return 'STRING_VALUE can not be converted to a Long';
  return digitsOf('advertiserId')
    ? undefined
    : constraint('targetResource.advertiserId', 'Member must be a number');
}

function constraint(at: string, rule: string): string {
  return `1 validation error detected: Value at '${at}' failed to satisfy constraint: ${rule}`;
}
