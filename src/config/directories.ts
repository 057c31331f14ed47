import { posix, win32 } from 'node:path';

/** The two folders of the program. */
export interface Directories {
  /** Settings, goals, mappings, credentials. */
  config: string;
  /** Delivery logs, one folder a workspace. */
  data: string;
}

const NAME = 'postback';

/**
 * Where config and data live: `<POSTBACK_HOME>/config` and `/data`, else the platform's usual
 * places (the XDG base directory specification on Linux and the like, `~/Library` on macOS,
 * `%APPDATA%` and `%LOCALAPPDATA%` on Windows).
 */
export function resolveDirectories(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  home: string,
): Directories {
  const paths = platform === 'win32' ? win32 : posix;
  const join = (...parts: string[]) => paths.join(...parts);
  const own = environment.POSTBACK_HOME;
  if (own) return { config: paths.resolve(own, 'config'), data: paths.resolve(own, 'data') };
  switch (platform) {
    case 'darwin':
      return {
        config: join(home, 'Library', 'Preferences', NAME),
        data: join(home, 'Library', 'Application Support', NAME),
      };
    case 'win32':
      return {
        config: join(environment.APPDATA || join(home, 'AppData', 'Roaming'), NAME, 'Config'),
        data: join(environment.LOCALAPPDATA || join(home, 'AppData', 'Local'), NAME, 'Data'),
      };
    default:
      return {
        config: join(absolute(environment.XDG_CONFIG_HOME) ?? join(home, '.config'), NAME),
        data: join(absolute(environment.XDG_DATA_HOME) ?? join(home, '.local', 'share'), NAME),
      };
  }
}

/**
 * XDG: "all paths set in these environment variables must be absolute"; a relative one is to be
 * ignored.
 */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && posix.isAbsolute(path) ? path : undefined;
}
