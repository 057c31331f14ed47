import { amountOf, checkAmount } from '../amount.js';
import type { Skip } from '../network.js';
import { PURCHASE } from './mapping.js';
import type { SnapchatPayload } from './payload.js';

const LIMITED: Skip = {
  reason: 'opted_out',
  message:
    'the person limits the use of data; sources contradict each other on the field for it, ' +
    'so nothing is sent',
};
const NO_CLICK: Skip = {
  reason: 'no_click_id',
  message: 'the event has no Snapchat click id (sc_click_id, ScCid in the landing page)',
};
const NO_MATCH_KEY: Skip = {
  reason: 'no_match_key',
  message:
    'Snapchat requires an email address, a phone number, a mobile advertising id, or IP address ' +
    'and user agent; the event has none of them',
};
const NO_PAGE: Skip = {
  reason: 'incomplete_event',
  field: 'page_url',
  message: 'the event has no page (page_url), which Snapchat requires of events on a website',
};
const NO_MONEY: Skip = {
  reason: 'incomplete_event',
  field: 'value',
  message: 'the event has no value with a currency, which Snapchat requires of a PURCHASE',
};
const NO_SYSTEM: Skip = {
  reason: 'incomplete_event',
  field: 'source',
  message:
    'the event does not say whether the app runs on ios or android, which Snapchat requires of ' +
    'app events',
};

/** Why Snapchat cannot be told of a conversion. @param api `app` or `pixel`: where events go */
export function checkSnapchatPayload(
  payload: SnapchatPayload,
  mapping: string,
  api: string,
): Skip | undefined {
  const { user } = payload;
  if (payload.limited) return LIMITED;
  if (user.sc_click_id === undefined) return NO_CLICK;
  const isKnown =
    user.em !== undefined ||
    user.ph !== undefined ||
    user.madid !== undefined ||
    (user.client_ip_address !== undefined && user.client_user_agent !== undefined);
  if (!isKnown) return NO_MATCH_KEY;
  return (
    checkSource(payload, api) ??
    checkAmount(payload, 'Snapchat') ??
    (mapping === PURCHASE && amountOf(payload) === undefined ? NO_MONEY : undefined)
  );
}

/** Events of an app go to its Snap App ID, all others to a pixel. */
function checkSource({ source, system, pageUrl }: SnapchatPayload, api: string): Skip | undefined {
  const isApp = source === 'MOBILE_APP';
  if (isApp !== (api === 'app')) {
    const message = isApp
      ? 'events of an app go to a Snap App ID; this connection sends to a pixel'
      : 'this connection sends to a Snap App ID, which takes events of an app only';
    return { reason: 'incomplete_event', field: 'source', message };
  }
  if (isApp && system === undefined) return NO_SYSTEM;
  return source === 'WEB' && pageUrl === undefined ? NO_PAGE : undefined;
}
