import type { OutcomeKind } from '../network.js';
import type { MetaError } from './error-answer.js';

/** Server trouble and blocks that pass (docs/reference/meta.md#answers). */
const TRANSIENT: ReadonlySet<number> = new Set([1, 2, 341, 368, 5000, 21009]);
/** Too many calls of the application, the user, the page, or with one parameter. */
const THROTTLED: ReadonlySet<number> = new Set([4, 17, 32, 613]);
/**
 * Limits of one business use case: 80000 insights, 80003 audiences, 80004 ad management, 80014 …
 */
const FIRST_BUSINESS_LIMIT = 80_000;
const LAST_BUSINESS_LIMIT = 80_014;
/** Token and session (190, 102, 104), capability (3), permission (10; 200 to 299). */
const CREDENTIAL: ReadonlySet<number> = new Set([3, 10, 102, 104, 190]);
const FIRST_PERMISSION = 200;
const LAST_PERMISSION = 299;

const INVALID_PARAMETER = 100;
/**
 * "Object does not exist, cannot be loaded due to missing permissions": the pixel, or the right to
 * use it.
 */
const NO_OBJECT = 33;
const NO_EDGE = 34;
/** The app wants its secret shown with every call, which postback does not do. */
const PROOF_WANTED = /appsecret_proof/i;
/** An event of the request is older than Meta accepts. */
const TOO_OLD = 2_804_003;
/** Paths and versions that Meta does not know (any more). */
const CONFIGURATION: ReadonlySet<number> = new Set([2500, 2635]);

/**
 * Classification of an error for all postbacks of the request, and whether one of them may be the
 * cause.
 */
export interface MetaErrorKind {
  kind: OutcomeKind;
  isSplit?: true;
}

/**
 * The kind of a known code, whatever the HTTP status, which lies: 190 and 3 come as 500
 * (docs/reference/meta.md#answers). Undefined for codes that are not known.
 */
export function classifyMetaCode({
  code,
  subcode,
  words = '',
}: MetaError): MetaErrorKind | undefined {
  if (code === undefined) return undefined;
  if (code === INVALID_PARAMETER)
    return PROOF_WANTED.test(words) ? { kind: 'credential' } : classifyParameter(subcode);
  if (CREDENTIAL.has(code) || isBetween(code, FIRST_PERMISSION, LAST_PERMISSION))
    return { kind: 'credential' };
  if (THROTTLED.has(code) || isBetween(code, FIRST_BUSINESS_LIMIT, LAST_BUSINESS_LIMIT))
    return { kind: 'throttled' };
  if (TRANSIENT.has(code)) return { kind: 'transient' };
  return CONFIGURATION.has(code) ? { kind: 'configuration' } : undefined;
}

/** Classifies a parameter error. Meta does not name the event, so it is found by bisection. */
function classifyParameter(subcode: number | undefined): MetaErrorKind {
  if (subcode === NO_OBJECT) return { kind: 'credential' };
  if (subcode === NO_EDGE) return { kind: 'configuration' };
  return { kind: subcode === TOO_OLD ? 'expired' : 'payload', isSplit: true };
}

function isBetween(code: number, first: number, last: number): boolean {
  return code >= first && code <= last;
}
