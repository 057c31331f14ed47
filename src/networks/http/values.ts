import { hash } from 'node:crypto';
import { amountOf } from '../amount.js';
import type { Outgoing } from '../network.js';
import { formatDecimals } from './decimals.js';
import type { Filter, Macro, MacroText, PostbackMacro } from './macros.js';
import type { EndpointPayload } from './payload.js';
import type { Encode } from './encode.js';

export type EndpointOutgoing = Outgoing<EndpointPayload, string>;

/** Where the values of macros come from. */
export interface ValueSource {
  /** Absent: only variables have values, as for what surrounds a list of events. */
  outgoing?: EndpointOutgoing;
  /** The value of a variable; undefined where it is unset. */
  variable: (name: string) => string | undefined;
}

/** The value of a macro after its filters; undefined where the conversion has none. */
export function valueOf({ source, filters }: Macro, from: ValueSource): string | undefined {
  let value = findValue(source, from);
  for (const filter of filters) value = applyFilter(value, filter);
  return value;
}

function findValue(source: Macro['source'], { outgoing, variable }: ValueSource) {
  if (source.from === 'variable') return variable(source.name);
  if (!outgoing) return undefined;
  if (source.from === 'postback') return readPostback(outgoing, source.name);
  const { facts } = outgoing.postback;
  if (source.key === 'value') return amountOf(facts)?.value;
  if (source.key === 'currency') return amountOf(facts)?.currency;
  return facts.values[source.key];
}

function readPostback({ postback, mapping }: EndpointOutgoing, name: PostbackMacro): string {
  const { eventTimeMs } = postback;
  switch (name) {
    case 'event':
      return postback.event;
    case 'goal':
      return mapping;
    case 'goal_name':
      return postback.goalName;
    case 'event_time':
      return String(Math.floor(eventTimeMs / 1000));
    case 'event_time_ms':
      return String(eventTimeMs);
    case 'event_time_iso':
      return new Date(eventTimeMs).toISOString();
    case 'dedupe_id':
      return postback.dedupeId;
    case 'test':
      return String(postback.test);
  }
}

function applyFilter(value: string | undefined, filter: Filter): string | undefined {
  if (filter.by === 'default') return value === undefined || value === '' ? filter.text : value;
  if (value === undefined) return undefined;
  return filter.by === 'decimals'
    ? formatDecimals(value, filter.digits)
    : hash(filter.hash, value.toWellFormed(), 'hex');
}

/** How the macros of a text are encoded. */
export interface Encoding {
  encode: Encode;
  encodeRaw: Encode;
}

/** A text with its macros filled in; a macro without a value leaves nothing. */
export function fillText(text: MacroText, from: ValueSource, encoding: Encoding): string {
  let filled = '';
  for (const part of text) {
    if (typeof part === 'string') filled += part;
    else {
      const value = valueOf(part, from);
      if (value !== undefined)
        filled += part.isRaw ? encoding.encodeRaw(value) : encoding.encode(value);
    }
  }
  return filled;
}
