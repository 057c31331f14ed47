import { answerRedirect, type SandboxAnswer } from './exchange.js';

/** The return URLs registered for the sandbox's applications (contract.md section 3, `connect`). */
const REGISTERED = [8787, 8788, 8789].map((port) => `http://localhost:${port}/callback`);
const LOOPBACK = /^http:\/\/localhost:\d{1,5}\/callback$/;

/** Whether a login may return there: to the registered URLs, or to any loopback port. */
export function mayReturnTo(url: string, anyLoopbackPort: boolean): boolean {
  return REGISTERED.includes(url) || (anyLoopbackPort && LOOPBACK.test(url));
}

/** Sends the browser back to `redirect_uri` with `values`, and with the request's `state`. */
export function redirectBack(query: URLSearchParams, values: Readonly<Record<string, string>>): SandboxAnswer {
  const location = new URL(query.get('redirect_uri')!);
  for (const [name, value] of Object.entries(values)) location.searchParams.set(name, value);
  const state = query.get('state');
  if (state !== null) location.searchParams.set('state', state);
  return answerRedirect(location.href);
}
