// A peer of `postback send`: the program that one writes first in Node. readline, zod, fetch, and a
// delivery log with a row an event and an index of ids, committed with each answer. It retries
// nothing and knows no consent but `none`. Usage: node plain-node.js EVENTS GATEWAY LOG
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { DatabaseSync } from '@photostructure/sqlite';
import { z } from 'zod';
import { GOALS } from '../event-file.js';

const [, , eventsFile, gateway, logFile] = process.argv;
const BATCH = 500;
const IN_FLIGHT = 8;
const WINDOW_MS = 7 * 86_400_000;
const URL = `${gateway}/advertising-api.amazon.com/adsApi/v1/create/events`;
const HEADERS = { 'content-type': 'application/json', authorization: 'Bearer Atza|bench' };

const schema = z.object({
  type: z.literal('track'),
  messageId: z.string().min(1),
  eventTimestamp: z.iso.datetime({ offset: true }),
  consentLevel: z.enum(['anonymous', 'full']),
  eventName: z.string(),
  properties: z.looseObject({
    country: z.string().regex(/^[A-Z]{2}$/),
    utm_source: z.literal('amazon_ads'),
    email: z.string().optional(),
    email_hash: z.string().optional(),
    phone: z.string().optional(),
    currency: z.string().length(3).optional(),
    value: z.coerce.number().optional(),
  }),
});

const goals = new Map(GOALS.map((goal) => [goal.event, goal]));
const database = new DatabaseSync(logFile);
database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE delivery (id INTEGER PRIMARY KEY, event_id TEXT, goal TEXT, http INTEGER, at INTEGER);
  CREATE INDEX delivery_event ON delivery (event_id)`);
const find = database.prepare('SELECT 1 FROM delivery WHERE event_id = ?');
const record = database.prepare(
  'INSERT INTO delivery (event_id, goal, http, at) VALUES (?, ?, ?, ?)',
);

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const inFlight = new Set();
let delivered = 0;
let batch = [];

for await (const line of createInterface({ input: createReadStream(eventsFile) })) {
  const event = convert(line);
  if (!event || find.get(event.eventId)) continue;
  batch.push(event);
  if (batch.length === BATCH) await dispatch();
}
if (batch.length > 0) await dispatch();
await Promise.all(inFlight);
database.close();
console.log(JSON.stringify({ delivered }));

function convert(line) {
  let json;
  try {
    json = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { success, data } = schema.safeParse(json);
  const goal = success && goals.get(data.eventName);
  if (!goal) return undefined;
  const { eventTimestamp, properties } = data;
  const age = Date.now() - Date.parse(eventTimestamp);
  if (age < 0 || age > WINDOW_MS) return undefined;
  if (goal.filters.length > 0 && !(properties.value > 0)) return undefined;
  const email = properties.email
    ? sha256(properties.email.trim().toLowerCase())
    : properties.email_hash.slice('sha256:'.length);
  const matchKeys = [{ type: 'EMAIL', values: [email] }];
  if (properties.phone)
    matchKeys.push({ type: 'PHONE', values: [sha256(properties.phone.replace(/\D/g, ''))] });
  return {
    eventDescription: {
      name: goal.name,
      conversionType: 'OFF_AMAZON_PURCHASES',
      eventSource: 'WEBSITE',
      eventIngestionMethod: 'SERVER_TO_SERVER',
    },
    eventTime: eventTimestamp,
    countryCode: properties.country,
    matchKeys,
    eventId: sha256(`default/amazon/${goal.id}/${data.messageId}`).slice(0, 32),
    ...(data.eventName === 'purchase' && {
      value: properties.value,
      currencyCode: properties.currency,
    }),
  };
}

async function dispatch() {
  const events = batch;
  batch = [];
  while (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight);
  const sending = post(events).finally(() => inFlight.delete(sending));
  inFlight.add(sending);
}

async function post(events) {
  const body = JSON.stringify({ events });
  const answer = await fetch(URL, { method: 'POST', headers: HEADERS, body });
  const { success } = await answer.json();
  database.exec('BEGIN');
  for (const { eventId, eventDescription } of events)
    record.run(eventId, eventDescription.name, answer.status, Date.now());
  database.exec('COMMIT');
  delivered += success.length;
}
