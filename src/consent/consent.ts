import type { ConsentLevel, ConversionEvent } from '../events/conversion-event.js';
import { readGoogleConsent } from './google.js';
import { readGpp } from './gpp.js';
import type { KnownLevel, Reading } from './reading.js';
import { readTcf } from './tcf.js';

/** What decided the level; `default`: the workspace's setting for events that say nothing. */
export type ConsentSource = 'consentLevel' | 'tcf' | 'gpp' | 'google' | 'default';

/** A consent signal of an event, read. */
interface Signal {
  source: Exclude<ConsentSource, 'consentLevel' | 'default'>;
  reading: Reading;
}

/** What says how much may be told of somebody. */
export type Consenting = Pick<ConversionEvent, 'consentLevel' | 'consent' | 'properties'>;

export interface Consent {
  /** `not_set` where neither the event nor the default says anything. */
  level: ConsentLevel;
  source: ConsentSource;
  signals: readonly Signal[];
}

const RANK: Readonly<Record<KnownLevel, number>> = { none: 0, anonymous: 1, full: 2 };

/**
 * The consent of an event: the strictest of its `consentLevel` and what its TCF, GPP and Google signals say; where
 * none of them says a level, `fallback`. A signal that cannot be read says nothing. Pure.
 */
export function judgeConsent(event: Consenting, fallback: ConsentLevel): Consent {
  const signals = readSignals(event);
  let [level, source]: [ConsentLevel, ConsentSource] = [event.consentLevel, 'consentLevel'];
  for (const { source: name, reading } of signals) {
    if ('level' in reading && isStricter(reading.level, level)) [level, source] = [reading.level, name];
  }
  if (level === 'not_set') [level, source] = [fallback, 'default'];
  for (const { source: name, reading } of signals) {
    if ('atMost' in reading && level !== 'not_set' && isStricter(reading.atMost, level)) {
      [level, source] = [reading.atMost, name];
    }
  }
  return { level, source, signals };
}

/** What the event says of consent, in words; never a whole consent string. */
export function describeSignals({ consentLevel }: Pick<Consenting, 'consentLevel'>, { signals }: Consent): string {
  const said = signals.map(({ source: name, reading }) =>
    'problem' in reading ? `${name} cannot be read: ${reading.problem}` : `${name}: ${reading.says}`,
  );
  return [consentLevel === 'not_set' ? 'no consentLevel' : `consentLevel ${consentLevel}`, ...said].join('; ');
}

/** {@link describeSignals}, and what follows from it. */
export function describeConsent(event: Consenting, consent: Consent): string {
  const { level, source, signals } = consent;
  const said = describeSignals(event, consent);
  if (signals.length === 0 && source === 'consentLevel') return said;
  return `${said}: ${level} by ${source === 'default' ? 'consent.default' : source}`;
}

const NO_SIGNALS: readonly Signal[] = [];

function readSignals(event: Consenting): readonly Signal[] {
  const { tcf, gpp, gppSid } = event.consent;
  const google = readGoogleConsent(event);
  if (tcf === undefined && gpp === undefined && google === undefined) return NO_SIGNALS;
  const signals: Signal[] = [];
  if (tcf !== undefined) signals.push({ source: 'tcf', reading: readTcf(tcf) });
  if (gpp !== undefined) signals.push({ source: 'gpp', reading: readGpp(gpp, gppSid) });
  if (google !== undefined) signals.push({ source: 'google', reading: google });
  return signals;
}

function isStricter(level: KnownLevel, than: ConsentLevel): boolean {
  return than === 'not_set' || RANK[level] < RANK[than];
}
