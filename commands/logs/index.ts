import { toEventId } from '../../src/events/event-id.js';
import { join } from 'node:path';
import { readNetworkName } from '../../src/networks/mapping-check.js';
import { checkFilterValues } from '../_face/filter-values.js';
import { systemClock } from '../../src/clock.js';
import { loadRunConfig } from '../../src/config/run-config.js';
import type { LogRow, LogStatus } from '../../src/log/attempt-rows.js';
import type { LogFilter } from '../../src/log/query.js';
import { BaseCommand } from '../_face/base-command.js';
import { defineFlags, integer, list, moment, toggle } from '../_face/flags.js';
import { EXIT } from '../_face/exit-codes.js';
import { CSV_HEADER, describeFollowing, formatCsvRow, logColumns, readHttpStatus } from '../_face/log-view.js';
import { printLines, printTable } from '../_face/table.js';

const STATUSES = ['success', 'accepted', 'failed', 'retried', 'skipped'] as const satisfies readonly LogStatus[];
/** Rows on a terminal unless --limit says otherwise; data that is piped away is never cut. */
const TERMINAL_ROWS = 50;
/** Rows of before that --follow begins with, unless --since or --limit says otherwise. */
const BACKLOG_ROWS = 10;
/** Lines of CSV or JSON that are written at once. */
const LINES_A_WRITE = 200;

interface Place {
  path: string;
  workspace: string;
}

export default class Logs extends BaseCommand<typeof Logs> {
  static override summary = 'the delivery log: every attempt';
  static override description =
    'One row an attempt, oldest first; skips too with --status skipped or --all. On a terminal the newest 50. With ' +
    '--follow the newest 10, then each row as it is recorded, by whatever process, until Ctrl-C. Times are local on a ' +
    'terminal and UTC in data.';
  static override examples = [
    '<%= config.bin %> logs --since 1h',
    '<%= config.bin %> logs --status failed --json',
    '<%= config.bin %> logs --follow --all',
    '<%= config.bin %> logs --since 7d --csv > deliveries.csv',
    '<%= config.bin %> logs --all --event-id 7f1f2b0e-6a54-4f0a-9d55-0c3b2f4f9a10',
  ];
  static override flags = defineFlags({
    since: moment({ summary: 'from this time: 1h, 24h, 7d, 30d ago or ISO 8601' }),
    until: moment({ summary: 'up to this time' }),
    status: list({ summary: 'only these outcomes', choices: STATUSES, helpValue: STATUSES.join('|') }),
    all: toggle({ summary: 'attempts and skips' }),
    network: list({ summary: 'only these networks', helpValue: 'NAME' }),
    goal: list({ summary: 'only these goals', helpValue: 'ID' }),
    event: list({ summary: 'only these event names', helpValue: 'NAME' }),
    'event-id': list({ summary: 'only these events', helpValue: 'ID', whole: true }),
    http: list({ summary: 'only these HTTP statuses', helpValue: 'STATUS' }),
    reason: list({ summary: 'only these reasons', helpValue: 'REASON' }),
    limit: integer({ summary: 'at most this many, the newest', min: 1 }),
    follow: toggle({ char: 'f', summary: 'go on with each new row until Ctrl-C', exclusive: ['until'] }),
    csv: toggle({ summary: 'print CSV for a spreadsheet', exclusive: ['json'] }),
  });
  static override notes = { exitCodes: [EXIT.interrupted, EXIT.terminated] };

  protected async execute(): Promise<void> {
    const config = loadRunConfig({ flags: this.flags, ...this.environment });
    await checkFilterValues(config, this.environment.directories, this.flags);
    const workspace = config.workspace.value;
    const place = { path: join(this.environment.directories.data, workspace, 'delivery.db'), workspace };
    if (this.flags.follow) await this.#follow(place);
    else await this.#show(place);
  }

  async #show({ path, workspace }: Place): Promise<void> {
    const { openQuery } = await import('../../src/log/open-query.js');
    const opened = openQuery(path, workspace);
    try {
      const filter = this.#readFilter();
      const limit = this.flags.limit ?? (this.io.isTerminal && !this.io.json ? TERMINAL_ROWS : undefined);
      const { query } = opened ?? {};
      const rows = limit === undefined ? query?.oldestFirst(filter) : query?.newest(filter, limit);
      await this.#print(rows ?? [], LINES_A_WRITE);
    } finally {
      opened?.close();
    }
  }

  async #follow(place: Place): Promise<void> {
    const { followLog } = await import('../../src/log/follow-log.js');
    const { limit, since } = this.flags;
    const rows = followLog({
      ...place,
      filter: this.#readFilter(),
      backlog: limit ?? (since === undefined ? BACKLOG_ROWS : undefined),
      clock: systemClock,
      signal: this.signal,
      tell: (state) => void this.io.remark(this.io.color.err.dim(describeFollowing(state, place.workspace))),
    });
    await this.#print(rows, 1);
  }

  /** @param together how many rows may wait for each other before they are shown */
  async #print(rows: Iterable<LogRow> | AsyncIterable<LogRow>, together: number): Promise<void> {
    if (this.flags.csv) {
      await this.io.out(CSV_HEADER);
      await printLines(this.io, rows, formatCsvRow, together);
    } else if (this.io.json) {
      await printLines(this.io, rows, JSON.stringify, together);
    } else {
      const empty = 'Nothing in the log matches. Skips are shown with --all; a first run: postback demo.';
      const columns = logColumns(this.io.isTerminal);
      await printTable(this.io, rows, columns, this.flags.follow ? { pageSize: together } : { empty });
    }
  }

  #readFilter(): LogFilter {
    const { since, until, status, all, network, goal, event, http, reason } = this.flags;
    const filter: LogFilter = {
      statuses: all ? STATUSES : ((status ?? []) as LogStatus[]),
      networks: (network ?? []).map(readNetworkName),
      goals: goal ?? [],
      events: event ?? [],
      eventIds: (this.flags['event-id'] ?? []).map(toEventId),
      https: (http ?? []).map(readHttpStatus),
      reasons: reason ?? [],
    };
    if (since !== undefined) filter.sinceMs = since;
    if (until !== undefined) filter.untilMs = until;
    return filter;
  }
}
