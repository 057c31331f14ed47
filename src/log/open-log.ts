import type { AudienceList } from './audience-records.js';
import type { DeliveryLog } from './delivery-log.js';
import type { DryRunMemory } from './dry-run-memory.js';
import type { AudienceStore } from './audience-store.js';
import type { FollowOptions } from './follow.js';
import type { LogBackend } from './log-backend.js';
import type { LogLocation } from '../config/log-location.js';
import type { LogOptions } from './log-options.js';
import type { LogReader, PeopleRecorder } from './log-reader.js';
import type { LogRow } from './log-rows.js';
import type { LogServerFacts } from './server-facts.js';
import type {
  BackupReceipt,
  Erased,
  ErasureOptions,
  PruneOptions,
  PruneReceipt,
  Subject,
} from './maintenance.js';

/** Loads the backend that stores the log at a location. */
async function loadBackend({ server }: LogLocation): Promise<LogBackend> {
  if (server) return (await import('./postgres/pg-backend.js')).pgBackend;
  return (await import('./sqlite/sqlite-backend.js')).sqliteBackend;
}

/**
 * Opens a delivery log for a run that writes it, creates it where there is none, and registers the
 * run. Does not recover other runs, see `DeliveryLog.recoverAbandonedRuns`.
 * @param command the command that runs, as other runs are shown it
 * @throws ConfigError when another version of postback wrote the log; InternalError when it cannot
 *   be written or is not a delivery log
 */
export async function openDeliveryLog(options: LogOptions, command: string): Promise<DeliveryLog> {
  return (await loadBackend(options)).open(options, command);
}

/**
 * Opens a delivery log read-only; undefined where nothing was ever sent.
 * @throws ConfigError when another version of postback wrote it; InternalError when it cannot be
 *   read or is not a delivery log
 */
export async function openLogReader(location: LogLocation): Promise<LogReader | undefined> {
  return (await loadBackend(location)).openReader(location);
}

/**
 * Opens a delivery log read-only for as long as `work` runs.
 * @returns what `work` resolves to; undefined where nothing was ever sent
 * @throws as {@link openLogReader}; what `work` throws
 */
export async function withLogReader<T>(
  location: LogLocation,
  work: (reader: LogReader) => Promise<T>,
): Promise<T | undefined> {
  const reader = await openLogReader(location);
  if (!reader) return undefined;
  try {
    return await work(reader);
  } finally {
    await reader.close();
  }
}

/**
 * Yields the newest rows of a log, then each as it is recorded, by whatever process, until the
 * signal aborts. A log that does not exist yet is waited for. One that is removed or replaced is
 * left for the next.
 * @throws InternalError when the log cannot be read
 */
export async function* followLog(
  location: LogLocation,
  options: FollowOptions,
): AsyncGenerator<LogRow> {
  yield* (await loadBackend(location)).follow(location, options);
}

/** Returns the bytes of a log on disk; undefined where there is none. */
export async function measureLog(location: LogLocation): Promise<number | undefined> {
  return (await loadBackend(location)).measure(location);
}

/**
 * Opens a log to record people, and creates it where there is none.
 * @throws as {@link openDeliveryLog}
 */
export async function openPeopleRecorder(location: LogLocation): Promise<PeopleRecorder> {
  return (await loadBackend(location)).openPeopleRecorder(location);
}

/**
 * Checks that a log can be written, and creates it where there is none.
 * @throws as {@link openDeliveryLog}
 */
export async function checkRecordable(location: LogLocation): Promise<void> {
  await (await loadBackend(location)).checkRecordable(location);
}

/**
 * Records an audience list in a log, and creates the log where there is none.
 * @throws as {@link openDeliveryLog}
 */
export async function recordAudience(location: LogLocation, list: AudienceList): Promise<void> {
  await (await loadBackend(location)).recordAudience(location, list);
}

/**
 * Removes a person from a log, closed over aliases, and suppresses new postbacks. When this
 * resolves no request for the person is in flight in any process, and none will leave.
 * @throws InternalError when the log cannot be written, or a request in flight does not end
 */
export async function erasePerson(
  location: LogLocation,
  subject: Subject,
  options: ErasureOptions,
): Promise<Erased> {
  return (await loadBackend(location)).erase(location, subject, options);
}

/**
 * Removes attempts, skips, and failed and skipped postbacks of before a time from a log, in small
 * steps, while others send. The ids of what was ever sent stay, so that it is never sent again
 * (docs/development/decisions/pruning.md); so does whatever is pending or in flight.
 * @throws InternalError when the log cannot be written
 */
export async function pruneLog(
  location: LogLocation,
  options: PruneOptions,
): Promise<PruneReceipt> {
  return (await loadBackend(location)).prune(location, options);
}

/**
 * Copies a log whole, while others write it, to a new file that only its owner can read. The copy
 * is checked before it gets its name.
 * @param file a name that is not in use
 * @throws UsageError when the name is in use or cannot be written, or there is no log;
 *   InternalError when the log is damaged or the disk full
 */
export async function backUpLog(location: LogLocation, file: string): Promise<BackupReceipt> {
  return (await loadBackend(location)).backUp(location, file);
}

/** Returns facts of the server of a shared log; undefined where the log is a file. */
export async function describeLogServer(
  location: LogLocation,
): Promise<LogServerFacts | undefined> {
  return (await loadBackend(location)).describeServer(location);
}

/** Whether an error says that the log at a location can be read and not written. */
export async function isUnwritableLog(location: LogLocation, error: unknown): Promise<boolean> {
  return (await loadBackend(location)).isUnwritable(error);
}

/** Opens the memory of a dry run where nothing was ever sent. */
export async function openEmptyMemory(workspace: string): Promise<DryRunMemory> {
  const { openDryRunMemory } = await import('./sqlite/dry-run-memory.js');
  return openDryRunMemory({ workspace });
}

/** Opens a store that knows nobody, for a plan where nothing was ever sent. */
export async function openEmptyAudiences(): Promise<AudienceStore> {
  return (await import('./sqlite/audiences/audience-store.js')).openEmptyAudiences();
}
