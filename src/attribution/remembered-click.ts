import type { Click, ConversionEvent } from '../events/conversion-event.js';
import { attributeClick, type Attribution } from './attribute.js';

/**
 * Returns an event with an earlier click of its player in place of its own, and the network that
 * owns it. The fields of the event's own click stay where the earlier click has none. Pure.
 */
export function withRememberedClick(
  event: ConversionEvent,
  remembered: Click,
): { event: ConversionEvent; attribution: Attribution | undefined } {
  const click = { ...remembered, fields: { ...event.click.fields, ...remembered.fields } };
  return { event: { ...event, click }, attribution: attributeClick(click) };
}
