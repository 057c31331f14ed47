import { LogPeek } from './log-peek.js';
import { LogQuery } from './query.js';

/** An open look into the log. */
export interface OpenQuery {
  query: LogQuery;
  close(): void;
}

/** Opens the log at `path` for reading; undefined where nothing was ever sent. @throws as openDatabase. */
export function openQuery(path: string, workspace: string): OpenQuery | undefined {
  const peek = LogPeek.open(path, workspace);
  if (!peek) return undefined;
  return { query: new LogQuery(peek.database, peek.kinds, workspace), close: () => peek.close() };
}
