import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { isJsonObject } from '../json.js';

/** Last version from the registry, and the time of the request in milliseconds since the epoch. */
export interface RememberedVersion {
  askedAtMs: number;
  /** Absent where the registry did not answer. */
  latest?: string;
}

/** Reads the stored version in `folder`; undefined if missing or unreadable. Never throws. */
export function recallVersion(folder: string): RememberedVersion | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(pathIn(folder), 'utf8'));
    if (!isJsonObject(content) || typeof content['askedAtMs'] !== 'number') return undefined;
    const { askedAtMs, latest } = content;
    return typeof latest === 'string' ? { askedAtMs, latest } : { askedAtMs };
  } catch {
    return undefined;
  }
}

/**
 * Stores the version in `folder`. Never throws, because an unwritable folder does not matter to the
 * operator.
 */
export function rememberVersion(folder: string, remembered: RememberedVersion): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(pathIn(folder), JSON.stringify(remembered));
  } catch {
    // It is asked again next time.
  }
}

function pathIn(folder: string): string {
  return join(folder, 'version.json');
}
