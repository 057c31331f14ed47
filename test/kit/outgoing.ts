import { expect } from 'vitest';

import { defaultSettings, type Settings } from '../../src/config/settings.js';
import type { ConversionEvent } from '../../src/events/conversion-event.js';
import type { Mapping } from '../../src/goals/goal.js';
import type { AcceptedPlaces, Channel, Network, Outgoing } from '../../src/networks/network.js';
import { DEDUPE_ID, makeConversion } from './amazon.js';

/** What delivery would send to `network` of an event with these fields; numbered postbacks have ids of their own. */
export function makePostback(
  network: Network,
  event: Partial<ConversionEvent>,
  mapping: Mapping,
  parts: { number?: number; settings?: Partial<Settings> } = {},
): Outgoing {
  const conversion = makeConversion(event);
  const facts = network.prepare(conversion, { ...defaultSettings(), ...parts.settings });
  const id = parts.number === undefined ? DEDUPE_ID : `${parts.number}`.padStart(32, '0');
  return {
    postback: {
      id,
      dedupeId: id,
      network: network.name,
      goal: 'first-purchase',
      goalName: 'First Purchase',
      event: conversion.name,
      eventId: conversion.id,
      eventTimeMs: conversion.timeMs,
      test: conversion.test,
      facts,
    },
    mapping,
  };
}

/** The body that carries `items`; it is no longer than the channel said of each. */
export function bodyOf(channel: Channel, items: readonly Outgoing[]): string {
  const body = String(channel.request(items, 'token').body);
  const bound = items.reduce((bytes, item) => bytes + channel.sizeOf(item) + 1, 0);
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(bound);
  return body;
}

/** The places of `items` that make up a whole request, in its order. */
export function placesOf(items: readonly unknown[]): AcceptedPlaces {
  return { positions: [...items.keys()], total: items.length };
}
