import { AuthError } from '../errors.js';
import type { HttpAnswer, HttpClient } from '../http/http.js';

const ACCEPTS = { accept: 'text/html' };

/**
 * Does with an authorize URL of the sandbox what a person does with it in a browser: opens the
 * page, submits its form as it is filled in with "Allow", and follows the redirect to the loopback
 * server.
 * @throws AuthError when any page is not what it should be; ConnectionFault; AbortError
 */
export async function allowLikeABrowser(
  url: string,
  http: HttpClient,
  signal: AbortSignal,
): Promise<void> {
  const page = await http.send({ method: 'GET', url, headers: ACCEPTS }, { signal });
  const form = readForm(expectStatus(page, 200, 'The consent page').body.toString());
  const headers = { ...ACCEPTS, 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams({ user: form.user, decision: 'allow' }).toString();
  const target = new URL(form.action, url).href;
  const answer = await http.send({ method: 'POST', url: target, headers, body }, { signal });
  const { location } = expectStatus(answer, 302, 'The consent form').headers;
  const callback = new URL(location ?? '');
  // Not every machine resolves localhost; the loopback server is bound to this address in any case.
  callback.hostname = '127.0.0.1';
  const result = await http.send(
    { method: 'GET', url: callback.href, headers: ACCEPTS },
    { signal },
  );
  expectStatus(result, 200, 'The page after consent');
}

interface ConsentForm {
  action: string;
  /** The person that is chosen already. */
  user: string;
}

function readForm(html: string): ConsentForm {
  const [, action] = /<form method="post" action="([^"]*)"/.exec(html) ?? [];
  const [, user] = /name="user" value="([^"]*)" checked/.exec(html) ?? [];
  if (action === undefined || user === undefined) throw refuse('The consent page has no form.');
  const plain = (text: string): string =>
    text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
  return { action: plain(action), user: plain(user) };
}

function expectStatus(answer: HttpAnswer, status: number, what: string): HttpAnswer {
  if (answer.status === status) return answer;
  throw refuse(`${what} answered with ${answer.status}, not ${status}.`);
}

function refuse(message: string): AuthError {
  return new AuthError('consent_failed', message);
}
