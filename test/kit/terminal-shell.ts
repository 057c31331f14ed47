import { symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openTerminal } from '../../scripts/walk/terminal.js';
import { makeFolder, PROGRAM } from './run.js';

export interface TerminalShell {
  home: string;
  terminal: ReturnType<typeof openTerminal>;
  /** Types a command line and presses Enter. */
  enter(line: string): void;
  /** Waits for a question and answers it: text is typed, then Enter; keys by name are pressed. */
  answer(question: RegExp, text: string, ...keys: string[]): Promise<void>;
  /** Waits for the end of the command, whose exit code this gives. */
  ended(): Promise<number>;
}

/** `postback` on the PATH of a shell in a real terminal; closed after the test. */
export async function openShell(
  columns: number,
  env: NodeJS.ProcessEnv = {},
  home?: string,
): Promise<TerminalShell> {
  const [place, bin] = [home ?? (await makeFolder()), await makeFolder()];
  symlinkSync(PROGRAM, join(bin, 'postback'));
  const variables = {
    PATH: [bin, dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
    HOME: place,
    POSTBACK_HOME: place,
    POSTBACK_NO_UPDATE_CHECK: '1',
    ...(Object.fromEntries(
      Object.entries(env).filter(([, value]) => value !== undefined),
    ) as Record<string, string>),
  };
  const terminal = openTerminal({ columns, rows: 60, cwd: place, env: variables });
  onTestFinished(() => terminal.close());
  await terminal.waitFor(/\$/);
  let count = 0;
  return {
    home: place,
    terminal,
    enter: (line) => {
      terminal.clear();
      count += 1;
      terminal.type(`${line}; echo "ended-${count}:$?"`);
      terminal.press('Enter');
    },
    async answer(question, text, ...keys) {
      await terminal.waitFor(question);
      if (text !== '') terminal.type(text);
      terminal.press(...(keys.length > 0 ? keys : ['Enter']));
    },
    async ended() {
      const [, code] = await terminal.waitFor(new RegExp(`^ended-${count}:(\\d+)`, 'm'));
      return Number(code);
    },
  };
}
