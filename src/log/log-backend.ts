import type { AudienceList } from './audience-records.js';
import type { DeliveryLog } from './delivery-log.js';
import type { FollowOptions } from './follow.js';
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

/**
 * One way to store delivery logs: how a log is opened, read and maintained. What the methods do is
 * described in open-log.ts.
 */
export interface LogBackend {
  open(options: LogOptions, command: string): Promise<DeliveryLog>;
  openReader(location: LogLocation): Promise<LogReader | undefined>;
  follow(location: LogLocation, options: FollowOptions): AsyncIterable<LogRow>;
  measure(location: LogLocation): Promise<number | undefined>;
  openPeopleRecorder(location: LogLocation): Promise<PeopleRecorder>;
  checkRecordable(location: LogLocation): Promise<void>;
  recordAudience(location: LogLocation, list: AudienceList): Promise<void>;
  erase(location: LogLocation, subject: Subject, options: ErasureOptions): Promise<Erased>;
  prune(location: LogLocation, options: PruneOptions): Promise<PruneReceipt>;
  backUp(location: LogLocation, file: string): Promise<BackupReceipt>;
  /** Facts of the server; undefined where the log is a file. */
  describeServer(location: LogLocation): Promise<LogServerFacts | undefined>;
  /** Whether an error says that the log can be read and not written. */
  isUnwritable(error: unknown): Promise<boolean>;
}
