import { toIsoTime } from '../../iso-time.js';
import { amountOf } from '../amount.js';
import { quoteJson } from '../json-text.js';
import type { Outgoing } from '../network.js';
import { chooseEventSource } from './event-source.js';
import type { GooglePayload } from './payload.js';

type GoogleOutgoing = Pick<Outgoing<GooglePayload>, 'postback'>;

/** Renders an event of `events:ingest` as JSON. Hashes, codes and amounts need no escaping. */
export function renderEvent({ postback }: GoogleOutgoing): string {
  const payload = postback.facts;
  let text =
    `{"transactionId":${quoteJson(postback.dedupeId)}` +
    `,"eventTimestamp":"${toIsoTime(postback.eventTimeMs)}"` +
    `,"eventSource":"${chooseEventSource(payload.source)}"`;
  if (payload.click) text += `,"adIdentifiers":${JSON.stringify(payload.click)}`;
  const identifiers = renderIdentifiers(payload);
  if (identifiers !== '') text += `,"userData":{"userIdentifiers":[${identifiers}]}`;
  const amount = amountOf(payload);
  if (amount) text += `,"conversionValue":${amount.value},"currency":"${amount.currency}"`;
  if (payload.consent) text += `,"consent":${JSON.stringify(payload.consent)}`;
  return `${text}}`;
}

function renderIdentifiers({ email, phone }: GooglePayload): string {
  const parts = [email && `{"emailAddress":"${email}"}`, phone && `{"phoneNumber":"${phone}"}`];
  return parts.filter(Boolean).join(',');
}
