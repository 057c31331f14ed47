import { rmSync } from 'node:fs';
import { afterAll } from 'vitest';

interface ScriptBundler {
  bundleScript: (source: string) => Promise<string>;
}

/**
 * A TypeScript file as a script for child processes, gone when the tests of this file are. Call at
 * the top of a test file.
 */
export async function makeChildScript(source: URL): Promise<string> {
  const { bundleScript } = (await import(
    new URL('../../scripts/bundle/script.js', import.meta.url).href
  )) as ScriptBundler;
  const script = await bundleScript(source.pathname);
  afterAll(() => rmSync(script, { force: true }));
  return script;
}
