import type { Attribution } from '../attribution/attribute.js';
import type { Click, ConversionEvent, Identifiers } from '../events/conversion-event.js';
import { HASHED_FIELDS } from '../events/conversion-event.js';
import { quote } from '../events/field-values.js';
import type { Mapping } from '../goals/goal.js';
import { formatMapping } from '../goals/mapping.js';
import type { Match } from '../goals/match.js';
import type { Channel, Postback } from '../networks/network.js';
import { deadlineOf } from './window.js';

/**
 * The click and where it comes from, in words; click ids by name only, because they lead to a
 * person.
 */
export function describeClick(
  { fields, timeMs }: Click,
  attribution: Attribution | undefined,
  isRemembered: boolean,
): string {
  const named = Object.entries(fields).map(([field, value]) =>
    field === 'utm_source' || field === 'utm_medium' ? `${field} ${quote(value)}` : field,
  );
  const carried = named.length === 0 ? 'no click' : named.join(', ');
  const when = timeMs === undefined ? '' : ` of ${new Date(timeMs).toISOString()}`;
  const origin = isRemembered ? `, remembered from an earlier click${when}` : when;
  return `${carried}${origin}${attribution ? `: ${attribution.field} belongs to ${attribution.owner}` : ''}`;
}

/** Which goals count an event. */
export function describeMatch(
  { name, value, currency }: ConversionEvent,
  { matched, filtered = [] }: Match,
): string {
  const money = value === undefined ? '' : `, value ${value} ${currency ?? 'without currency'}`;
  const goals = matched.map(({ id }) => id).join(', ');
  const counted = goals === '' ? '' : `: counted by ${goals}`;
  const excluded =
    goals === '' || filtered.length === 0 ? '' : `, excluded by a filter of ${filtered.join(', ')}`;
  return `event ${quote(name)}${money}${counted}${excluded}`;
}

/** What a goal is called at the network. */
export function describeMapping(mapping: Mapping, isTest: boolean): string {
  const name = formatMapping(mapping);
  return isTest ? `${name} (test event)` : name;
}

/** When the event happened, and until when it can be sent. */
export function describeWindow(postback: Postback, channel: Channel): string {
  return (
    `event of ${isoOf(postback.eventTimeMs)}, can be sent until ` +
    isoOf(deadlineOf(postback, channel))
  );
}

/** ISO 8601, also for times that no calendar has. */
function isoOf(timeMs: number): string {
  return Number.isFinite(new Date(timeMs).getTime())
    ? new Date(timeMs).toISOString()
    : 'no known time';
}

/** Which identifiers consent kept out of a postback. */
export function describeDropped(dropped: readonly string[]): string {
  return `${dropped.join(', ')} left out, because the consent is anonymous`;
}

/**
 * What networks may require of a conversion, as far as the event has it; identifiers by kind only.
 */
export function describeContents(event: ConversionEvent, dropped: readonly string[]): string {
  const { identifiers, value, currency, consent } = event;
  const parts = [describeIdentifiers(identifiers), `country ${identifiers.country ?? 'none'}`];
  if (value !== undefined) parts.push(`value ${value} ${currency ?? 'without currency'}`);
  const signals = Object.entries(consent).flatMap(([name, signal]) =>
    signal === undefined ? [] : [name],
  );
  if (signals.length > 0) parts.push(`consent signals ${signals.join(', ')}`);
  if (dropped.length > 0) parts.push(describeDropped(dropped));
  return parts.join('; ');
}

const RAW_KINDS = [
  ['externalId', 'external_id'],
  ['maid', 'maid'],
  ['rampId', 'ramp_id'],
  ['matchId', 'match_id'],
  ['ip', 'ip'],
  ['userAgent', 'user_agent'],
] as const;

function describeIdentifiers(identifiers: Identifiers): string {
  const { plain, hashed } = identifiers;
  const postbackTypes: string[] = [];
  for (const field of HASHED_FIELDS) {
    if (plain[field] !== undefined) postbackTypes.push(`${field} (hashed before use)`);
    else if (hashed[field] !== undefined) postbackTypes.push(`${field} (came hashed)`);
  }
  for (const [field, name] of RAW_KINDS)
    if (identifiers[field] !== undefined) postbackTypes.push(name);
  return postbackTypes.length === 0 ? 'no identifier' : postbackTypes.join(', ');
}
