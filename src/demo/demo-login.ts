import { refuseToGuess } from '../accounts/choose-account.js';
import { connectNetwork } from '../accounts/connect.js';
import { createHttpClient } from '../http/client.js';
import { amazon } from '../networks/amazon/amazon.js';
import type { AccountCandidate } from '../networks/connector.js';
import type { Connection } from '../networks/network.js';
import { SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET } from '../sandbox/amazon/seed.js';
import { Secret } from '../secret.js';
import type { Workspace } from '../workspace.js';
import { allowLikeABrowser } from './browser.js';

/** Longest login, in milliseconds: a busy machine takes seconds, though the browser is the demo. */
const TIMEOUT_MS = 60_000;

export interface DemoLogin {
  workspace: Workspace;
  /** The sandbox. */
  gateway: string;
  signal: AbortSignal;
  onUrl: (url: string, redirectUri: string) => void;
}

/**
 * Connects the workspace to the sandbox as `connect amazon` does. A simulated browser gives the
 * consent.
 * @throws any error of its steps, including those of the browser; AbortError if the signal aborts
 */
export async function connectDemo({
  workspace,
  gateway,
  signal,
  onUrl,
}: DemoLogin): Promise<Connection> {
  const over = new AbortController();
  const stop = AbortSignal.any([signal, over.signal]);
  // Its own client: a browser goes where pages lead it, not through a gateway.
  const browser = createHttpClient({ timeoutMs: TIMEOUT_MS, userAgent: 'postback-demo-browser' });
  let browsing: Promise<void> | undefined;
  const connector = await amazon.loadConnector();
  const refuse = (candidates: readonly AccountCandidate[]) =>
    Promise.reject(refuseToGuess(candidates, connector));
  try {
    const connection = await connectNetwork({
      workspace: workspace.name,
      store: workspace.connections.store,
      http: workspace.http,
      clock: workspace.clock,
      network: amazon,
      connector,
      client: { id: SANDBOX_CLIENT_ID, secret: new Secret(SANDBOX_CLIENT_SECRET) },
      consent: {
        kind: 'login',
        // Any free port; tried again for the rare one that is free on 127.0.0.1 and taken on ::1.
        ports: [0, 0, 0],
        gateway,
        timeoutMs: TIMEOUT_MS,
        presenter: {
          onUrl,
          openBrowser: (url) => {
            browsing = allowLikeABrowser(url, browser, stop);
            // If the simulated browser fails, the login must not wait any longer.
            browsing.catch(() => over.abort());
          },
          onPasteRefused: () => undefined,
        },
      },
      wanted: {},
      audiences: false,
      choose: refuse,
      askAccount: () => Promise.reject(refuseToGuess([], connector)),
      onWarning: () => undefined,
      signal: stop,
    });
    // A new workspace has no account that could be kept.
    return connection!;
  } catch (error) {
    if (over.signal.aborted && !signal.aborted) await browsing;
    throw error;
  } finally {
    over.abort();
    await browsing?.catch(() => undefined);
    await browser.close();
  }
}
