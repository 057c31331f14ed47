import { systemClock } from '../../src/clock.js';
import { loadRunConfig } from '../../src/config/run-config.js';
import { locateLog } from '../../src/config/log-location.js';
import { parseLogUrl } from '../../src/config/log-url.js';
import { UsageError } from '../../src/errors.js';
import { BaseCommand } from '../../src/cli/base-command.js';
import { EXIT } from '../../src/cli/exit-codes.js';
import { argument, defineArgs, defineFlags, toggle } from '../../src/cli/flags.js';
import { describeCount } from '../../src/report/words.js';

export default class LogsMove extends BaseCommand<typeof LogsMove> {
  static override summary = 'copy the delivery log of this machine to PostgreSQL';
  static override description =
    'Copies the ids of everything sent, once-per-player locks, clicks, aliases, suppressions, ' +
    'audience lists, and pending, failed and skipped postbacks. What the database has already ' +
    'stays, so the command can be run again. Then set log.url on each machine. A password comes ' +
    'from PGPASSWORD or PGPASSFILE.';
  static override examples = [
    '<%= config.bin %> logs move postgres://postback@db.example.com/postback',
  ];
  static override args = defineArgs({
    url: argument({ description: 'address of the database', required: true }),
  });
  static override flags = defineFlags({
    history: toggle({ summary: 'copy the attempts too, so that logs and stats show them' }),
  });
  static override notes = { exitCodes: [EXIT.interrupted, EXIT.terminated] };

  protected async execute(): Promise<void> {
    const { url } = this.args;
    const address = parseLogUrl(url);
    if ('problem' in address)
      throw new UsageError('bad_log_url', `The address of the database ${address.problem}.`);
    if (address.password !== undefined) {
      throw new UsageError('password_in_argument', 'The address holds a password.', {
        hint: 'Other users can read arguments. Leave it out and set PGPASSWORD or PGPASSFILE.',
      });
    }
    const config = loadRunConfig({ flags: this.flags, ...this.environment });
    const { server, ...from } = locateLog({
      config,
      environment: this.environment,
      clock: systemClock,
    });
    const variables = server?.variables ?? this.environment.variables;
    const { moveLog } = await import('../../src/log/move-log.js');
    const receipt = await moveLog(
      from,
      { ...from, server: { url, variables } },
      {
        history: this.flags.history,
        signal: this.signal,
        report: (what, count) => {
          if (this.io.isTerminal && count > 0)
            void this.io.info(`${what}: ${describeCount(count)}`);
        },
      },
    );
    await this.present({ workspace: from.workspace, ...receipt }, async () => {
      const { ids, rows, requests, prunedIds } = receipt;
      await this.io.info(
        `Copied the log of workspace ${from.workspace} to ${receipt.to}: ${describeCount(ids)} ids, ` +
          `${describeCount(rows.postback)} postbacks, ${describeCount(rows.once_lock)} locks, ` +
          `${describeCount(requests)} requests.`,
      );
      if (prunedIds > 0)
        await this.io.info(
          `${describeCount(prunedIds)} deliveries were pruned and could not be copied: do not send ` +
            'their files again.',
        );
      await this.io.info('The log on this machine was not changed. Set log.url on each machine.');
    });
  }
}
