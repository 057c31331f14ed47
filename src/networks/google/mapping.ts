import type { Mapping } from '../../goals/goal.js';

/** Ids are 64-bit numbers kept as text: 20 digits hold the largest. */
const ACTION_ID = /^\d{1,20}$/;
/** `customers/123/conversionActions/456`, as the Google Ads API calls it. */
const RESOURCE_NAME = /^customers\/\d+\/conversionActions\/(\d+)$/;
/** What the tag on the website carries: it is another id. */
const TAG = /^AW-/i;

/**
 * A sentence saying what is expected when `mapping` is no conversion action id: digits and nothing else, not the resource
 * name (networks.md section 4a).
 */
export function checkGoogleMapping(mapping: Mapping): string | undefined {
  if (typeof mapping !== 'string') return `Google knows conversions by number; ${EXPECTED}`;
  if (ACTION_ID.test(mapping)) return undefined;
  const [, action] = RESOURCE_NAME.exec(mapping) ?? [];
  if (action !== undefined) return `that is the resource name of a conversion action; expected its id alone: ${action}`;
  if (TAG.test(mapping)) return `${quote(mapping)} is the tag of a website, which is another id; ${EXPECTED}`;
  return `${quote(mapping)} is no conversion action id; ${EXPECTED}`;
}

const EXPECTED =
  'expected the id of a conversion action, digits and nothing else, such as 987654321: it is the number after ctId= in ' +
  'the address of its page in Google Ads';

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
