import { createHash } from 'node:crypto';
import { afterEach } from 'vitest';
import type { Clock } from '../../../src/clock.js';
import { testRandom } from '../../kit/seeded-random.js';
import {
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  seededRefreshToken,
} from '../../../src/sandbox/amazon/seed.js';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../src/sandbox/sandbox.js';

/** An answer's JSON, whose shape the test is about. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Answer = any;

/** 2026-03-10 12:00 UTC: every test's present. */
export const NOW_MS = Date.UTC(2026, 2, 10, 12);

/** A clock that moves only when a test sets it, or when code sleeps on it. */
export class RunClock implements Clock {
  nowMs = NOW_MS;
  now(): number {
    return this.nowMs;
  }
  sleep(ms: number): Promise<void> {
    this.nowMs += ms;
    return Promise.resolve();
  }
}

const open: Sandbox[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
});

/** A sandbox for one test, closed after it. */
export async function openSandbox(
  options: Partial<SandboxOptions> = {},
): Promise<Sandbox & { clock: RunClock }> {
  const clock = new RunClock();
  const sandbox = await startSandbox({ clock, random: testRandom, seed: 7, ...options });
  open.push(sandbox);
  return Object.assign(sandbox, { clock });
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function postForm(
  url: string,
  form: Record<string, string>,
  headers = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers,
    redirect: 'manual',
  });
}

/** Refreshes a grant that exists from the start. */
export function refresh(sandbox: Sandbox, form: Record<string, string> = {}): Promise<Response> {
  return postForm(`${sandbox.url}/api.amazon.com/auth/o2/token`, {
    grant_type: 'refresh_token',
    refresh_token: seededRefreshToken('all'),
    client_id: SANDBOX_CLIENT_ID,
    client_secret: SANDBOX_CLIENT_SECRET,
    ...form,
  });
}

/** An access token of one of the sandbox's users. */
export async function accessToken(sandbox: Sandbox, user = 'all'): Promise<string> {
  const answer = await refresh(sandbox, { refresh_token: seededRefreshToken(user) });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Headers without those set to undefined. */
export function headersOf(headers: Record<string, string | undefined>): Record<string, string> {
  const given = Object.entries(headers).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(given);
}

/** Asks the sandbox's own pages. */
export async function control(
  sandbox: Sandbox,
  method: string,
  path: string,
  body?: unknown,
): Promise<[number, Answer]> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const answer = await fetch(`${sandbox.url}/_sandbox${path}`, init);
  return [answer.status, await answer.json()];
}
