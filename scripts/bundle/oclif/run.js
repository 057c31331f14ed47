// Replaces `@oclif/core` in the entry point. Its own index loads all that there is, and checks the
// Node version, which our `engines` do.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Plugin } from '@oclif/core/config';

import { run as runOclif } from '@oclif/core/run';

export { settings } from '@oclif/core/settings';

/**
 * Runs the command of `argv` in the program whose package.json is `pjson`; oclif looks for no other
 * plugin.
 */
export async function run(argv, { root, pjson }) {
  const plugin = new BundledPlugin({ isRoot: true, root, pjson });
  await plugin.load();
  await runOclif(argv, { root, pjson, plugins: new Map([[plugin.name, plugin]]) });
}

/** The program as oclif's one plugin, with the commands of its manifest. */
class BundledPlugin extends Plugin {
  async load() {
    await super.load();
    const manifest = JSON.parse(readFileSync(join(this.root, 'oclif.manifest.json'), 'utf8'));
    this.manifest = manifest;
    this.hasManifest = true;
    this.commandIDs = Object.keys(manifest.commands);
    // In the manifest's order, which the build sorts. oclif would sort by locale, which loads ICU's
    // tables.
    this.commands = Object.entries(manifest.commands).map(([id, command]) => ({
      ...command,
      load: async () => this.findCommand(id, { must: true }),
      pluginAlias: this.alias,
      pluginType: this.type,
    }));
  }

  /** Returns no commands: {@link load} reads them. */
  async _manifest() {
    return { commands: {}, version: this.version };
  }
}
