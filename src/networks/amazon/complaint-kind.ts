import type { Fix } from '../fix.js';
import type { OutcomeKind } from '../network.js';
import type { AmazonComplaint } from './error-answer.js';
import { ACCEPT_CONVERSION_TERMS, isAboutTerms, TERMS_REASON } from './terms.js';

/** What a complaint means for the postback. */
export interface ComplaintKind {
  kind: OutcomeKind;
  reason: string;
  fix?: Fix;
}

/**
 * Amazon's codes (Ads API v1, ErrorCode) that are not about the payload, which is what all others
 * are about.
 */
const KIND_BY_CODE: Readonly<Record<string, OutcomeKind>> = {
  UNAUTHORIZED: 'credential',
  FORBIDDEN: 'credential',
  ACCESS_DENIED: 'credential',
  ACCESS_DENIED_FOR_MANAGER_ACCOUNT: 'credential',
  ACCOUNT_NOT_ELIGIBLE: 'credential',
  TOO_MANY_REQUESTS: 'throttled',
  THROTTLED: 'throttled',
  INTERNAL_ERROR: 'transient',
  INTERNAL_SERVER_ERROR: 'transient',
  SERVICE_UNAVAILABLE: 'transient',
  // "Operation could not be completed due to a conflict. Please retry your request."
  CONFLICT: 'transient',
  NOT_FOUND: 'configuration',
  RESOURCE_ID_NOT_FOUND: 'configuration',
  FIELD_VALUE_NOT_FOUND: 'configuration',
  RESOURCE_DOES_NOT_BELONG_TO_PARENT: 'configuration',
  RESOURCE_IS_IN_TERMINAL_STATE: 'configuration',
  FEATURE_DISCONTINUED: 'configuration',
  FEATURE_NOT_AVAILABLE: 'configuration',
  UNSUPPORTED_MARKETPLACE: 'configuration',
  '401': 'credential',
  '403': 'credential',
  '404': 'configuration',
  '409': 'transient',
  '429': 'throttled',
  '500': 'transient',
  '502': 'transient',
  '503': 'transient',
  '504': 'transient',
};

/** Final and fixable first: what will be refused again is not worth another attempt. */
const RANKS: readonly OutcomeKind[] = [
  'configuration',
  'expired',
  'payload',
  'credential',
  'throttled',
  'transient',
];

const TIME = /time(?:stamp)?\b|\bdate/i;
const TOO_OLD =
  /\btoo old\b|\bolder\b|\bexpired\b|\b\d+[ -]?days?\b|in the past|\b(?:outside|window)\b/i;
const FUTURE = /future|ahead/i;
/**
 * Where the mapping stands in a request: Amazon naming one of these says that the mapping is wrong.
 */
const MAPPING_FIELD = /conversion_?definition|event_?description|data_?set/i;
const DEFINITION = /conversion ?definition|\bdefinition\b|\bdata ?set\b/i;
const SOURCE = /\bsource\b/i;
const NOT_THERE =
  /not (?:be )?found|n[o']t exist|unknown|invalid|no such|belong|associat|inactive|archived|deleted|match/i;

/**
 * What the complaints about one event mean, the most final of them deciding. Codes decide; the
 * words only tell a wrong mapping, an event too old and terms not accepted from a bad payload,
 * which Amazon gives the same BAD_REQUEST.
 */
export function classifyComplaints(
  complaints: readonly AmazonComplaint[],
): ComplaintKind | undefined {
  let worst: ComplaintKind | undefined;
  for (const complaint of complaints) {
    const found = classifyComplaint(complaint);
    if (worst === undefined || RANKS.indexOf(found.kind) < RANKS.indexOf(worst.kind)) worst = found;
  }
  return worst;
}

/** Whether Amazon complains of the definition or event description that a goal is mapped to. */
export function isAboutMapping(complaints: readonly AmazonComplaint[]): boolean {
  return complaints.some(({ words: { field, message } }) => {
    if (MAPPING_FIELD.test(field)) return true;
    return (DEFINITION.test(message) || SOURCE.test(message)) && NOT_THERE.test(message);
  });
}

function classifyComplaint(complaint: AmazonComplaint): ComplaintKind {
  const { code, words } = complaint;
  const { field, message } = words;
  const reason = code ?? 'rejected';
  if (isAboutTerms([complaint]))
    return { kind: 'credential', reason: TERMS_REASON, fix: ACCEPT_CONVERSION_TERMS };
  const kind = (code === undefined ? undefined : KIND_BY_CODE[code.toUpperCase()]) ?? 'payload';
  if (kind !== 'payload' && kind !== 'configuration') return { kind, reason };
  if (isAboutMapping([complaint])) return { kind: 'configuration', reason, fix: { by: 'map' } };
  if (kind === 'configuration') return { kind, reason };
  const isTime = TIME.test(field) || TIME.test(message);
  if (isTime && TOO_OLD.test(message) && !FUTURE.test(message)) return { kind: 'expired', reason };
  return { kind, reason };
}
