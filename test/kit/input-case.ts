import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../cases/input/', import.meta.url));
/** When the sample inputs happened, in seconds. */
const MADE_AT = 1_796_039_906;

/**
 * A sample input of `test/cases/input/` as if it had happened at `timeMs`, an hour ago by default.
 */
export function readInputCase(id: string, timeMs = Date.now() - 3_600_000): string {
  const seconds = Math.floor(timeMs / 1000);
  const [date, time] = new Date(seconds * 1000).toISOString().slice(0, 19).split('T') as [
    string,
    string,
  ];
  return readFileSync(`${FOLDER}${id}.jsonl`, 'utf8')
    .replaceAll(/2026-11-30([T ])11:58:26/g, `${date}$1${time}`)
    .replaceAll(String(MADE_AT), String(seconds));
}
