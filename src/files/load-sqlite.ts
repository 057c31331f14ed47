import { createRequire } from 'node:module';

let library: typeof import('@photostructure/sqlite') | undefined;

/** Loads SQLite when it is first needed: commands that read no log start without it. */
export function loadSqlite(): typeof import('@photostructure/sqlite') {
  library ??= createRequire(import.meta.url)(
    '@photostructure/sqlite',
  ) as typeof import('@photostructure/sqlite');
  return library;
}
