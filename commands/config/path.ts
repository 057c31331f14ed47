import { join } from 'node:path';
import { CredentialStore } from '../../src/accounts/credential-store.js';
import { PROJECT_FILE_NAME } from '../../src/config/project-file.js';
import { UserConfig } from '../../src/config/user-config.js';
import { BaseCommand } from '../../src/cli/base-command.js';
import { printRecord } from '../../src/cli/table.js';

export default class ConfigPath extends BaseCommand<typeof ConfigPath> {
  static override summary = 'show where postback keeps its files';
  static override description = 'Does not read the files, so it works even if one is damaged.';
  static override examples = ['<%= config.bin %> config path'];

  protected async execute(): Promise<void> {
    await this.refuseUnknownWorkspace();
    const { cwd, directories } = this.environment;
    const paths = {
      config: new UserConfig(directories.config).path,
      credentials: new CredentialStore(directories.config).path,
      project: join(cwd, PROJECT_FILE_NAME),
      data: directories.data,
    };
    await this.present(paths, () =>
      printRecord(this.io, [
        ['Config', paths.config],
        ['Credentials', paths.credentials],
        ['Project file', paths.project],
        ['Data', paths.data],
      ]),
    );
  }
}
