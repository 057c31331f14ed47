// Writes examples/events.jsonl with events of the days before --now. The build rewrites the file
// after half a day, because networks accept only events of the last few days. Therefore it is not
// committed.
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = join(root, 'examples', 'events.jsonl');
const STALE_MS = 12 * 3_600_000;

/** Writes the file where there is none, or one that is half a day old. */
export async function refreshExamples() {
  const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  if (age >= STALE_MS) await writeExamples(file, { nowMs: Date.now() });
}

async function writeExamples(path, { nowMs, seed }) {
  const built = pathToFileURL(join(root, 'dist', 'src', 'demo', 'example-events.js'));
  const { formatExampleEvents, makeExampleEvents } = await import(built.href);
  writeFileSync(path, formatExampleEvents(makeExampleEvents(nowMs, seed)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { program } = await import('commander');
  const { out, now, seed } = program
    .description('write made-up events of the last days')
    .option('--out <file>', 'where to', file)
    .option('--now <time>', 'the end of the last day, ISO 8601', new Date().toISOString())
    .option('--seed <number>', 'another game', Number)
    .parse()
    .opts();
  await writeExamples(out, { nowMs: Date.parse(now), seed });
}
