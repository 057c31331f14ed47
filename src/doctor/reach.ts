import { platform } from 'node:os';
import { ConnectionFault, type HttpAnswer, type HttpClient } from '../http/http.js';
import { fail, pass, warn, type Check } from './check.js';

/** Result of a request to an origin. */
export interface Reached {
  checks: Check[];
  /** Its clock and ours at the same time, if it sent a date. */
  clock?: { theirsMs: number; oursMs: number };
}

const PATIENCE_MS = 10_000;

/** Sends a request to an origin. Any response shows that it is reachable. @throws AbortError. */
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
      why:
        'Postbacks stay pending until it is reachable. Check the network, the firewall and the ' +
        'proxy of this machine (HTTPS_PROXY, NO_PROXY).',
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
          why: 'The network has problems. Postbacks may stay pending.',
        })
      : pass('reachability', `${host} answers (${Math.round(answer.latencyMs)} ms).`);
  return { checks: [check], ...(Number.isNaN(theirsMs) ? {} : { clock }) };
}

/** A Date header has whole seconds, and the way there and back takes its time. */
const UNSEEN_MS = 5_000;

/** Commands that set the clock from the network, by platform; systemd's elsewhere. */
const CLOCK_COMMANDS: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'sudo sntp -sS time.apple.com',
  win32: 'w32tm /resync',
};

/**
 * Compares our clock with the network's.
 * @param futureMs how far ahead of its clock the network takes an event
 */
export function checkClock(
  { theirsMs, oursMs }: NonNullable<Reached['clock']>,
  futureMs: number,
): Check {
  const skewMs = oursMs - theirsMs;
  const size = Math.abs(skewMs);
  if (size <= UNSEEN_MS) return pass('clock', 'The clock of this machine is correct.');
  const message = `The clock of this machine is ${formatSpan(size)} ${skewMs > 0 ? 'ahead' : 'behind'}.`;
  const why =
    skewMs > 0
      ? 'Events may look as if they happened in the future, and old events may be skipped too ' +
        'early.'
      : 'New events may be skipped as in_future.';
  const more = { why, next: CLOCK_COMMANDS[platform()] ?? 'timedatectl set-ntp true' };
  return size >= Math.max(futureMs, 60_000)
    ? fail('clock', message, more)
    : warn('clock', message, more);
}

function formatSpan(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
