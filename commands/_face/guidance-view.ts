import type { Guidance } from '../../src/overview/next-steps.js';
import type { IO } from './io.js';
import { wrapText } from './table-layout.js';
import { cleanText } from './text.js';

/** Says where the operator stands and what to type next. It is the answer to `postback`, so it is data: stdout. */
export async function printGuidance(io: IO, guidance: Guidance): Promise<void> {
  const { message } = guidance;
  const steps = guidance.steps.map(({ command, why }) => ({ command: io.hint(command), why: io.hint(why) }));
  const { out } = io.color;
  const width = Math.max(...steps.map(({ command }) => command.length)) + 2;
  const hasRoom = io.width - width - 2 >= 20;
  const lines = steps.flatMap(({ command, why }) => {
    if (!hasRoom) return [`  ${out.bold(command)}`, ...wrapText(why, io.width - 4).map((line) => `    ${line}`)];
    const [first = '', ...more] = wrapText(why, io.width - width - 2);
    return [`  ${out.bold(command.padEnd(width))}${first}`, ...more.map((line) => `${' '.repeat(width + 2)}${line}`)];
  });
  await io.out([...wrapText(cleanText(message), io.width), '', 'Next:', ...lines, ''].join('\n'));
  await io.out(out.dim('postback --help lists every command.'));
}
