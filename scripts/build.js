// Builds dist/, oclif.manifest.json, examples/events.jsonl and man/postback.1. Says nothing when it
// works, and does nothing when nothing has changed. It judges no types: `npm run check` does.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle/bundle.js';
import { listPluginCommands, writeManifest } from './bundle/manifest.js';
import { refreshExamples } from './make-examples.js';
import { writeManPage } from './make-man.js';
import { refreshNetworkLists } from './network-lists.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const manifestFile = join(root, 'oclif.manifest.json');
const cache = join(root, 'node_modules', '.cache', 'postback');
const stampFile = join(cache, 'build.stamp');
const lock = join(cache, 'build.lock');

/**
 * Entries in addition to the commands: the entry point, oclif's help and hook, and what the build
 * itself runs (examples, man page, names of the networks).
 */
const OTHER_ENTRIES = [
  'src/cli/entry-point.ts',
  'src/cli/help.ts',
  'src/cli/help-topics.ts',
  'src/cli/hooks/command-not-found.ts',
  'src/demo/example-events.ts',
  'src/networks/names.ts',
];

process.chdir(root);
mkdirSync(cache, { recursive: true });
await withLock(async () => {
  await build();
  await refreshExamples();
  await writeManPage();
  await refreshNetworkLists();
});

async function build() {
  const sources = ['src', 'commands', 'scripts'].flatMap(listFiles);
  const stamp = stampOf([...sources, 'package.json', 'package-lock.json', 'tsconfig.json']);
  if (
    readText(stampFile) === stamp &&
    existsSync(manifestFile) &&
    existsSync(join(dist, 'package.json'))
  )
    return;
  rmSync(stampFile, { force: true });
  const commands = sources.filter((file) => file.startsWith(`commands${sep}`));
  const plugins = listPluginCommands();
  const entries = { ...namedBySource([...commands, ...OTHER_ENTRIES]), ...plugins };
  const files = await bundle({ root, entries });
  for (const [name, content] of files) writeFile(join(dist, name), Buffer.from(content));
  removeOthers(files);
  try {
    await writeManifest({ root, file: manifestFile });
  } catch (error) {
    // A manifest that outlives its commands hides the new ones (oclif/core#1273): better none.
    rmSync(manifestFile, { force: true });
    throw error;
  }
  writeFileSync(stampFile, stamp);
}

function namedBySource(sources) {
  return Object.fromEntries(
    sources.map((source) => [source.replace(/\.ts$/, '').replaceAll(sep, '/'), source]),
  );
}

/** Writes atomically: a program that runs in the meantime sees the old or the new file. */
function writeFile(file, bytes) {
  if (existsSync(file) && readFileSync(file).equals(bytes)) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, bytes);
  renameSync(`${file}.new`, file);
}

/** Files whose source is gone: oclif would still find them as commands. */
function removeOthers(files) {
  for (const file of listFiles('dist')) {
    if (!files.has(relative('dist', file).replaceAll(sep, '/'))) rmSync(file);
  }
}

function listFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(relative(root, entry.parentPath), entry.name))
    .sort();
}

function stampOf(files) {
  const hash = createHash('sha256').update(process.version);
  for (const file of files)
    hash
      .update(`${file}\0`)
      .update(readText(file) ?? '')
      .update('\0');
  return hash.digest('hex');
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Two builds at once would write the same files: the second waits. A lock older than two minutes
 * was left by a crash.
 */
async function withLock(work) {
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > 120_000) rmSync(lock, { recursive: true, force: true });
      else await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  try {
    await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
