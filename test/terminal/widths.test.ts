import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasTmux } from '../../scripts/walk/terminal.js';
import { ciVariables, makeFile, makeLine, openLiveSandbox } from '../kit/test-workspace.js';
import { makeFolder, runPostback } from '../kit/run.js';
import { openShell } from '../kit/terminal-shell.js';

const LINES = [
  'postback',
  'postback --help',
  'postback send --help',
  'postback help exit-codes',
  'postback help networks',
  'postback sned',
  'postback send not-there.jsonl',
  'postback goals list',
  'postback map first-purchase amazon twelve',
  'postback status',
  'postback doctor',
  'postback logs --all',
  'postback send events.jsonl',
];

/** Escape sequences of colour. */
// eslint-disable-next-line no-control-regex
const COLOUR = /\u001b\[[0-9;]*m/;

describe.skipIf(!hasTmux()).each([60, 100, 200])('at %d columns', (columns) => {
  test.each([
    ['in colour', {}],
    ['without', { NO_COLOR: '1' }],
  ])(
    '%s nothing is cut by the edge of the screen',
    async (_name, colours: Record<string, string>) => {
      const sandbox = await openLiveSandbox();
      const env = { ...ciVariables(sandbox), ...colours };
      const home = await makeFolder();
      await runPostback(['goals', 'add', '--template', 'first-purchase'], { home });
      await runPostback(['map', 'first-purchase', 'amazon', '1234567890'], { home });
      writeFileSync(
        join(home, 'events.jsonl'),
        `${makeFile(2)}not json\n${makeLine(3, {}, { aref: '' })}\n`,
      );
      await runPostback(['send', 'events.jsonl'], { home, env });
      const shell = await openShell(columns, env, home);
      let colored = '';
      for (const line of LINES) {
        shell.enter(line);
        await shell.ended();
        const [screen, joined] = [shell.terminal.read(), shell.terminal.read({ joined: true })];
        // A line that the terminal had to break is one line when it is read joined. What was typed
        // may be longer.
        const broken = joined
          .split('\n')
          .slice(1)
          .filter((text) => text.trimEnd().length > columns && /\s/.test(text.trim()));
        expect(broken, `${line}\n${screen}`).toEqual([]);
        colored += shell.terminal.read({ colored: true });
      }
      expect(COLOUR.test(colored)).toBe(colours['NO_COLOR'] === undefined);
    },
  );
});
