import type { ConsentLevel, ConsentSignals, ConversionEvent } from '../events/conversion-event.js';
import { readGoogleConsent } from './google.js';
import { readGpp } from './gpp.js';
import type { KnownLevel, Reading } from './reading.js';
import { readTcf } from './tcf.js';
import { readUsPrivacy } from './us-privacy.js';

/** A consent signal of an event, read. */
interface Signal {
  source: string;
  reading: Reading;
}

/** Fields of an event that determine its consent. */
export type Consenting = Pick<ConversionEvent, 'consentLevel' | 'consent'>;

export interface Consent {
  /**
   * `not_set` where neither the event nor the default says anything, and where an answer is not
   * understood.
   */
  level: ConsentLevel;
  /**
   * What decided the level: `consentLevel`, the path of another field, a signal (`tcf`, `gpp`,
   * `google`), or `default`, the workspace's setting for events that say nothing.
   */
  source: string;
  signals: readonly Signal[];
  /** The signals by which the person opted out under a law of the US; absent: none. */
  optOut?: string;
}

const RANK: Readonly<Record<KnownLevel, number>> = { none: 0, anonymous: 1, full: 2 };

/**
 * The consent of an event: the strictest of what its fields and its TCF, GPP and Google signals
 * say; where none of them says a level, `fallback`. No fallback stands in for an answer that is not
 * understood. Pure.
 */
export function evaluateConsent(event: Consenting, fallback: ConsentLevel): Consent {
  const signals = readSignals(event.consent);
  const stated = event.consent.levelFrom?.carrier ?? 'consentLevel';
  // Most events say their level and no more.
  if (signals === NO_SIGNALS && event.consentLevel !== 'not_set') {
    return { level: event.consentLevel, source: stated, signals };
  }
  return evaluateSignals(signals, [event.consentLevel, stated], fallback);
}

/** Judges what the fields state together with the signals. */
function evaluateSignals(
  signals: readonly Signal[],
  stated: [level: ConsentLevel, source: string],
  fallback: ConsentLevel,
): Consent {
  let [level, source] = stated;
  for (const { source: name, reading } of signals) {
    if ('level' in reading && isStricter(reading.level, level))
      [level, source] = [reading.level, name];
  }
  if (level === 'not_set') {
    const unclear = signals.find(({ reading }) => 'problem' in reading);
    [level, source] = unclear ? ['not_set', unclear.source] : [fallback, 'default'];
  }
  for (const { source: name, reading } of signals) {
    if ('atMost' in reading && level !== 'not_set' && isStricter(reading.atMost, level)) {
      [level, source] = [reading.atMost, name];
    }
  }
  const optOuts = signals.filter(({ reading }) => reading.optOut);
  if (optOuts.length === 0) return { level, source, signals };
  return { level, source, signals, optOut: optOuts.map(({ source: name }) => name).join(' and ') };
}

/** Describes the consent signals of an event; never a complete consent string. */
export function describeSignals(
  { consentLevel, consent }: Consenting,
  { signals }: Consent,
): string {
  const said = signals.map(({ source: name, reading }) =>
    'problem' in reading
      ? `${name} is not understood: ${reading.problem}`
      : `${name}: ${reading.says}`,
  );
  return [describeLevel(consentLevel, consent), ...said].join('; ');
}

function describeLevel(level: ConsentLevel, { levelFrom }: ConsentSignals): string {
  if (level === 'not_set') return 'no consentLevel';
  return levelFrom === undefined
    ? `consentLevel ${level}`
    : `${levelFrom.carrier}: ${levelFrom.says} (${level})`;
}

/** {@link describeSignals}, and what follows from it. */
export function describeConsent(event: Consenting, consent: Consent): string {
  const { level, source, signals, optOut } = consent;
  const said = describeSignals(event, consent);
  if (signals.length === 0 && source === 'consentLevel') return said;
  const limited = optOut === undefined ? '' : `; limited data use by ${optOut}`;
  return `${said}: ${level} by ${source === 'default' ? 'consent.default' : source}${limited}`;
}

const NO_SIGNALS: readonly Signal[] = [];

function readSignals(consent: ConsentSignals): readonly Signal[] {
  // Most events say their level and no more.
  return isEmpty(consent) ? NO_SIGNALS : readPresentSignals(consent);
}

function isEmpty(consent: ConsentSignals): boolean {
  for (const name in consent) return name === '';
  return true;
}

function readPresentSignals(consent: ConsentSignals): readonly Signal[] {
  const { tcf, gpp, gppSid, usPrivacy, gpc, others, unclear } = consent;
  const signals: Signal[] = [];
  const add = (source: string, reading: Reading | undefined): void => {
    if (reading !== undefined) signals.push({ source, reading });
  };
  if (tcf !== undefined) add('tcf', readTcf(tcf));
  if (gpp !== undefined) add('gpp', readGpp(gpp, gppSid));
  add('google', readGoogleConsent(consent));
  if (usPrivacy !== undefined) add('us_privacy', readUsPrivacy(usPrivacy));
  if (gpc) add('gpc', { says: 'Global Privacy Control is on', optOut: true });
  for (const { field, text } of others ?? []) {
    if (field === 'usPrivacy') add('us_privacy', readUsPrivacy(text));
    else add(field, field === 'tcf' ? readTcf(text) : readGpp(text, gppSid));
  }
  for (const { carrier, says } of unclear ?? []) add(carrier, { problem: says });
  return signals;
}

function isStricter(level: KnownLevel, than: ConsentLevel): boolean {
  return than === 'not_set' || RANK[level] < RANK[than];
}
