import type { Guidance } from '../status/next-steps.js';
import type { IO } from './io.js';
import { wrapText } from './table-layout.js';
import { cleanText } from './text.js';

/**
 * Prints the state of the setup and next steps. This is the output of `postback`, so it goes to
 * stdout.
 */
export async function printGuidance(io: IO, guidance: Guidance): Promise<void> {
  const { message } = guidance;
  const steps = guidance.steps.map(({ command, why }) => ({
    command: io.hint(command),
    why: io.hint(why),
  }));
  const { out } = io.color;
  const width = Math.max(...steps.map(({ command }) => command.length)) + 2;
  const hasRoom = io.width - width - 2 >= 20;
  const lines = steps.flatMap(({ command, why }) => {
    if (!hasRoom)
      return [
        `  ${out.bold(command)}`,
        ...wrapText(why, io.width - 4).map((line) => `    ${line}`),
      ];
    const [first = '', ...more] = wrapText(why, io.width - width - 2);
    return [
      `  ${out.bold(command.padEnd(width))}${first}`,
      ...more.map((line) => `${' '.repeat(width + 2)}${line}`),
    ];
  });
  await io.print([...wrapText(cleanText(message), io.width), '', 'Next:', ...lines, ''].join('\n'));
  await io.print(out.dim('postback --help lists every command.'));
}
