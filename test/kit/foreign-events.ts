import { createHash } from 'node:crypto';

import type { JsonObject } from '../../src/json.js';

/** One conversion, told in every format by {@link RECORD_BUILDERS}. */
export interface Conversion {
  id: string;
  timeMs: number;
  userId: string;
  anonymousId: string;
  /** Decimal text. */
  value: string;
  currency: string;
  order: string;
  email: string;
  country: { code: string; name: string };
  aref: string;
}

export const CONVERSION: Conversion = {
  id: '7f1f2b0e-6a54-4f0a-9d55-0c3b2f4f9a10',
  timeMs: Date.UTC(2026, 10, 18, 20, 14, 5),
  userId: 'u-17',
  anonymousId: '3b0f7a1e',
  value: '9.99',
  currency: 'USD',
  order: 'T-1001',
  email: 'player@example.com',
  country: { code: 'US', name: 'United States' },
  aref: 'A1b2C3d4E5.1794945600000',
};

/** The purchase as a record of each format, with full consent and a click that Amazon owns. */
export const RECORD_BUILDERS: Readonly<Record<string, (conversion: Conversion) => JsonObject>> = {
  audience: (conversion) => ({
    type: 'track',
    messageId: conversion.id,
    eventTimestamp: new Date(conversion.timeMs).toISOString(),
    anonymousId: conversion.anonymousId,
    userId: conversion.userId,
    consentLevel: 'full',
    eventName: 'purchase',
    properties: ownFields(conversion),
  }),
  segment: ({ value, currency, order, email, country, aref, ...conversion }) => ({
    type: 'track',
    event: 'Order Completed',
    messageId: conversion.id,
    anonymousId: conversion.anonymousId,
    userId: conversion.userId,
    timestamp: new Date(conversion.timeMs).toISOString(),
    properties: { order_id: order, revenue: Number(value), currency },
    context: {
      locale: 'en-GB',
      traits: { email, address: { country: country.code } },
      page: { url: `https://game.example/buy?aref=${aref}` },
      consent: { categoryPreferences: { Advertising: true, Analytics: true } },
    },
  }),
  ecapi: ({ value, currency, order, email, country, aref, ...conversion }) => ({
    data_set_id: 'game-42',
    id: conversion.id,
    timestamp: conversion.timeMs / 1000,
    event_type: 'purchase',
    value: Number(value),
    currency_code: currency,
    source: 'website',
    user_data: {
      customer_identifier: conversion.userId,
      email_address: [sha256(email)],
      click_id: aref,
      address: [{ country_code: country.code.toLowerCase() }],
    },
    properties: { transaction_id: order },
    ext: { consent_level: 'full', network: 'amazon' },
  }),
  ga4: ({ value, currency, order, email, country, aref, ...conversion }) => ({
    event_date: '20261118',
    event_timestamp: String(conversion.timeMs * 1000),
    event_name: 'purchase',
    event_params: [
      { key: 'currency', value: { string_value: currency } },
      { key: 'value', value: { double_value: Number(value) } },
      { key: 'email', value: { string_value: email } },
      {
        key: 'page_location',
        value: { string_value: `https://game.example/buy?aref=${aref}#top` },
      },
    ],
    user_pseudo_id: conversion.anonymousId,
    user_id: conversion.userId,
    privacy_info: { analytics_storage: 'Yes', ads_storage: 'Yes' },
    ecommerce: { transaction_id: order },
    geo: { country: country.name },
    platform: 'WEB',
  }),
  snowplow: ({ value, currency, order, email, country, aref, ...conversion }) => ({
    event: 'unstruct',
    event_name: 'purchase',
    event_id: conversion.id,
    collector_tstamp: '2026-11-18 20:14:06.000',
    derived_tstamp: new Date(conversion.timeMs).toISOString().replace('T', ' ').replace('Z', ''),
    user_id: conversion.userId,
    domain_userid: conversion.anonymousId,
    geo_country: country.code,
    mkt_clickid: aref,
    mkt_network: 'Amazon',
    unstruct_event_com_example_purchase_1: { order_id: order, value, currency, email },
    contexts_com_snowplowanalytics_snowplow_consent_preferences_1: [
      { consent_scopes: ['necessary', 'marketing'] },
    ],
  }),
  cloudevents: (conversion) => ({
    specversion: '1.0',
    id: conversion.id,
    source: '/games/42/server',
    type: 'com.example.purchase.v1',
    time: new Date(conversion.timeMs).toISOString(),
    subject: conversion.userId,
    data: { ...ownFields(conversion), consent_level: 'full' },
  }),
  google: ({ value, currency, order, email, country, aref, ...conversion }) => ({
    timestamp: new Date(conversion.timeMs + 7_200_000).toISOString().replace('Z', '+02:00'),
    transactionId: order,
    eventSource: 'WEB',
    value: Number(value),
    currency,
    emails: [email.toUpperCase()],
    userId: conversion.userId,
    consent: { adUserData: 'CONSENT_GRANTED' },
    aref,
    userData: { userIdentifiers: [{ address: { regionCode: country.code } }] },
  }),
};

function ownFields({ value, currency, order, email, country, aref }: Conversion): JsonObject {
  return { value, currency, transaction_id: order, email, country: country.code, aref };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
