// The least that the work costs: one plain script that reads, parses, matches, validates, maps,
// hashes, serialises, posts in batches, judges the answers and logs each batch durably (before the
// request and after it), with an exact index of ids that it asks for each event. It retries
// nothing, explains nothing, holds nothing for erasure. Usage: node floor.js EVENTS GATEWAY LOG
// capi-v1|events-api|parse; `parse`: it only reads and parses
import { hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { Pool } from 'undici';
import { GOALS } from './event-file.js';

const [, , eventsFile, gateway, logFile, api] = process.argv;
const isCapi = api === 'capi-v1';
const isOnlyParsing = api === 'parse';
const BATCH = isCapi ? 100 : 500;
const IN_FLIGHT = 8;
const WINDOW_MS = 7 * 86_400_000;
const INDEX_CHUNK = 65_536;
const FILTER_BITS = 2 ** 25;
const ACCOUNT = '1234567890123';
const PATH = isCapi
  ? `/advertising-api.amazon.com/accounts/${ACCOUNT}/dsp/conversionDefinitions/eventData`
  : '/advertising-api.amazon.com/adsApi/v1/create/events';
const HEADERS = { 'content-type': 'application/json', authorization: 'Bearer Atza|bench' };

const goals = new Map(GOALS.map((goal) => [goal.event, goal]));
const pool = new Pool(gateway, { connections: IN_FLIGHT, pipelining: 1 });
const database = new DatabaseSync(logFile);
database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE request (id INTEGER PRIMARY KEY, started INTEGER, ended INTEGER, http INTEGER, delivered INTEGER, ids BLOB);
  CREATE TABLE seen (hash INTEGER PRIMARY KEY)`);
const open = database.prepare('INSERT INTO request (started, ids) VALUES (?, ?)');
const close = database.prepare(
  'UPDATE request SET ended = ?, http = ?, delivered = ? WHERE id = ?',
);
const find = database.prepare('SELECT 1 FROM seen WHERE hash = ?');
const keep = database.prepare('INSERT OR IGNORE INTO seen VALUES (?)');
const filter = new Int32Array(FILTER_BITS / 32);
const fresh = new Set();

let [lines, delivered] = [0, 0];
let batch = [];
const inFlight = new Set();

await readLines(eventsFile, (line) => {
  lines += 1;
  const event = parse(line);
  if (isOnlyParsing) return undefined;
  const goal = event && goals.get(event.eventName);
  if (!goal || !isReportable(event, goal)) return undefined;
  const dedupeId = sha256(`default/amazon/${goal.id}/${event.messageId}`).slice(0, 32);
  if (isKnown(dedupeId)) return undefined;
  batch.push({ id: event.messageId, text: render(event, goal, dedupeId) });
  return batch.length === BATCH ? dispatch() : undefined;
});
if (batch.length > 0) await dispatch();
await Promise.all(inFlight);
await pool.close();
database.close();
console.log(JSON.stringify({ lines, delivered }));

async function readLines(path, take) {
  const file = openSync(path, 'r');
  const chunk = Buffer.allocUnsafe(256 * 1024);
  let rest = Buffer.alloc(0);
  for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
    const data =
      rest.length > 0 ? Buffer.concat([rest, chunk.subarray(0, size)]) : chunk.subarray(0, size);
    let start = 0;
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, start)) {
      const full = take(data.utf8Slice(start, end));
      if (full) await full;
      start = end + 1;
    }
    rest = Buffer.from(data.subarray(start));
  }
  closeSync(file);
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isReportable({ type, messageId, eventTimestamp, consentLevel, properties }, goal) {
  const ageMs = Date.now() - Date.parse(eventTimestamp);
  return (
    type === 'track' &&
    typeof messageId === 'string' &&
    ageMs >= 0 &&
    ageMs < WINDOW_MS &&
    consentLevel !== 'none' &&
    properties.utm_source === 'amazon_ads' &&
    (goal.filters.length === 0 || Number(properties.value) > 0)
  );
}

/** Exact: what the filter lets through is looked up. Ids are sorted into the index in chunks. */
function isKnown(id) {
  const key = Number.parseInt(id.slice(0, 13), 16);
  const [low, high] = [key % FILTER_BITS, Math.floor(key / FILTER_BITS)];
  const mayBe = (filter[low >>> 5] >>> (low & 31)) & (filter[high >>> 5] >>> (high & 31)) & 1;
  if (mayBe && (fresh.has(key) || find.get(key))) return true;
  filter[low >>> 5] |= 1 << (low & 31);
  filter[high >>> 5] |= 1 << (high & 31);
  fresh.add(key);
  if (fresh.size === INDEX_CHUNK) {
    database.exec('BEGIN');
    for (const hash of Float64Array.from(fresh).sort()) keep.run(hash);
    database.exec('COMMIT');
    fresh.clear();
  }
  return false;
}

function render({ eventTimestamp, eventName, properties }, goal, dedupeId) {
  const { email, email_hash: emailHash, phone, value, currency, country } = properties;
  const keys = [
    `{"type":"EMAIL","values":["${emailHash ? emailHash.slice(7) : sha256(email.trim().toLowerCase())}"]}`,
  ];
  if (phone) keys.push(`{"type":"PHONE","values":["${sha256(phone.replace(/\D/g, ''))}"]}`);
  const money =
    eventName === 'purchase' ? `,"value":${Number(value)},"currencyCode":"${currency}"` : '';
  const rest = `"countryCode":"${country}","matchKeys":[${keys.join(',')}]`;
  if (isCapi) {
    return (
      `{"conversionDefinitionId":"${goal.map.amazon}","name":"${goal.name}","timestamp":"${eventTimestamp.slice(0, 19)}Z",` +
      `${rest},"clientDedupeId":"${dedupeId}"${money}}`
    );
  }
  return (
    `{"eventDescription":{"name":"${goal.name}","conversionType":"OFF_AMAZON_PURCHASES","eventSource":"WEBSITE",` +
    `"eventIngestionMethod":"SERVER_TO_SERVER"},"eventTime":"${eventTimestamp}",${rest},"eventId":"${dedupeId}"${money}}`
  );
}

function sha256(text) {
  return hash('sha256', text, 'hex');
}

async function dispatch() {
  const items = batch;
  batch = [];
  while (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight);
  const sending = post(items).finally(() => inFlight.delete(sending));
  inFlight.add(sending);
}

async function post(items) {
  const ids = Buffer.from(items.map(({ id }) => id.replaceAll('-', '')).join(''), 'hex');
  const { lastInsertRowid } = open.run(Date.now(), ids);
  const list = items.map(({ text }) => text).join(',');
  const body = isCapi
    ? `{"source":"SERVER_TO_SERVER","eventData":[${list}]}`
    : `{"events":[${list}]}`;
  const answer = await pool.request({ method: 'POST', path: PATH, headers: HEADERS, body });
  const { success = [], error = [] } = await answer.body.json();
  const accepted = error.length === 0 ? success.length : 0;
  close.run(Date.now(), answer.statusCode, accepted, lastInsertRowid);
  delivered += accepted;
}
