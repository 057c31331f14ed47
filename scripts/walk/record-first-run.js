// Part of `npm run walk`: types the commands of the section "First conversion" of README.md into a
// real terminal, and draws its screen as docs/first-run.svg.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasTmux, openTerminal } from './terminal.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const COLUMNS = 100;
/** Size of one character in the drawing, in pixels. */
const CHARACTER = { width: 8.4, height: 19 };
const MARGIN = 20;
const PROMPT = '$ ';

if (!hasTmux()) throw new Error('tmux 3.2 or later is needed');
const home = mkdtempSync(join(tmpdir(), 'postback-first-run-'));
let terminal;
try {
  terminal = openTerminal({ columns: COLUMNS, rows: 60, cwd: home, env: makeEnvironment() });
  const screen = await record(readCommands());
  writeFileSync(join(root, 'docs', 'first-run.svg'), draw(screen));
} finally {
  terminal?.close();
  rmSync(home, { recursive: true, force: true });
}

/** The commands of the first `sh` block after the heading. */
function readCommands() {
  const text = readFileSync(join(root, 'README.md'), 'utf8').split('## First conversion')[1];
  const [, block] = /```sh\n([^]*?)```/.exec(text);
  return block
    .split('\n')
    .map((line) => line.replace(/ +#.*$/, ''))
    .filter(Boolean);
}

/** Nothing of this machine, and `postback` on the PATH. */
function makeEnvironment() {
  const bin = join(home, 'bin');
  const program = join(root, 'bin', 'postback.js');
  mkdirSync(bin);
  writeFileSync(join(bin, 'postback'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(join(bin, 'postback'), 0o755);
  return {
    PATH: [bin, dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
    HOME: home,
    POSTBACK_HOME: join(home, 'home'),
    POSTBACK_NO_UPDATE_CHECK: '1',
  };
}

async function record(commands) {
  const lines = [];
  for (const [index, command] of commands.entries()) {
    terminal.clear();
    // The prompt is the last line when a command has ended; the mark tells which one.
    terminal.type(`PS1='${index}> '`);
    terminal.press('Enter');
    await terminal.waitFor(new RegExp(`^${index}>$`, 'm'));
    terminal.clear();
    terminal.type(command);
    terminal.press('Enter');
    await terminal.waitFor(new RegExp(`\\n${index}>$`));
    const [, ...output] = terminal.read().split('\n');
    lines.push(PROMPT + command, ...output.slice(0, -1), '');
  }
  return lines.map((line) => line.replaceAll(home, '~').trimEnd());
}

function draw(lines) {
  const width = Math.ceil(COLUMNS * CHARACTER.width) + 2 * MARGIN;
  const height = lines.length * CHARACTER.height + 2 * MARGIN;
  const rows = lines.map((line, index) => {
    const y = MARGIN + (index + 1) * CHARACTER.height - 5;
    const kind = line.startsWith(PROMPT) ? ' class="command"' : '';
    return `<text x="${MARGIN}" y="${y}"${kind} xml:space="preserve">${escapeXml(line)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">A terminal: the commands of the first conversion on the sandbox, and what they print</title>
<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d0d7de}.command{fill:#fff;font-weight:bold}</style>
<rect width="100%" height="100%" rx="8" fill="#1f2328"/>
${rows.join('\n')}
</svg>
`;
}

function escapeXml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
