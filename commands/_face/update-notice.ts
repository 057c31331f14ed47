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

/** A look for a newer version that goes on beside a command. */
export interface UpdateNotice {
  /** Ends the look, and tells on stderr what it found. Waits for nothing. */
  end(): Promise<void>;
}

const DAY_MS = 24 * 3_600_000;
/** A command that ends sooner never pays for the look: loading what speaks HTTP alone takes tens of milliseconds. */
const PAUSE_MS = 300;
const SILENT: UpdateNotice = { end: async () => undefined };

/**
 * Starts to look for a newer version, once a day and beside the command: on a terminal only, not in CI, not where
 * `POSTBACK_NO_UPDATE_CHECK` is set. A request that is under way when the command ends is given up, and nothing is told.
 */
export async function startUpdateNotice(input: NoticeInput): Promise<UpdateNotice> {
  const { io, variables, cacheFolder } = input;
  if (!io.isTerminal || !io.stderr.isTTY || io.json || isOn(variables['CI'])) return SILENT;
  if (isOn(variables['POSTBACK_NO_UPDATE_CHECK']) || isOn(variables['NO_UPDATE_NOTIFIER'])) return SILENT;
  const { recallVersion } = await import('../../src/update/version-memory.js');
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
      if (latest !== undefined) await tell(input, latest);
    },
  };
}

/** Asks the registry and remembers what it said. Never throws: nobody asked for this. */
async function ask(
  { variables, packageName, version, cacheFolder, gateway }: NoticeInput,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const [{ createVersionClient }, { fetchLatestVersion }, { rememberVersion }] = await Promise.all([
      import('../../src/update/version-client.js'),
      import('../../src/update/latest-version.js'),
      import('../../src/update/version-memory.js'),
    ]);
    const http = createVersionClient({ variables, version, gateway });
    try {
      const latest = await fetchLatestVersion(http, packageName, signal);
      rememberVersion(cacheFolder, { askedAtMs: Date.now(), ...(latest === undefined ? {} : { latest }) });
      return latest;
    } finally {
      void http.close();
    }
  } catch {
    return undefined;
  }
}

async function tell({ io, packageName, version }: NoticeInput, latest: string): Promise<void> {
  const { isNewer } = await import('../../src/update/latest-version.js');
  if (!isNewer(latest, version)) return;
  const { err } = io.color;
  await io.remark(
    `\n${err.yellow(`postback ${latest} is out`)}; this is ${version}. npm install --global ${packageName}@latest\n` +
      err.dim('POSTBACK_NO_UPDATE_CHECK=1 silences this.'),
  );
}

function isOn(variable: string | undefined): boolean {
  return variable !== undefined && !['', '0', 'false', 'no'].includes(variable.toLowerCase());
}
