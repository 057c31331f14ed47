import { amountOf, checkAmount } from '../amount.js';
import type { Skip } from '../network.js';
import type { MetaPayload } from './payload.js';
import { isEventName, PURCHASE } from './mapping.js';
import { describeTooBroad, type MetaUser } from './user-data.js';

/** Checks Meta's requirements other than age. Returns undefined if the conversion can be sent. */
export function checkMetaPayload(payload: MetaPayload, mapping: string): Skip | undefined {
  if (!isEventName(mapping)) return NO_NAME;
  return checkWebsite(payload) ?? checkUser(payload.user) ?? checkMoney(payload, mapping);
}

/** The goal is not called by an event name. */
export const NO_NAME: Skip = {
  reason: 'unmapped_goal',
  message: 'the goal has no valid Meta event name (1 to 50 characters)',
};

/** Of the website Meta wants the browser and the page. */
function checkWebsite({ source, user, pageUrl }: MetaPayload): Skip | undefined {
  if (source !== 'website') return undefined;
  if (user.client_user_agent === undefined)
    return incomplete('user_agent', 'the event happened on the website');
  if (pageUrl === undefined) return incomplete('page_url', 'the event happened on the website');
  return undefined;
}

/**
 * Checks the identifiers. Meta would reject too broad ones; it would accept a missing click, but
 * the product does not report those.
 */
function checkUser(user: MetaUser): Skip | undefined {
  const found = describeTooBroad(user);
  if (found === undefined) return user.fbc === undefined ? NO_CLICK : undefined;
  return {
    reason: 'no_match_key',
    message:
      `the event has ${found}, which matches too many people; Meta requires a click ` +
      '(fbclid or fbc) and an email address, phone number, external_id, fbp or IP address',
  };
}

const NO_CLICK: Skip = {
  reason: 'no_click_id',
  message:
    'the event has no fbclid or fbc from the last 90 days; without a click, it is not reported ' +
    'to Meta',
};

/** A Purchase without money refuses the whole request (100/2804009). */
function checkMoney(payload: MetaPayload, mapping: string): Skip | undefined {
  const wrong = checkAmount(payload, 'Meta');
  if (wrong || mapping !== PURCHASE || amountOf(payload)) return wrong;
  return incomplete(payload.value === undefined ? 'value' : 'currency', 'the event is a Purchase');
}

function incomplete(field: string, cause: string): Skip {
  return {
    reason: 'incomplete_event',
    field,
    message: `${cause}, and Meta then requires ${field}`,
  };
}
