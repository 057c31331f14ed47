/** An error of SQLite or of the system. */
interface NamedFault {
  sqliteCodeName?: string;
  code?: string;
}

/** The name of an error, such as `SQLITE_BUSY` or `ENOSPC`; empty where it has none. */
export function nameOfFault(error: unknown): string {
  const { sqliteCodeName, code } = error as NamedFault;
  return sqliteCodeName ?? code ?? '';
}

/** Whether another connection, of this process or another, held the SQLite file. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(?:BUSY|LOCKED)/.test(nameOfFault(error));
}
