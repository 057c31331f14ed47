import { formatTimestamp } from '../../events/timestamp.js';
import { amountOf } from '../amount.js';
import { boundJsonBytes, quoteJson } from '../json-text.js';
import type { Outgoing } from '../network.js';
import { chooseEventSource } from './event-source.js';
import type { GoogleFacts } from './facts.js';

/** One event of `events:ingest` as JSON. Hashes, codes and amounts hold nothing that JSON escapes. */
export function renderEvent({ postback }: Outgoing): string {
  const facts = postback.facts as GoogleFacts;
  let text =
    `{"transactionId":${quoteJson(postback.dedupeId)}` +
    `,"eventTimestamp":"${formatTimestamp(postback.eventTimeMs)}"` +
    `,"eventSource":"${chooseEventSource(facts.source)}"`;
  if (facts.click) text += `,"adIdentifiers":${JSON.stringify(facts.click)}`;
  const identifiers = renderIdentifiers(facts);
  if (identifiers !== '') text += `,"userData":{"userIdentifiers":[${identifiers}]}`;
  const amount = amountOf(facts);
  if (amount) text += `,"conversionValue":${amount.value},"currency":"${amount.currency}"`;
  if (facts.consent) text += `,"consent":${JSON.stringify(facts.consent)}`;
  return `${text}}`;
}

function renderIdentifiers({ email, phone }: GoogleFacts): string {
  const parts = [email && `{"emailAddress":"${email}"}`, phone && `{"phoneNumber":"${phone}"}`];
  return parts.filter(Boolean).join(',');
}

/** Every name and bracket, both hashes, the longest of each code and date, and the request around an only event. */
const FIXED_BYTES = 800;

/** Bytes of {@link renderEvent} and of the request around it, at most. */
export function boundEventBytes({ postback }: Outgoing): number {
  const { click, value = '' } = postback.facts as GoogleFacts;
  const clickBytes = click ? Math.max(...Object.values(click).map((id: string) => id.length)) : 0;
  return FIXED_BYTES + boundJsonBytes(postback.dedupeId) + clickBytes + value.length;
}
