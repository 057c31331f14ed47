import { amountOf, checkAmount } from '../amount.js';
import type { Skip } from '../network.js';
import { needsItems, needsMoney } from './mapping.js';
import type { AppLovinPayload } from './payload.js';

const LIMITED: Skip = {
  reason: 'opted_out',
  message:
    'the person opted out of the sale or sharing of data; AppLovin documents no limited data use, ' +
    'so nothing is sent',
};
const NO_CLICK: Skip = {
  reason: 'no_click_id',
  message: 'the event has no AppLovin click id (alart or aleid)',
};

/** Why AppLovin cannot be told of a conversion: one bad event would cost the whole request. */
export function checkAppLovinPayload(payload: AppLovinPayload, mapping: string): Skip | undefined {
  const { user } = payload;
  if (payload.limited) return LIMITED;
  if (user.alart === undefined && user.aleid === undefined) return NO_CLICK;
  return (
    checkPageAndDevice(payload) ??
    checkAmount(payload, 'AppLovin') ??
    (needsMoney(mapping) && amountOf(payload) === undefined
      ? missing('value', `value with a currency, which AppLovin requires of ${mapping}`)
      : undefined) ??
    (needsItems(mapping) && payload.itemId === undefined
      ? missing('item_id', `item (item_id), which AppLovin requires of ${mapping}`)
      : undefined)
  );
}

function checkPageAndDevice({ user, pageUrl }: AppLovinPayload): Skip | undefined {
  if (pageUrl === undefined) return missing('page_url', 'page (page_url), which AppLovin requires');
  if (user.client_ip_address === undefined)
    return missing('ip', 'IP address (ip), which AppLovin requires');
  if (user.client_user_agent === undefined)
    return missing('user_agent', 'user agent (user_agent), which AppLovin requires');
  return undefined;
}

function missing(field: string, words: string): Skip {
  return { reason: 'incomplete_event', field, message: `the event has no ${words}` };
}
