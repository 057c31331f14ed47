// Builds dist/, oclif.manifest.json and examples/events.jsonl. Says nothing when it works, and does nothing when nothing has changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Plugin, settings } from '@oclif/core';
import { refreshExamples } from './make-examples.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const manifestFile = join(root, 'oclif.manifest.json');
const cache = join(root, 'node_modules', '.cache', 'postback');
const stampFile = join(cache, 'build.stamp');
const buildInfo = join(cache, 'tsc.tsbuildinfo');
const lock = join(cache, 'build.lock');

process.chdir(root);
mkdirSync(cache, { recursive: true });
await withLock(async () => {
  await build();
  if (!process.exitCode) await refreshExamples();
});

async function build() {
  const sources = listSources();
  const stamp = stampOf([...sources, 'package.json', 'package-lock.json', 'tsconfig.json', 'scripts/build.js']);
  if (readText(stampFile) === stamp && existsSync(manifestFile) && outputsExist(sources)) return;
  rmSync(stampFile, { force: true });
  if (!existsSync(dist)) rmSync(buildInfo, { force: true });
  let ok = compile();
  if (!outputsExist(sources)) {
    rmSync(buildInfo, { force: true });
    rmSync(dist, { recursive: true, force: true });
    ok = compile();
  }
  removeOrphans(listSources());
  try {
    await writeManifest();
  } catch (error) {
    // A manifest that outlives its commands hides the new ones (oclif/core#1273): better none.
    rmSync(manifestFile, { force: true });
    throw error;
  }
  if (ok) writeFileSync(stampFile, stamp);
  else process.exitCode = 1;
}

function listSources() {
  return ['src', 'commands'].flatMap(listFiles).filter((file) => file.endsWith('.ts'));
}

function compile() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [tsc, '-p', 'tsconfig.json', '--incremental', '--tsBuildInfoFile', buildInfo];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) process.stderr.write(stdout);
  return status === 0;
}

async function writeManifest() {
  settings.enableAutoTranspile = false;
  const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
  await plugin.load();
  const { commands, version } = plugin.manifest;
  const sorted = Object.fromEntries(Object.entries(commands).sort(([a], [b]) => (a < b ? -1 : 1)));
  // Whoever runs the program meanwhile finds the old manifest or the new one, never half of it.
  writeFileSync(`${manifestFile}.new`, `${JSON.stringify({ commands: sorted, version }, null, 1)}\n`);
  renameSync(`${manifestFile}.new`, manifestFile);
}

function outputOf(source) {
  return join('dist', source.replace(/\.ts$/, '.js'));
}

function outputsExist(sources) {
  return sources.every((source) => source.endsWith('.d.ts') || existsSync(outputOf(source)));
}

/** Outputs whose source is gone: oclif would still find them as commands. */
function removeOrphans(sources) {
  const wanted = new Set(sources.flatMap((source) => [outputOf(source), `${outputOf(source)}.map`]));
  for (const file of listFiles('dist')) if (!wanted.has(file)) rmSync(file);
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

/** Two builds at once would write the same files: the second waits. A lock older than two minutes was left by a crash. */
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
