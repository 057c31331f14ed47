import type { Mapping } from '../../goals/goal.js';
import { amountOf, checkAmount } from '../amount.js';
import type { Skip } from '../network.js';
import type { MetaFacts } from './facts.js';
import { isEventName, PURCHASE } from './mapping.js';
import { describeTooBroad, type MetaUser } from './user-data.js';

/** What Meta requires of a conversion apart from its age (networks.md section 2): undefined when it can be sent. */
export function checkMetaFacts(facts: MetaFacts, mapping: Mapping): Skip | undefined {
  if (typeof mapping !== 'string' || !isEventName(mapping)) return NO_NAME;
  return checkPlace(facts) ?? checkUser(facts.user) ?? checkMoney(facts, mapping);
}

const NO_NAME: Skip = {
  reason: 'unmapped_goal',
  message: 'the goal has no name that Meta takes for an event: 1 to 50 characters',
};

/** Of the website Meta wants the browser and the page. */
function checkPlace({ source, user, pageUrl }: MetaFacts): Skip | undefined {
  if (source !== 'website') return undefined;
  if (user.client_user_agent === undefined) return incomplete('user_agent', 'the event happened on the website');
  if (pageUrl === undefined) return incomplete('page_url', 'the event happened on the website');
  return undefined;
}

/** Meta would refuse the first for its breadth; the second it would take, and is not told of (product-behaviour.md A1). */
function checkUser(user: MetaUser): Skip | undefined {
  const found = describeTooBroad(user);
  if (found === undefined) return user.fbc === undefined ? NO_CLICK : undefined;
  return {
    reason: 'no_match_key',
    message:
      `the event carries ${found}, which fits too many people for Meta; it wants a click (fbclid or fbc), and takes an ` +
      'e-mail address, a phone number, an external_id, fbp or an IP address beside it',
  };
}

const NO_CLICK: Skip = {
  reason: 'no_click_id',
  message: 'the event carries no fbclid and no fbc, or none of the last 90 days; without a click Meta is not told',
};

/** A Purchase without money refuses the whole request (100/2804009). */
function checkMoney(facts: MetaFacts, mapping: string): Skip | undefined {
  const wrong = checkAmount(facts, 'Meta');
  if (wrong || mapping !== PURCHASE || amountOf(facts)) return wrong;
  return incomplete(facts.value === undefined ? 'value' : 'currency', 'the event is a Purchase');
}

function incomplete(field: string, cause: string): Skip {
  return { reason: 'incomplete_event', field, message: `${cause}, and Meta requires ${field} then` };
}
