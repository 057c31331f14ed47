import type { Check } from '../doctor/check.js';
import type { IO } from './io.js';
import { wrapText } from './table-layout.js';
import { cleanCell, countOf } from './text.js';

const MARKS = { pass: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;
const PAINT = { pass: 'green', warn: 'yellow', fail: 'red' } as const;
/** Room for the mark and a blank. */
const INDENT = 5;

/**
 * Prints one check as it ends: on a terminal with why and what to do below it, elsewhere as a line
 * of tabs.
 */
export async function printCheck(io: IO, check: Check): Promise<void> {
  const { id, network = '', result, message, why, next = '' } = check;
  if (!io.isTerminal) {
    await io.print(
      [result, network, id, cleanCell(message), cleanCell(why ?? ''), cleanCell(next)].join('\t'),
    );
    return;
  }
  const { out } = io.color;
  const subject = network === '' ? id : `${network} ${id}`;
  const [first = '', ...more] = wrapText(`${subject}: ${cleanCell(message)}`, io.width - INDENT);
  const lines = [`${out[PAINT[result]](MARKS[result])} ${first}`, ...more.map(indent)];
  if (result !== 'pass') {
    if (why !== undefined)
      lines.push(
        ...wrapText(cleanCell(why), io.width - INDENT).map((line) => indent(out.dim(line))),
      );
    if (next !== '') lines.push(indent(`${out.bold('Next:')} ${cleanCell(next)}`));
  }
  await io.print(lines.join('\n'));
}

/** Prints the overall result for people. */
export async function printVerdict(io: IO, checks: readonly Check[]): Promise<void> {
  const count = (result: Check['result']): number =>
    checks.filter((check) => check.result === result).length;
  const { err } = io.color;
  const [failed, warned] = [count('fail'), count('warn')];
  const words = `${countOf(count('pass'), 'check')} passed`;
  const warnings = warned === 0 ? '' : `, ${err.yellow(countOf(warned, 'warning'))}`;
  await io.info(`${words}${warnings}${failed === 0 ? '' : `, ${err.red(`${failed} failed`)}`}.`);
}

function indent(line: string): string {
  return `${' '.repeat(INDENT)}${line}`;
}
