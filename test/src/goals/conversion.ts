import type { ConversionEvent } from '../../../src/events/conversion-event.js';
import type { ConversionGoal } from '../../../src/goals/goal.js';

/** A purchase of 9.99 USD with the given fields changed. */
export function makePurchase(changes: Partial<ConversionEvent> = {}): ConversionEvent {
  return {
    id: 'e1',
    type: 'track',
    name: 'purchase',
    timeMs: 0,
    consentLevel: 'full',
    test: false,
    value: '9.99',
    currency: 'USD',
    identifiers: { plain: {}, hashed: {} },
    click: { fields: {} },
    consent: {},
    properties: {},
    ...changes,
  };
}

/** A goal on `purchase` with the given fields changed. */
export function makeGoal(changes: Partial<ConversionGoal> = {}): ConversionGoal {
  return {
    id: 'purchase',
    name: 'Purchase',
    event: 'purchase',
    trigger: 'repeatable',
    filters: [],
    enabled: true,
    map: {},
    testMap: {},
    ...changes,
  };
}
