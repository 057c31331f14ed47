import type { Mapping } from '../../goals/goal.js';

/** Ids are 64-bit numbers kept as text: 20 digits hold the largest. */
const ACTION_ID = /^\d{1,20}$/;
/** `customers/123/conversionActions/456`, as the Google Ads API calls it. */
const RESOURCE_NAME = /^customers\/\d+\/conversionActions\/(\d+)$/;
/** Prefix of a website tag id, which is not a conversion action id. */
const TAG = /^AW-/i;

/**
 * Returns what is expected if `mapping` is not a conversion action id (digits only, not the
 * resource name), otherwise undefined.
 */
export function checkGoogleMapping(mapping: Mapping): string | undefined {
  if (typeof mapping !== 'string') return NO_NUMBER;
  if (ACTION_ID.test(mapping)) return undefined;
  const [, action] = RESOURCE_NAME.exec(mapping) ?? [];
  if (action !== undefined)
    return `that is the resource name of a conversion action; expected only its id: ${action}`;
  if (TAG.test(mapping))
    return `${quote(mapping)} is a website tag id, not a conversion action id; ${EXPECTED}`;
  return `${quote(mapping)} is not a conversion action id; ${EXPECTED}`;
}

const EXPECTED =
  'expected the numeric id of a conversion action, such as 987654321: the number after ctId= in ' +
  'the address of its page in Google Ads';

/** Says that a goal which is not called by one text cannot be mapped at Google. */
export const NO_NUMBER = `Google identifies conversions by number; ${EXPECTED}`;

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
