import type { Clock } from '../clock.js';
import { AuthError, UsageError } from '../errors.js';
import type { HttpClient } from '../http/http.js';
import type { Secret } from '../secret.js';
import { makeAuthorizeRequest, type AuthorizeRequest } from './authorize-url.js';
import { exchangeCode } from './exchange.js';
import { DEFAULT_PORTS, openLoopback, type Loopback } from './loopback.js';
import { parsePaste } from './paste.js';
import type { OAuthClient, OAuthProvider, TokenGrant } from './provider.js';

/** Time for the browser to get its last page, in milliseconds. */
const PAGE_MS = 1_000;

/** Messages of the login to the user. */
export interface LoginPresenter {
  /**
   * Called first of all, before a browser is opened. The return URL is the one that must be
   * registered.
   */
  onUrl(url: string, redirectUri: string): void;
  /**
   * Called before {@link LoginPresenter.onUrl} where no port is free. Only a pasted address can end
   * the login then. Absent where nobody can paste: the login fails.
   */
  onNoPort?(reason: string): void;
  /** Opens a browser, if possible. The login works without it. */
  openBrowser?(url: string): void;
  /** Reports unusable pasted text. The login keeps waiting. */
  onPasteRefused(reason: string): void;
}

export interface LoginOptions {
  provider: OAuthProvider;
  client: OAuthClient;
  http: HttpClient;
  clock: Clock;
  presenter: LoginPresenter;
  /** Ports to listen on, in order of preference. */
  ports?: readonly number[];
  gateway?: string;
  timeoutMs: number;
  /**
   * What follows the tokens: the browser's page waits for it. `handOver` is called before a
   * question at the terminal: then the page says that the terminal has the rest.
   */
  complete?: (tokens: TokenGrant, handOver: () => void) => Promise<void>;
  /** Pasted lines. The end of this stream does not end the login. */
  pasted?: AsyncIterable<string>;
  signal?: AbortSignal;
}

/**
 * Leads one person through the consent: prints the URL, waits for the callback or a pasted
 * redirect, whichever comes first, and redeems the code.
 * @throws AuthError when consent is denied, refused or not given in time; NetworkError when the
 *   token endpoint cannot be reached; UsageError when no port is free and nobody can paste;
 *   AbortError when the signal aborts.
 */
export async function runLogin(options: LoginOptions): Promise<TokenGrant> {
  const { provider, client, presenter, signal } = options;
  const loopback = await openLoopbackOrPaste(options);
  const over = new AbortController();
  const stop = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  try {
    const { redirectUri } = loopback;
    const request = await makeAuthorizeRequest(provider, client.id, redirectUri, options.gateway);
    let finishing: Promise<TokenGrant> | undefined;
    let handOver = (): void => undefined;
    const handedOver = new Promise<'terminal'>((resolve) => (handOver = () => resolve('terminal')));
    const redeem = (code: Secret): Promise<unknown> => {
      const call = { provider, client, http: options.http, clock: options.clock, signal: stop };
      finishing ??= (async () => {
        const tokens = await exchangeCode(call, { code, redirectUri, verifier: request.verifier });
        await options.complete?.(tokens, handOver);
        return tokens;
      })();
      return Promise.race([finishing, handedOver, rejectWhenAborted(signal)]);
    };
    const called = loopback.waitForCode({
      provider,
      state: request.state,
      redeem,
    });
    presenter.onUrl(request.url, redirectUri);
    presenter.openBrowser?.(request.url);
    const waits: Promise<unknown>[] = [called, waitForTimeout(options, redirectUri, stop)];
    if (options.pasted) waits.push(waitForPaste(options.pasted, request, options, redeem));
    // What was redeemed is finished, however long the terminal takes; what failed has its page
    // before the server ends.
    await Promise.race(waits).catch(async (error: unknown) => {
      if (finishing)
        await Promise.race([called.catch(() => undefined), options.clock.sleep(PAGE_MS)]);
      throw error;
    });
    return await finishing!;
  } finally {
    over.abort();
    await loopback.close();
  }
}

/** A port for the redirect; where none is free, a return URL whose address has to be pasted. */
async function openLoopbackOrPaste({
  ports = DEFAULT_PORTS,
  presenter,
}: LoginOptions): Promise<Loopback> {
  try {
    return await openLoopback(ports);
  } catch (error) {
    if (!(error instanceof UsageError) || !presenter.onNoPort) throw error;
    presenter.onNoPort(error.message);
    return {
      redirectUri: `http://localhost:${ports[0]!}/callback`,
      waitForCode: () => new Promise(() => undefined),
      close: () => Promise.resolve(),
    };
  }
}

/** Rejects when the person at the terminal stops the login, so that the browser hears of it. */
function rejectWhenAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void =>
      reject(
        Object.assign(new Error('The command was stopped in the terminal.'), {
          name: 'AbortError',
        }),
      );
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

async function waitForPaste(
  lines: AsyncIterable<string>,
  { state }: AuthorizeRequest,
  { provider, presenter }: LoginOptions,
  redeem: (code: Secret) => Promise<unknown>,
): Promise<void> {
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const answer = parsePaste(line, state, provider);
    switch (answer.kind) {
      case 'code':
        await redeem(answer.code);
        return;
      case 'denied':
      case 'failed':
        throw answer.error;
      case 'wrong-state':
        presenter.onPasteRefused('That link is from another attempt; open the one printed above.');
        break;
      case 'empty':
        presenter.onPasteRefused(
          'That address contains no code. Paste the complete final address from the browser.',
        );
    }
  }
  // The end of input does not answer the prompt: the callback may still arrive.
  await new Promise(() => undefined);
}

async function waitForTimeout(
  { clock, timeoutMs, provider }: LoginOptions,
  redirectUri: string,
  stop: AbortSignal,
) {
  await clock.sleep(timeoutMs, stop);
  throw new AuthError(
    'login_timed_out',
    `Nobody signed in within ${describeDuration(timeoutMs)}.`,
    {
      hint:
        `The browser does not return if the return URL is not registered. ` +
        `Register exactly ${redirectUri} at ${provider.returnUrlHelp}.`,
      next: provider.connectCommand,
    },
  );
}

function describeDuration(ms: number): string {
  if (ms % 60_000 === 0) return ms === 60_000 ? '1 minute' : `${ms / 60_000} minutes`;
  return ms === 1000 ? '1 second' : `${ms / 1000} seconds`;
}
