// A deterministic file of game events: about 470 bytes a line, 60 % with plain identifiers, 10 %
// that no goal counts, 0.2 % invalid.
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';

const DAY_MS = 86_400_000;
const CHUNK_CHARACTERS = 1 << 20;
const EVENTS = ['purchase', 'wishlist_add', 'email_acquired', 'achievement_unlocked'];
/** What a game reports besides, and no goal counts. */
const OTHER_EVENTS = ['game_launch', 'level_started', 'level_completed', 'ad_shown', 'item_used'];

/**
 * Goals for {@link writeEventFile}: all repeatable, so that every event of theirs is one postback.
 */
export const GOALS = EVENTS.map((event, index) => ({
  id: event.replaceAll('_', '-'),
  name: event,
  event,
  trigger: 'repeatable',
  filters: event === 'purchase' ? ['value>0'] : [],
  enabled: true,
  map: { amazon: String(1_234_567_890 + index) },
}));

/**
 * Writes `lines` lines of the two days before `nowMs`; returns how many postbacks they make, and
 * bytes.
 * @param kind `conversions`: nearly all are; `day`: what a game reports, of which 5 % are
 */
export function writeEventFile(path, lines, nowMs, kind = 'conversions') {
  const isOther = kind === 'day' ? (index) => index % 20 !== 7 : (index) => index % 10 === 4;
  const file = openSync(path, 'w');
  let [text, bytes, postbacks] = ['', 0, 0];
  try {
    for (let index = 0; index < lines; index += 1) {
      const invalid = index % 500 === 499;
      const other = isOther(index) ? pickOther(index, kind) : undefined;
      if (!invalid && !other) postbacks += 1;
      const line =
        other && kind === 'day'
          ? makeTelemetry(index, nowMs, other)
          : makeLine(index, nowMs, other);
      text += `${invalid ? line.slice(0, -2) : line}\n`;
      if (text.length < CHUNK_CHARACTERS && index < lines - 1) continue;
      bytes += writeSync(file, text);
      text = '';
    }
  } finally {
    closeSync(file);
  }
  return { bytes, postbacks };
}

function pickOther(index, kind) {
  return OTHER_EVENTS[kind === 'day' ? index % OTHER_EVENTS.length : 0];
}

/** A line of a game's own telemetry, about as long as a conversion: no click, nobody's address. */
function makeTelemetry(index, nowMs, eventName) {
  return JSON.stringify({
    type: 'track',
    messageId: makeUuid(index),
    eventTimestamp: new Date(nowMs - 2 * DAY_MS + (index % 100_000) * 1000).toISOString(),
    anonymousId: makeUuid((index % 50_000) + 2 ** 40),
    userId: `player-${index % 50_000}`,
    consentLevel: 'full',
    eventName,
    properties: {
      game_id: 'example-game',
      level: index % 80,
      session_id: makeUuid((index >>> 6) + 2 ** 41),
      country: 'US',
      score: index % 9_973,
      difficulty: 'normal',
    },
    context: { library: 'bench', libraryVersion: '1.0.0', os: { name: 'iOS', version: '18.1' } },
  });
}

function makeLine(index, nowMs, other) {
  const eventName = other ?? EVENTS[index % 7 < 4 ? 0 : index % EVENTS.length];
  const timeMs = nowMs - 2 * DAY_MS + (index % 100_000) * 1000;
  const email = `player${index}@example.com`;
  const known =
    index % 5 < 3
      ? {
          email,
          ...(index % 2 ? { phone: `+1206555${String(index % 10_000).padStart(4, '0')}` } : {}),
        }
      : { email_hash: `sha256:${createHash('sha256').update(email).digest('hex')}` };
  const money =
    eventName === 'purchase'
      ? { currency: 'USD', value: `${(index % 90) + 1}.99`, transaction_id: `T-${index}` }
      : { game_id: 'example-game' };
  return JSON.stringify({
    type: 'track',
    messageId: makeUuid(index),
    eventTimestamp: new Date(timeMs).toISOString(),
    anonymousId: makeUuid(index + 2 ** 40),
    userId: `player-${index}`,
    consentLevel: 'full',
    eventName,
    properties: {
      ...money,
      country: 'US',
      utm_source: 'amazon_ads',
      utm_medium: 'amazon',
      ...known,
    },
    context: { library: 'bench', libraryVersion: '1.0.0' },
  });
}

/**
 * A UUID whose digits are spread as a random one's are, so that an index on it costs what it costs.
 */
function makeUuid(number) {
  const hex = createHash('md5').update(String(number)).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
