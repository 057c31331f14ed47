import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { isJsonObject } from '../json.js';

/** What the registry said last, and when it was asked. Milliseconds since the epoch. */
export interface RememberedVersion {
  askedAtMs: number;
  /** Absent where the registry did not answer. */
  latest?: string;
}

/** Reads what is remembered in `folder`; nothing where there is nothing that can be read. Never throws. */
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

/** Remembers in `folder`. A folder that cannot be written is none of the operator's concern: never throws. */
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
