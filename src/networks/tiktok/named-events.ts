import { trimEndOf } from '../../text-ends.js';

/** `Batch.0.properties.contents.0.content_id: Not a valid string`: events are counted from 0. */
const NAME = /\bBatch\.(\d{1,6})(?=\.|:|\s|$)/gi;
const SEPARATOR = /[\s;,|]/;

/**
 * What a refusal says of each event that it names, by the event's place in a request of `count`.
 * Names that are not in the request are passed over.
 */
export function findNamedEvents(words: string, count: number): ReadonlyMap<number, string> {
  const named = new Map<number, string>();
  const names = [...words.matchAll(NAME)];
  for (const [index, name] of names.entries()) {
    const position = Number(name[1]);
    if (position >= count) continue;
    const said = trimEndOf(words.slice(name.index, names[index + 1]?.index), SEPARATOR);
    const earlier = named.get(position);
    named.set(position, earlier === undefined ? said : `${earlier}; ${said}`);
  }
  return named;
}
