import { ConnectionFault, type HttpAnswer, type HttpClient } from '../http/http.js';
import { fail, pass, warn, type Check } from './check.js';

/** What asking one origin told. */
export interface Reached {
  checks: Check[];
  /** What its clock and ours showed at the same moment, where it told. */
  clock?: { theirsMs: number; oursMs: number };
}

const PATIENCE_MS = 10_000;

/** Asks an origin for anything at all: whatever it answers, it can be reached. @throws AbortError. */
export async function reachOrigin(
  origin: string,
  { http, now, signal }: { http: HttpClient; now: () => number; signal?: AbortSignal },
): Promise<Reached> {
  const { host } = new URL(origin);
  const request = { method: 'GET', url: `${origin}/`, headers: { accept: '*/*' } } as const;
  let answer: HttpAnswer;
  try {
    answer = await http.send(request, { timeoutMs: PATIENCE_MS, ...(signal ? { signal } : {}) });
  } catch (error) {
    if (!(error instanceof ConnectionFault)) throw error;
    const more = {
      why: 'Postbacks wait until it answers. HTTPS_PROXY and NO_PROXY are honoured.',
      next: 'postback doctor',
      kind: 'network' as const,
    };
    return { checks: [fail('reachability', error.message, more)] };
  }
  const theirsMs = Date.parse(answer.headers['date'] ?? '');
  const clock = { theirsMs, oursMs: now() - answer.latencyMs / 2 };
  const check =
    answer.status >= 500
      ? warn('reachability', `${host} answers with HTTP ${answer.status}.`, {
          why: 'The network has trouble: postbacks may have to wait.',
        })
      : pass('reachability', `${host} answers (${Math.round(answer.latencyMs)} ms).`);
  return { checks: [check], ...(Number.isNaN(theirsMs) ? {} : { clock }) };
}

/** A Date header has whole seconds, and the way there and back takes its time. */
const UNSEEN_MS = 5_000;

/**
 * Compares our clock with the network's.
 * @param futureMs how far ahead of its clock the network takes an event
 */
export function judgeClock({ theirsMs, oursMs }: NonNullable<Reached['clock']>, futureMs: number): Check {
  const skewMs = oursMs - theirsMs;
  const size = Math.abs(skewMs);
  if (size <= UNSEEN_MS) return pass('clock', 'The clock of this machine is right.');
  const message = `The clock of this machine is ${formatSpan(size)} ${skewMs > 0 ? 'ahead' : 'behind'}.`;
  const why =
    skewMs > 0
      ? 'Events could be sent before the network thinks that they happened, and old ones be dropped too soon.'
      : 'Fresh events are taken for events of the future, and skipped as in_future.';
  const more = { why, next: 'timedatectl set-ntp true' };
  return size >= Math.max(futureMs, 60_000) ? fail('clock', message, more) : warn('clock', message, more);
}

function formatSpan(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
