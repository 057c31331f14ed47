import type { IO } from './io.js';

export interface NoticeInput {
  io: IO;
  variables: Readonly<Record<string, string | undefined>>;
  packageName: string;
  version: string;
  /** Where the answer is kept for a day. */
  cacheFolder: string;
  gateway: string | undefined;
}

/** A check for a newer version that runs during a command. */
export interface UpdateNotice {
  /** Ends the check and prints its result, if any, on stderr. Does not wait for a response. */
  end(): Promise<void>;
}

const DAY_MS = 24 * 3_600_000;
/**
 * Delay before the check, in milliseconds, so that short commands do not pay for loading the HTTP
 * client.
 */
const PAUSE_MS = 300;
const SILENT: UpdateNotice = { end: async () => undefined };

/**
 * Starts a check for a newer version, at most once a day and during the command. It runs only on a
 * terminal, not in CI, and not if `POSTBACK_NO_UPDATE_CHECK` is set. A request that is in flight
 * when the command ends is dropped without a notice.
 */
export async function startUpdateNotice(input: NoticeInput): Promise<UpdateNotice> {
  const { io, variables, cacheFolder } = input;
  if (!io.isTerminal || !io.stderr.isTTY || io.json || isOn(variables['CI'])) return SILENT;
  if (isOn(variables['POSTBACK_NO_UPDATE_CHECK']) || isOn(variables['NO_UPDATE_NOTIFIER']))
    return SILENT;
  const { recallVersion } = await import('../update/version-memory.js');
  if (Date.now() - (recallVersion(cacheFolder)?.askedAtMs ?? 0) < DAY_MS) return SILENT;
  const giveUp = new AbortController();
  let latest: string | undefined;
  const timer = setTimeout(() => {
    void ask(input, giveUp.signal).then((found) => (latest = found));
  }, PAUSE_MS).unref();
  return {
    async end() {
      clearTimeout(timer);
      giveUp.abort();
      if (latest !== undefined) await printNotice(input, latest);
    },
  };
}

/**
 * Asks the registry and stores the result. Never throws, because the user did not request the
 * check.
 */
async function ask(
  { variables, packageName, version, cacheFolder, gateway }: NoticeInput,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const [{ createVersionClient }, { fetchLatestVersion }, { rememberVersion }] =
      await Promise.all([
        import('../update/version-client.js'),
        import('../update/latest-version.js'),
        import('../update/version-memory.js'),
      ]);
    const http = createVersionClient({ variables, version, gateway });
    try {
      const latest = await fetchLatestVersion(http, packageName, signal);
      rememberVersion(cacheFolder, {
        askedAtMs: Date.now(),
        ...(latest === undefined ? {} : { latest }),
      });
      return latest;
    } finally {
      void http.close();
    }
  } catch {
    return undefined;
  }
}

async function printNotice(
  { io, packageName, version }: NoticeInput,
  latest: string,
): Promise<void> {
  const { isNewer } = await import('../update/latest-version.js');
  if (!isNewer(latest, version)) return;
  const { err } = io.color;
  await io.info(
    `\n${err.yellow(`postback ${latest} is available`)}; you have ${version}. npm install --global ${packageName}@latest\n` +
      err.dim('Set POSTBACK_NO_UPDATE_CHECK=1 to disable this notice.'),
  );
}

function isOn(variable: string | undefined): boolean {
  return variable !== undefined && !['', '0', 'false', 'no'].includes(variable.toLowerCase());
}
