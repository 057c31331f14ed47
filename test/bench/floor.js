// The least that the errand costs: one plain script that reads, parses, matches, validates, maps, hashes, serialises, posts in batches,
// judges the answers and logs each batch durably (before the request and after it). It checks for no duplicates, retries nothing and
// explains nothing. Usage: node floor.js EVENTS GATEWAY LOG
import { hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { Pool } from 'undici';
import { GOALS } from './event-file.js';

const [, , eventsFile, gateway, logFile] = process.argv;
const BATCH = 100;
const IN_FLIGHT = 8;
const WINDOW_MS = 7 * 86_400_000;
const ACCOUNT = '1234567890123';
const PATH = `/advertising-api.amazon.com/accounts/${ACCOUNT}/dsp/conversionDefinitions/eventData`;
const HEADERS = { 'content-type': 'application/json', authorization: 'Bearer Atza|bench' };

const goals = new Map(GOALS.map((goal) => [goal.event, goal]));
const pool = new Pool(gateway, { connections: IN_FLIGHT, pipelining: 1 });
const database = new DatabaseSync(logFile);
database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE request (id INTEGER PRIMARY KEY, started INTEGER, ended INTEGER, http INTEGER, delivered INTEGER, ids BLOB)`);
const open = database.prepare('INSERT INTO request (started, ids) VALUES (?, ?)');
const close = database.prepare('UPDATE request SET ended = ?, http = ?, delivered = ? WHERE id = ?');

let [lines, delivered] = [0, 0];
let batch = [];
const inFlight = new Set();

await readLines(eventsFile, (line) => {
  lines += 1;
  const event = parse(line);
  const goal = event && goals.get(event.eventName);
  if (!goal || !isReportable(event, goal)) return undefined;
  batch.push({ id: event.messageId, text: render(event, goal) });
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
    const data = rest.length > 0 ? Buffer.concat([rest, chunk.subarray(0, size)]) : chunk.subarray(0, size);
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

function render({ messageId, eventTimestamp, eventName, properties }, goal) {
  const { email, email_hash: emailHash, phone, value, currency, country } = properties;
  const keys = [`{"type":"EMAIL","values":["${emailHash ? emailHash.slice(7) : sha256(email.trim().toLowerCase())}"]}`];
  if (phone) keys.push(`{"type":"PHONE","values":["${sha256(phone.replace(/\D/g, ''))}"]}`);
  const money = eventName === 'purchase' ? `,"value":${Number(value)},"currencyCode":"${currency}"` : '';
  return (
    `{"conversionDefinitionId":"${goal.map.amazon}","name":"${goal.name}","timestamp":"${eventTimestamp.slice(0, 19)}Z"` +
    `,"countryCode":"${country}","matchKeys":[${keys.join(',')}]` +
    `,"clientDedupeId":"${sha256(`default/amazon/${goal.id}/${messageId}`).slice(0, 32)}"${money}}`
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
  const body = `{"source":"SERVER_TO_SERVER","eventData":[${items.map(({ text }) => text).join(',')}]}`;
  const answer = await pool.request({ method: 'POST', path: PATH, headers: HEADERS, body });
  const { success = [], error = [] } = await answer.body.json();
  const accepted = error.length === 0 ? success.length : 0;
  close.run(Date.now(), answer.statusCode, accepted, lastInsertRowid);
  delivered += accepted;
}
