import { createInterface } from 'node:readline';
import type { LoginPresenter } from '../../src/oauth/login.js';
import { isRemoteSession, openBrowser } from './browser.js';
import type { IO } from './io.js';

export interface LoginWordsOptions {
  /** `--no-browser`. */
  noBrowser: boolean;
  variables: Readonly<Record<string, string | undefined>>;
}

/** What a login says at the terminal. The URL has a line of its own on stderr, under `--json` too. */
export function createLoginPresenter(io: IO, { noBrowser, variables }: LoginWordsOptions): LoginPresenter {
  const remote = isRemoteSession(variables);
  const opens = !noBrowser && !remote && io.isInteractive;
  const presenter: LoginPresenter = {
    onUrl(url, redirectUri) {
      const { port } = new URL(redirectUri);
      void io.remark(opens ? 'Your browser opens this page:' : 'Open this page in a browser:');
      void io.say(url);
      void io.remark(`Waiting for the browser to come back to ${redirectUri}.`);
      if (remote) {
        void io.remark(`The browser is on another machine? ssh -L ${port}:localhost:${port} leads it here.`);
      }
      void io.remark('Or paste the address that it ended on, and press Enter.');
    },
    onPasteRefused: (reason) => void io.remark(reason),
  };
  if (opens) presenter.openBrowser = (url) => void openBrowser(url);
  return presenter;
}

/** The lines that are typed or piped in. `close` gives stdin back, so that the program can end or ask. */
export function readPastedLines({ stdin }: IO): { lines: AsyncIterable<string>; close(): void } {
  const reader = createInterface({ input: stdin, terminal: false });
  // An input that cannot be read is one from which nothing is pasted.
  stdin.on('error', () => undefined);
  return { lines: reader, close: () => reader.close() };
}
