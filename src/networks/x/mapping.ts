import type { Mapping } from '../../goals/goal.js';

/** Base-36 ids as Events Manager shows them: `o87ne` alone, or with its pixel, `tw-o8z6j-o87ne`. */
const EVENT_TAG = /^(?:tw-([0-9a-z]{4,7})-)?[0-9a-z]{4,7}$/;

/** Returns what is expected if `mapping` is not an event tag id, otherwise undefined. */
export function checkXMapping(mapping: Mapping): string | undefined {
  if (typeof mapping === 'string' && EVENT_TAG.test(mapping)) return undefined;
  const shown =
    typeof mapping === 'string'
      ? `${JSON.stringify(mapping.slice(0, 40))} is not an event tag id; `
      : '';
  return `${shown}${EXPECTED_TAG}`;
}

/** What a mapping at X looks like. */
export const EXPECTED_TAG =
  'expected one as Events Manager shows it, in small letters and digits: tw-o8z6j-o87ne or o87ne';

/** The pixel that a tag belongs to, where its id says so. */
export function readTagPixel(mapping: string): string | undefined {
  return EVENT_TAG.exec(mapping)?.[1];
}
