import type { NetworkName } from '../networks/names.js';
import type { SkipReason } from '../networks/network.js';

/** What a gate checks, and the page that says why. */
export interface GateRule {
  rule: string;
  source: string;
}

/** The gates in the order in which an event meets them, and the rule of each with its source. */
export const GATE_RULES = {
  event: {
    rule: 'The line is one event of a known format, with its id, its time and who did it.',
    source: 'docs/events.md',
  },
  conversion: {
    rule:
      'Only track messages are conversions; page, screen, identify and alias messages are ' +
      'remembered for them.',
    source: 'docs/events.md',
  },
  test: {
    rule:
      'A test event goes to a test mapping and never where real conversions are counted; ' +
      'Amazon has no test flag.',
    source: 'docs/events.md',
  },
  consent: {
    rule:
      'Only events collected at anonymous or full are reported. The strictest signal of the line ' +
      'decides. consent.default applies only where the line has no signal.',
    source: 'docs/development/decisions/consent.md',
  },
  suppression: {
    rule: 'Nothing new is sent about a player who was erased.',
    source: 'docs/privacy.md',
  },
  attribution: {
    rule:
      'Only the network that owns the click receives the conversion. A click id names the ' +
      'network and wins over UTM; utm_source amazon_ads and adwords count as paid by ' +
      'themselves, others need a paid utm_medium; else the last paid click within ' +
      'attribution.windowDays decides.',
    source: 'docs/events.md',
  },
  goal: {
    rule:
      'An enabled goal counts the event by its name, and all its filters hold; each goal makes ' +
      'a postback.',
    source: 'docs/events.md',
  },
  duplicate: {
    rule: 'One conversion of one goal is reported to a network once, however often it is read.',
    source: 'docs/events.md',
  },
  connection: {
    rule: 'The network that owns the click is connected, and the connection is enabled.',
    source: 'docs/networks.md',
  },
  mapping: {
    rule: 'The goal is mapped at the network; goals without a mapping are not sent.',
    source: 'docs/networks.md',
  },
  window: {
    rule:
      'The event is not older than the network accepts (it would be discarded silently) and not ' +
      'ahead of the clock.',
    source: 'docs/networks.md',
  },
  network: {
    rule: 'The event has what the network requires of each conversion.',
    source: 'docs/networks.md',
  },
  once: {
    rule: 'A goal that counts once per player counts the first conversion only.',
    source: 'docs/events.md',
  },
} as const satisfies Readonly<Record<string, GateRule>>;

export type GateName = keyof typeof GATE_RULES;

/** Why a gate stopped an event or a postback. */
export interface GateStop {
  reason: SkipReason | 'invalid_event' | 'no_conversion';
  message: string;
  /** The field that `incomplete_event` misses. */
  field?: string;
}

/** What one gate made of an event, or of one postback of it. */
export interface GateVerdict {
  gate: GateName;
  /** Absent: passed. `message` never holds personal data. */
  stop: GateStop | undefined;
  /** What the gate looked at: of identifiers only their kinds. */
  saw: string;
  /** Absent: the gate stands before goals are known. */
  goal?: string;
  network?: NetworkName;
}

/** The verdicts of the gates that an event met, in order. Only `explain` asks for them. */
export type Trace = GateVerdict[];
