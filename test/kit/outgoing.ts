import { expect } from 'vitest';

import { defaultSettings, type Settings } from '../../src/config/settings.js';
import type { ConversionEvent } from '../../src/events/conversion-event.js';
import type { Mapping } from '../../src/goals/goal.js';
import type { AcceptedIndexes, Channel, AnyNetwork, Outgoing } from '../../src/networks/network.js';
import { DEDUPE_ID, makeConversion } from './amazon.js';

/**
 * What delivery would send to `network` of an event with these fields; numbered postbacks have ids
 * of their own.
 */
export function makePostback(
  network: AnyNetwork,
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

/** The body that carries `items`; it is exactly as long as the channel said. */
export function measuredBodyOf(channel: Channel, items: readonly Outgoing[]): string {
  const said = sizeOfBody(channel, items);
  const body = String(channel.request(items, 'token').body);
  expect(Buffer.byteLength(body)).toBe(said);
  return body;
}

/** Bytes of the body that carries `items`, as batching adds them up. */
function sizeOfBody(channel: Channel, items: readonly Outgoing[]): number {
  const [first] = items;
  const envelope = first === undefined ? 0 : (channel.envelopeOf?.(first) ?? 0);
  const commas = Math.max(0, items.length - 1);
  return items.reduce((bytes, item) => bytes + channel.sizeOf(item), envelope + commas);
}

/** The places of `items` that make up a whole request, in its order. */
export function placesOf(items: readonly unknown[]): AcceptedIndexes {
  return { positions: [...items.keys()], total: items.length };
}
