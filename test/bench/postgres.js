// A PostgreSQL server of the bench's own, with durable commits, as the tests' kit starts one.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleScript } from '../../scripts/bundle/script.js';

/** Starts it; undefined where PostgreSQL is not installed. */
export async function startBenchDatabase() {
  const script = await bundleScript(join(import.meta.dirname, '..', 'kit', 'postgres.ts'));
  const { findPostgres, startPostgres } = await import(pathToFileURL(script).href);
  rmSync(script);
  if (findPostgres() === undefined) return undefined;
  return startPostgres(['fsync=on', 'full_page_writes=on']);
}
