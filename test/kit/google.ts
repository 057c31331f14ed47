import { defaultSettings, type Settings } from '../../src/config/settings.js';
import type { ConversionEvent } from '../../src/events/conversion-event.js';
import { google } from '../../src/networks/google/google.js';
import type { Channel, Connection, Outgoing } from '../../src/networks/network.js';
import { DEDUPE_ID, makeConversion } from './amazon.js';

export const CUSTOMER = '1234567890';
export const ACTION = '987654321';
/** `test@example.com`, hashed. */
export const EMAIL_HASH = '973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b';

/** What delivery would send to Google of a click's conversion with these changes. */
export function makeGoogleOutgoing(
  event: Partial<ConversionEvent> = { click: { fields: { gclid: 'Cj0KCQ' } } },
  settings: Partial<Settings> = {},
  dedupeId = DEDUPE_ID,
): Outgoing {
  const conversion = makeConversion(event);
  return {
    postback: {
      id: dedupeId,
      dedupeId,
      network: 'google',
      goal: 'first-purchase',
      goalName: 'First Purchase',
      event: conversion.name,
      eventId: conversion.id,
      eventTimeMs: conversion.timeMs,
      test: conversion.test,
      facts: google.prepare(conversion, { ...defaultSettings(), ...settings }),
    },
    mapping: ACTION,
  };
}

/** `count` conversions with transaction ids of their own. */
export function makeGoogleBatch(count: number): Outgoing[] {
  return Array.from({ length: count }, (_, index) =>
    makeGoogleOutgoing(undefined, {}, `transaction-${index}`),
  );
}

export function openGoogle(
  connection: Partial<Connection> = {},
  settings: Partial<Settings> = {},
): Channel {
  const whole: Connection = {
    network: 'google',
    account: CUSTOMER,
    source: 'store',
    ...connection,
  };
  return google.open(whole, { ...defaultSettings(), ...settings });
}
