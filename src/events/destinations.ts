import { PROFILES, type NetworkName } from '../networks/profiles.js';
import type { JsonObject } from '../json.js';
import { isJsonObject } from '../json.js';
import { type Answer, readAnswer } from './consent-words.js';
import type { DestinationAnswers } from './conversion-event.js';

/** Longest name of a destination that is looked at. */
const MAX_NAME_LENGTH = 100;

/** Whole names of destinations that only refer to a network. */
const WHOLE: ReadonlyMap<string, NetworkName> = new Map(
  PROFILES.flatMap(({ name, destinations }) =>
    (destinations.whole ?? []).map((whole): [string, NetworkName] => [whole, name]),
  ),
);

/**
 * The network that a destination of Segment or RudderStack reports to, by its display name
 * (`Facebook Conversions API (Actions)`) or its code (`FACEBOOK_CONVERSIONS`). Undefined for every
 * other system, Google Analytics and Amazon S3 included. Names:
 * https://segment.com/docs/connections/destinations/catalog/ and
 * https://www.rudderstack.com/docs/destinations/ (2026-11-30).
 */
export function networkOfDestination(name: string): NetworkName | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return (
    WHOLE.get(plain) ??
    PROFILES.find(
      ({ destinations: { parts = [], starts = [] } }) =>
        parts.some((part) => plain.includes(part)) ||
        starts.some((start) => plain.startsWith(start)),
    )?.name
  );
}

/** Key of the answer that holds for every destination that is not named. */
const EVERY_OTHER = 'all';

/**
 * Reads Segment's `integrations`: false refuses one destination, `All: false` every one that is not
 * named with true or an object of settings (https://segment.com/docs/guides/filtering-data/,
 * 2026-11-30). What other systems are told says nothing about ours. Undefined where nothing is
 * refused.
 */
export function readDestinations(
  integrations: JsonObject,
  path: string,
): DestinationAnswers | undefined {
  const answers: DestinationAnswers = { networks: {} };
  for (const [name, value] of Object.entries(integrations)) {
    const answer = readSwitch(value);
    if (answer === undefined) continue;
    if (name.toLowerCase() === EVERY_OTHER) {
      if (answer !== 'granted') answers.others = { answer, carrier: `${path}.${name}` };
      continue;
    }
    const network = networkOfDestination(name);
    if (network === undefined || answers.networks[network]?.answer === 'denied') continue;
    if (answers.networks[network] !== undefined && answer === 'granted') continue;
    answers.networks[network] = { answer, carrier: `${path}[${JSON.stringify(name)}]` };
  }
  const given = [...Object.values(answers.networks), answers.others];
  return given.some((one) => one !== undefined && one.answer !== 'granted') ? answers : undefined;
}

/** Settings of a destination are a grant, unless they switch it off themselves. */
function readSwitch(value: unknown): Exclude<Answer, 'unset'> | undefined {
  if (isJsonObject(value)) return readAnswer(value['enabled']) === 'denied' ? 'denied' : 'granted';
  const answer = readAnswer(value);
  return answer === 'unset' ? undefined : answer;
}
