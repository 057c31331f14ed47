// oclif.manifest.json: what every command takes, so that help and parsing need no command's code.
// It lists our commands and those of oclif's plugins, which are bundled as if they were ours: a
// plugin that is found at the start costs every command 15 ms.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Plugin, settings } from '@oclif/core';

const PLUGINS = ['@oclif/plugin-help'];
const require = createRequire(import.meta.url);

/** Name in dist and file of every command of the plugins. */
export function listPluginCommands() {
  const commands = PLUGINS.flatMap((name) => {
    const { folder, manifest } = readPlugin(name);
    return Object.values(manifest.commands).map(({ relativePath }) => [
      distNameOf(name, relativePath),
      join(folder, ...relativePath),
    ]);
  });
  return Object.fromEntries(commands);
}

/** Writes the manifest at once or not at all. Our commands must have been bundled. */
export async function writeManifest({ root, file }) {
  settings.enableAutoTranspile = false;
  const plugin = new Plugin({
    root,
    type: 'core',
    ignoreManifest: true,
    errorOnManifestCreate: true,
  });
  await plugin.load();
  const { commands, version } = plugin.manifest;
  const foreign = PLUGINS.flatMap((name) =>
    Object.entries(readPlugin(name).manifest.commands).map(([id, command]) => [
      id,
      moveToDist(name, command),
    ]),
  );
  const all = Object.fromEntries(
    [...Object.entries(commands), ...foreign].sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  writeFileSync(`${file}.new`, `${JSON.stringify({ commands: all, version })}\n`);
  renameSync(`${file}.new`, file);
}

function readPlugin(name) {
  const folder = dirname(dirname(require.resolve(name)));
  return {
    folder,
    manifest: JSON.parse(readFileSync(join(folder, 'oclif.manifest.json'), 'utf8')),
  };
}

function moveToDist(name, command) {
  return {
    ...command,
    isESM: false,
    relativePath: ['dist', ...`${distNameOf(name, command.relativePath)}.js`.split('/')],
  };
}

/** `lib/commands/help.js` of `@oclif/plugin-help`: `plugins/help`. */
function distNameOf(_plugin, relativePath) {
  return ['plugins', ...relativePath.slice(2)].join('/').replace(/\.js$/, '');
}
