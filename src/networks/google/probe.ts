import type { Outgoing } from '../network.js';
import type { GoogleFacts } from './facts.js';

const ID = 'postback-check';

/** An event that nobody made, to be checked and thrown away (`validateOnly`) at one conversion action. */
export function makeProbe(action: string, nowMs: number, identifiers: Pick<GoogleFacts, 'email'> = {}): Outgoing {
  const facts: GoogleFacts = { click: { gclid: ID }, ...identifiers };
  const nothing = { goal: '', goalName: '', event: '', eventId: '' };
  const postback = {
    ...nothing,
    id: ID,
    dedupeId: ID,
    network: 'google',
    eventTimeMs: nowMs,
    test: true,
    facts,
  } as const;
  return { postback, mapping: action };
}
