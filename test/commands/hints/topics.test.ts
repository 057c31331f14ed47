import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { openHintWorkspace, testHints } from '../../kit/hints.js';

const DOCS = fileURLToPath(new URL('../../../docs', import.meta.url));

testHints(
  [
    'help',
    'help amazon',
    'help audiences-guide',
    'help events-guide',
    'help sandbox-guide',
    'help topics',
  ],
  'operator 2: pages for operators travel with the program, and what it says about them is right',
  async () => {
    const { follow } = await openHintWorkspace();
    const list = (await follow('postback help topics')).stdout;
    const names = [...list.matchAll(/^ {2}([\w-]+) {2}/gm)].map(([, name]) => name!);
    const pages = ['', 'networks'].flatMap((folder) =>
      readdirSync(join(DOCS, folder)).filter(
        (name) => name.endsWith('.md') && name !== 'README.md',
      ),
    );
    for (const page of pages) {
      const name = basename(page, '.md');
      expect(names).toContain(names.includes(`${name}-guide`) ? `${name}-guide` : name);
    }

    const help = await follow('postback connect --help');
    expect(help.stdout.replace(/\s+/g, ' ')).toContain('`postback help amazon`');
    expect((await follow('postback help amazon')).stdout).toMatch(
      /^AMAZON ADS\n\n {2}Conversions go to[^]*BEFORE THE FIRST CONNECT/,
    );
    expect((await follow('postback help events-guide')).stdout).toMatch(/^EVENTS\n/);
    expect((await follow('postback help audiences-guide')).stdout).toContain('externalUserId');
    expect((await follow('postback help faults')).stdout).toMatch(/^ {2}429:10% +one request/m);
    expect((await follow('postback help sandbox-guide')).stdout).toContain('FAULTS');
    expect((await follow('postback sandbox --help')).stdout).toMatch(
      /\nGuide: postback help sandbox-guide\n$/,
    );

    const typo = await follow('postback help trobleshooting');
    expect([typo.code, typo.stderr]).toEqual([
      2,
      expect.stringContaining('Next: postback help troubleshooting'),
    ]);
    expect((await follow('postback help troubleshooting')).code).toBe(0);
    const unknown = await follow('postback help zzzzzz');
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringMatching(/Unknown command "zzzzzz"\.\nNext: postback help topics\n/),
    ]);
  },
);
