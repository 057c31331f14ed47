import { locateLog, type LogLocation } from '../../src/config/log-location.js';
import type { LogFilter, LogRow, LogStatus } from '../../src/log/log-rows.js';
import { toEventId } from '../../src/events/event-id.js';
import { readNetworkName } from '../../src/networks/mapping-check.js';
import { checkFilterValues } from '../../src/cli/filter-values.js';
import { systemClock } from '../../src/clock.js';
import { loadRunConfig } from '../../src/config/run-config.js';
import { BaseCommand } from '../../src/cli/base-command.js';
import { defineFlags, integer, list, moment, toggle } from '../../src/cli/flags.js';
import { EXIT } from '../../src/cli/exit-codes.js';
import {
  CSV_HEADER,
  describeFollowing,
  formatCsvRow,
  logColumns,
  readHttpStatuses,
} from '../../src/cli/log-view.js';
import { LogCauses } from '../../src/cli/log-causes.js';
import { warn } from '../../src/cli/run-view.js';
import { printLines, printTable } from '../../src/cli/table.js';

const STATUSES = [
  'success',
  'accepted',
  'failed',
  'retried',
  'skipped',
] as const satisfies readonly LogStatus[];
/** Default number of rows on a terminal. Piped output has all rows. */
const TERMINAL_ROWS = 50;
/** Rows of before that --follow begins with, unless --since or --limit says otherwise. */
const BACKLOG_ROWS = 10;
/** Lines of CSV or JSON that are written at once. */
const LINES_A_WRITE = 200;

export default class Logs extends BaseCommand<typeof Logs> {
  static override summary = 'show the delivery log: every delivery attempt';
  static override description =
    'Prints one row per attempt, oldest first. A terminal shows the newest 50, in local time; ' +
    'data has all, in UTC. --follow shows the newest 10, then new rows.';
  static override examples = [
    '<%= config.bin %> logs --status failed --json',
    '<%= config.bin %> logs --follow --all',
  ];
  static override flags = defineFlags({
    since: moment({ summary: 'start of the period, such as 1h, 7d or ISO 8601' }),
    until: moment({ summary: 'end of the period' }),
    status: list({
      summary: `only these: ${STATUSES.join(', ')}`,
      choices: STATUSES,
      helpValue: 'STATUS',
    }),
    all: toggle({ summary: 'attempts and skips' }),
    network: list({ summary: 'only these networks', helpValue: 'NAME' }),
    goal: list({ summary: 'only these goals', helpValue: 'ID' }),
    event: list({ summary: 'only these event names', helpValue: 'NAME' }),
    'event-id': list({ summary: 'only these events', helpValue: 'ID', whole: true }),
    http: list({ summary: 'only these HTTP statuses or classes', helpValue: '500|5xx' }),
    reason: list({ summary: 'only these reasons', helpValue: 'REASON' }),
    limit: integer({ summary: 'maximum number of rows, the newest', min: 1 }),
    follow: toggle({
      char: 'f',
      summary: 'print new rows as they are recorded, until Ctrl-C',
      exclusive: ['until'],
    }),
    csv: toggle({ summary: 'print CSV for a spreadsheet', exclusive: ['json'] }),
  });
  static override notes = { exitCodes: [EXIT.interrupted, EXIT.terminated] };

  protected async execute(): Promise<void> {
    const config = loadRunConfig({ flags: this.flags, ...this.environment });
    await checkFilterValues(config, this.environment, this.flags);
    const location = locateLog({ config, environment: this.environment, clock: systemClock });
    if (this.flags.follow) await this.#follow(location);
    else await this.#show(location);
  }

  async #show(location: LogLocation): Promise<void> {
    const { listLogRows } = await import('../../src/report/log-rows.js');
    const limit =
      this.flags.limit ?? (this.io.isTerminal && !this.io.json ? TERMINAL_ROWS : undefined);
    let damaged: readonly string[] = [];
    const onDamaged = (rows: readonly string[]): void => {
      damaged = rows;
    };
    let trimmed = 0;
    const onTrimmed = (count: number): void => {
      trimmed = count;
    };
    await this.#print(
      listLogRows(location, this.#readFilter(), { limit, onDamaged, onTrimmed }),
      LINES_A_WRITE,
    );
    if (trimmed > 0) await this.io.info(describeTrimmed(trimmed));
    if (damaged.length > 0) await warn(this.io, 'log_damaged', describeDamaged(damaged));
  }

  async #follow(location: LogLocation): Promise<void> {
    const { followLogRows } = await import('../../src/report/log-rows.js');
    const { limit, since } = this.flags;
    const rows = followLogRows(location, {
      filter: this.#readFilter(),
      backlog: limit ?? (since === undefined ? BACKLOG_ROWS : undefined),
      signal: this.signal,
      report: (state) =>
        void this.io.info(this.io.color.err.dim(describeFollowing(state, location.workspace))),
    });
    await this.#print(rows, 1);
  }

  /** @param together how many rows may wait for each other before they are shown */
  async #print(rows: AsyncIterable<LogRow>, together: number): Promise<void> {
    if (this.flags.csv) {
      await this.io.print(CSV_HEADER);
      await printLines(this.io, rows, formatCsvRow, together);
    } else if (this.io.json) {
      await printLines(this.io, rows, JSON.stringify, together);
    } else {
      const empty =
        'No log entries match. Use --all to include skips. To try a first run: postback demo.';
      const columns = logColumns(this.io.isTerminal);
      const isFollowing = this.flags.follow;
      const options = isFollowing ? { pageSize: together } : { empty };
      if (!this.io.isTerminal) {
        await printTable(this.io, rows, columns, options);
        return;
      }
      const causes = new LogCauses(this.io);
      await printTable(this.io, causes.watch(rows, isFollowing), columns, options);
      if (!isFollowing) await causes.sayAll();
    }
  }

  #readFilter(): LogFilter {
    const { since, until, status, all, network, goal, event, http, reason } = this.flags;
    const filter: LogFilter = {
      statuses: all && status === undefined ? STATUSES : ((status ?? []) as LogStatus[]),
      networks: (network ?? []).map(readNetworkName),
      goals: goal ?? [],
      events: event ?? [],
      eventIds: (this.flags['event-id'] ?? []).map(toEventId),
      https: (http ?? []).flatMap(readHttpStatuses),
      reasons: reason ?? [],
    };
    if (since !== undefined) filter.sinceMs = since;
    if (until !== undefined) filter.untilMs = until;
    return filter;
  }
}

/** @param rows rows of the log, in words */
function describeDamaged(rows: readonly string[]): string {
  const named = rows.slice(0, 5).join(', ') + (rows.length > 5 ? ', …' : '');
  const words =
    rows.length === 1
      ? '1 row of the delivery log is'
      : `${rows.length} rows of the delivery log are`;
  return `${words} damaged and left out (${named}). Run: postback doctor`;
}

function describeTrimmed(count: number): string {
  const skips = count === 1 ? '1 older skip' : `${count} older skips`;
  return (
    `${skips} without a goal or network ${count === 1 ? 'is' : 'are'} counted and not listed. ` +
    'The setting log.keepSkips says how many are listed.'
  );
}
