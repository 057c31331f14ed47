import { resolve } from 'node:path';

import { systemClock } from '../../src/clock.js';
import { loadRunConfig } from '../../src/config/run-config.js';
import { refuseProtected } from '../../src/files/output-file.js';
import { locateLog } from '../../src/config/log-location.js';
import { describeCount } from '../../src/report/words.js';
import { BaseCommand } from '../../src/cli/base-command.js';
import { argument, defineArgs } from '../../src/cli/flags.js';

export default class LogsBackup extends BaseCommand<typeof LogsBackup> {
  static override summary = 'copy the delivery log, even while other processes send';
  static override description =
    'Writes a complete copy of the delivery log, as it was when the copy began, to a new file. ' +
    'Copying delivery.db by hand loses what is only in its -wal file. The copy is verified ' +
    'before it gets its final name. It contains hashed personal data, like the log, and only ' +
    'its owner can read it.';
  static override examples = ['<%= config.bin %> logs backup delivery-backup.db'];
  static override args = defineArgs({
    file: argument({ description: 'a new file', required: true }),
  });

  protected async execute(): Promise<void> {
    const { file } = this.args;
    refuseProtected(file, { flag: 'The output', ...this.protectedFiles([]) });
    const config = loadRunConfig({ flags: this.flags, ...this.environment });
    const workspace = config.workspace.value;
    const { backUpLog } = await import('../../src/log/open-log.js');
    const location = locateLog({ config, environment: this.environment, clock: systemClock });
    const receipt = { workspace, ...(await backUpLog(location, resolve(file))) };
    const { attempts, pending, bytes } = receipt;
    await this.present(receipt, () =>
      this.io.info(
        `Copied the log of workspace ${workspace} to ${file}: ${describeCount(attempts)} ` +
          `attempts, ${describeCount(pending)} pending postbacks, ${describeCount(bytes)} bytes.`,
      ),
    );
  }
}
