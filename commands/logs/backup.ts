import { join, resolve } from 'node:path';

import { loadRunConfig } from '../../src/config/run-config.js';
import { refuseProtected } from '../../src/files/output-file.js';
import { describeCount } from '../../src/report/words.js';
import { BaseCommand } from '../_face/base-command.js';
import { argument, defineArgs } from '../_face/flags.js';

export default class LogsBackup extends BaseCommand<typeof LogsBackup> {
  static override summary = 'copy the delivery log, also while others send';
  static override description =
    'Writes a whole copy of the delivery log into one new file: everything that was recorded when the copy began. Copying ' +
    'delivery.db itself loses what is only in its -wal file. The copy is checked before it gets its name. It holds hashed ' +
    'personal data, as the log does, and only its owner can read it.';
  static override examples = ['<%= config.bin %> logs backup delivery-backup.db'];
  static override args = defineArgs({ file: argument({ description: 'a new file', required: true }) });

  protected async execute(): Promise<void> {
    const { file } = this.args;
    refuseProtected(file, { flag: 'The output', ...this.protectedFiles([]) });
    const workspace = loadRunConfig({ flags: this.flags, ...this.environment }).workspace.value;
    const path = join(this.environment.directories.data, workspace, 'delivery.db');
    const { backUpLog } = await import('../../src/log/backup.js');
    const receipt = { workspace, ...backUpLog(path, workspace, resolve(file)) };
    const { attempts, pending, bytes } = receipt;
    await this.present(receipt, () =>
      this.io.remark(
        `Copied the log of workspace ${workspace} to ${file}: ${describeCount(attempts)} attempts, ` +
          `${describeCount(pending)} pending postbacks, ${describeCount(bytes)} bytes.`,
      ),
    );
  }
}
