import { createInterface } from 'node:readline';
import type { LoginPresenter } from '../oauth/login.js';
import { isRemoteSession, openBrowser } from './browser.js';
import type { IO } from './io.js';

export interface LoginWordsOptions {
  /** `--no-browser`. */
  noBrowser: boolean;
  variables: Readonly<Record<string, string | undefined>>;
}

/** Prints the messages of a login. The URL is on its own line on stderr, also with `--json`. */
export function createLoginPresenter(
  io: IO,
  { noBrowser, variables }: LoginWordsOptions,
): LoginPresenter {
  const remote = isRemoteSession(variables);
  const opens = !noBrowser && !remote && io.isInteractive;
  let hasPort = true;
  const presenter: LoginPresenter = {
    onUrl(url, redirectUri) {
      const { port } = new URL(redirectUri);
      void io.info(opens ? 'Opening this page in your browser:' : 'Open this page in a browser:');
      void io.error(url);
      if (!hasPort) {
        void io.info('Allow access there. The browser then shows an error or another page.');
        void io.info('Copy the address of that page, paste it here and press Enter.');
        return;
      }
      void io.info(`Waiting for the browser to return to ${redirectUri}.`);
      if (remote) {
        void io.info(
          'If the browser is on another machine, forward the port: ssh -L ' +
            `${port}:localhost:${port}`,
        );
      }
      void io.info('Or paste the final address from the browser and press Enter.');
    },
    onPasteRefused: (reason) => void io.info(reason),
  };
  if (io.isInteractive) {
    presenter.onNoPort = (reason) => {
      hasPort = false;
      void io.info(io.color.err.yellow(`! ${reason}`));
    };
  }
  if (opens) presenter.openBrowser = (url) => void openBrowser(url);
  return presenter;
}

/** The return URLs that the application has to have: of a given port, or of all that are tried. */
export function listReturnUrls(port: number | undefined): readonly string[] {
  const ports = port === undefined ? [8787, 8788, 8789] : [port];
  return ports.map((one) => `http://localhost:${one}/callback`);
}

/**
 * The lines that are typed or piped in. `close` gives stdin back, so that the program can end or
 * ask.
 */
export function readPastedLines({ stdin }: IO): { lines: AsyncIterable<string>; close(): void } {
  const reader = createInterface({ input: stdin, terminal: false });
  // An input that cannot be read is one from which nothing is pasted.
  stdin.on('error', () => undefined);
  return { lines: reader, close: () => reader.close() };
}
