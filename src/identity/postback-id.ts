import { sha256Hex } from './hash.js';

/**
 * The id of a postback: 32 hex digits of SHA-256 over workspace, network, goal and event id. It is
 * the dedupe id too, so the same conversion has the same id on every attempt, replay and rerun, on
 * every machine, and reveals nobody: Amazon forbids user identifiers there.
 */
export function derivePostbackId(
  workspace: string,
  network: string,
  goal: string,
  eventId: string,
): string {
  // NUL parts the fields: none of them may hold one, so no two postbacks share a text.
  return sha256Hex(`${workspace}\0${network}\0${goal}\0${eventId}`).slice(0, 32);
}
