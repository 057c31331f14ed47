import { isJsonObject } from '../json.js';
import {
  type CategoryAnswers,
  type CategoryReading,
  levelOfCategories,
  nameOfCategory,
  readCategories,
  readNestedAnswer,
} from './consent-categories.js';

/**
 * Reads RudderStack's lists of allowed and denied purposes; with the strategy `or` one allowed
 * purpose is enough. Returns undefined where there is no list.
 */
export function readConsentLists(value: unknown): CategoryReading | undefined {
  if (!isJsonObject(value)) return undefined;
  const allowed = listOf(value['allowedConsentIds'] ?? value['allowed_consent_ids']);
  const denied = listOf(value['deniedConsentIds'] ?? value['denied_consent_ids']);
  const strategy = value['resolutionStrategy'] ?? value['resolution_strategy'];
  if (allowed === undefined && denied === undefined) return undefined;
  if (denied === undefined) return readCategories(allowed);
  const refused = new Set(denied);
  const answers: CategoryAnswers = [
    ...denied.map((id) => [id, 'denied'] as const),
    ...(allowed ?? []).filter((id) => !refused.has(id)).map((id) => [id, 'granted'] as const),
  ];
  if (answers.length === 0) return undefined;
  return levelOfCategories(answers, ['or', 'any'].includes(String(strategy).toLowerCase()));
}

/**
 * Ids in a list, in text with commas, or as members of an object; empty for one that cannot be
 * read.
 */
function listOf(ids: unknown): string[] | undefined {
  if (ids === undefined || ids === null) return undefined;
  if (typeof ids === 'string')
    return ids
      .split(',')
      .map((id) => id.trim())
      .filter(Boolean);
  if (isJsonObject(ids))
    return Object.keys(ids).filter((id) => readNestedAnswer(ids[id]) === 'granted');
  const list = Array.isArray(ids) ? (ids.flat() as unknown[]) : [ids];
  return list.filter((id) => id !== null && id !== '').map(readId);
}

/** The id of a consent purpose: text, a number, or an object that has one. */
function readId(id: unknown): string {
  if (typeof id === 'number') return String(id);
  if (isJsonObject(id)) return nameOfCategory(id) ?? '';
  return typeof id === 'string' ? id : '';
}
