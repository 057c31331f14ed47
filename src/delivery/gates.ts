import type { NetworkName } from '../networks/names.js';
import type { SkipReason } from '../networks/network.js';

/** The gates in the order in which an event meets them, and the rule of each with its source. */
export const GATE_RULES = {
  event: 'The line is one event of a known format, with its id, its time and who did it (docs/events.md).',
  conversion:
    'Only track messages are conversions; page, screen, identify and alias messages are remembered for them ' +
    '(Audience REST API).',
  test:
    'A test event goes to a test mapping and never where real conversions are counted; Amazon has no test flag ' +
    '(Conversion Postbacks; Amazon Ads API).',
  consent:
    'Only events collected at anonymous or full are reported. The strictest of all that the line says holds; ' +
    'consent.default where it says nothing, and not where it says what is not understood (Conversion Postbacks, FAQ; ' +
    'docs/decisions/consent.md).',
  suppression: 'Nothing new is sent of a player who was erased (Audience data deletion).',
  attribution:
    'The network that owns the click is told, no other. A click id names it and wins over UTM; utm_source amazon_ads ' +
    'and adwords are paid by themselves, others with a paid utm_medium; else the last paid click that is remembered ' +
    'within attribution.windowDays (Conversion Postbacks, FAQ; Audience SDK).',
  goal:
    'An enabled goal counts the event by its name, and all its filters hold; each goal makes a postback ' +
    '(Conversion Goals).',
  duplicate: 'One conversion of one goal is told to a network once, however often it is read (docs/events.md).',
  connection: 'The network that owns the click is connected, and the connection is enabled (Conversion Postbacks).',
  mapping: 'The goal has a name at the network; goals without one are not sent (Amazon Ads Postbacks, mapping).',
  window:
    'The event is inside the window of the network and not ahead of the clock; what is older, Amazon drops in silence ' +
    '(Amazon Ads Postbacks; Amazon Ads API).',
  network: 'The event has what the network requires of each conversion (specification of its API; docs/networks.md).',
  once: 'A goal that counts once per player counts the first conversion only (Conversion Goals, trigger).',
} as const;

export type GateName = keyof typeof GATE_RULES;

/** What one gate made of an event, or of one postback of it. */
export interface GateVerdict {
  gate: GateName;
  /** Absent: passed. `message` never holds personal data. */
  stop: { reason: SkipReason | 'invalid_event' | 'no_conversion'; message: string } | undefined;
  /** What the gate looked at: of identifiers only their kinds. */
  saw: string;
  /** Absent: the gate stands before goals are known. */
  goal?: string;
  network?: NetworkName;
}

/** Is told of every gate on the way; only `explain` listens. */
export type Trace = (verdict: GateVerdict) => void;
