// Writes docs/walk.md: a newcomer's walk in a real terminal (tmux), from install to the first
// delivered conversion on the sandbox. `npm run walk` makes it again; what is shown is what was on
// the screen.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { hasTmux, openTerminal } from './terminal.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const COLUMNS = 96;
const PORT = 8799;

if (!hasTmux()) throw new Error('tmux 3.2 or later is needed');
const home = mkdtempSync(join(tmpdir(), 'postback-walk-'));
const page = [];
const terminals = [];
let commands = 0;
try {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', home], { cwd: root });
  await walk();
  writeFileSync(join(root, 'docs', 'walk.md'), `${page.join('\n')}\n`);
} finally {
  for (const terminal of terminals) terminal.close();
  rmSync(home, { recursive: true, force: true });
}

async function walk() {
  page.push(
    '# Walkthrough: from installation to the first delivered conversion',
    '',
    `\`npm run walk\` recorded this session in a terminal of ${COLUMNS} columns. The sandbox takes the place of Amazon. With a real account, skip step 3`,
    'and see [getting-started.md](getting-started.md) for what Amazon requires first.',
  );
  const main = open();
  section('1. Install');
  await step(main, `npm install --global ./postback-${version}.tgz`, { silent: true });
  await step(main, 'postback --version');
  section('2. First steps', 'Run `postback` without arguments at any time to see what to do next.');
  await step(main, 'postback');
  section('3. Start a sandbox of Amazon', 'Run this in a second terminal and leave it open:');
  const other = open();
  other.type(`postback sandbox --port ${PORT}`);
  other.press('Enter');
  await other.waitFor(/Stop with Ctrl-C/);
  await show(other);
  page.push('', 'Then run the commands that it prints in the first terminal:', '');
  for (const line of other.read().match(/export .*/g))
    await step(main, line.trim(), { silent: true, plain: true });
  section(
    '4. Connect',
    'Normally your browser opens. In this recording the script opened the page and gave consent.',
  );
  await connect(main);
  section('5. Choose which events count', 'Use the arrow keys and Enter to answer.');
  await ask(main, 'postback goals add', [
    [/Which goal\?/, ''],
    [/Which event counts\?/, ''],
    [/What is the goal called\?/, ''],
    [/Filter, such as/, ''],
    [/Save it\?/, ''],
  ]);
  await step(main, 'postback map first-purchase amazon 1234567890');
  await step(main, 'postback map first-purchase amazon 1234567894 --test');
  section('6. Check before sending');
  await step(main, 'postback doctor');
  await step(main, 'postback test --network amazon');
  section('7. Send', 'Send sample events of the last few days:');
  await step(main, 'postback demo --write-events events.jsonl');
  await step(main, 'postback send events.jsonl');
  section('8. Check the results');
  await step(main, 'postback status');
  await step(main, 'postback logs --limit 3');
  await step(main, 'postback');
  other.press('C-c');
}

function open() {
  const terminal = openTerminal({
    columns: COLUMNS,
    rows: 60,
    cwd: home,
    env: {
      PATH: [join(home, 'prefix', 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
      HOME: home,
      ...networkVariables(),
      npm_config_prefix: join(home, 'prefix'),
      npm_config_loglevel: 'error',
      npm_config_fund: 'false',
      npm_config_audit: 'false',
      POSTBACK_NO_UPDATE_CHECK: '1',
    },
  });
  terminals.push(terminal);
  return terminal;
}

/** How this machine reaches the registry. */
function networkVariables() {
  const names = Object.keys(process.env).filter((name) =>
    /proxy|^npm_config|extra_ca_certs|^ssl_/i.test(name),
  );
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim();
  const userconfig = execFileSync('npm', ['config', 'get', 'userconfig'], {
    encoding: 'utf8',
  }).trim();
  const own = {
    npm_config_cache: cache,
    npm_config_userconfig: userconfig,
    npm_config_prefer_offline: 'true',
  };
  return { ...Object.fromEntries(names.map((name) => [name, process.env[name]])), ...own };
}

function section(title, words) {
  page.push('', `## ${title}`, ...(words === undefined ? [] : ['', words]));
}

/**
 * Types a command, waits for its end, and shows what came. `plain`: nothing but the line itself.
 */
async function step(terminal, line, { silent = false, plain = false } = {}) {
  await ask(terminal, line, [], { silent, plain });
}

async function ask(terminal, line, answers, { plain = false } = {}) {
  const end = start(terminal, line);
  for (const [question, text] of answers) {
    await terminal.waitFor(question);
    await delay(200);
    if (text !== '') terminal.type(text);
    terminal.press('Enter');
  }
  await finish(terminal, line, end, plain);
}

function start(terminal, line) {
  terminal.clear();
  commands += 1;
  terminal.type(`${line}; echo "-- $? --${commands}"`);
  terminal.press('Enter');
  return new RegExp(`^-- (\\d+) --${commands}$`, 'm');
}

async function finish(terminal, line, end, plain = false) {
  const [, code] = await terminal.waitFor(end, 30_000);
  if (plain) return void page.push(`    ${line}`);
  await show(terminal, line, code);
}

async function connect(terminal) {
  const line = `postback connect amazon --no-browser`;
  const end = start(terminal, line);
  const [, url] = await terminal.waitFor(/^(http:\S+\/ap\/oa\S+)$/m);
  const place = new URL(url);
  place.searchParams.set('sandbox_user', 'na');
  const { headers } = await fetch(place, { redirect: 'manual' });
  await fetch(headers.get('location').replace('localhost', '127.0.0.1'));
  await finish(terminal, line, end);
}

/** What is on the screen, without what this script typed to find the end. */
async function show(terminal, line, code) {
  const seen = terminal
    .read({ joined: false })
    .split('\n')
    .filter((text) => !/^-- \d+ --\d+$/.test(text) && text.trim() !== '$')
    .map((text) => text.replaceAll(home, '~').trimEnd());
  const first =
    line === undefined
      ? 0
      : seen.findIndex((text, index) => index > 0 && !/^;|--\d+"?$/.test(text));
  const body = line === undefined ? seen : seen.slice(Math.max(1, first));
  page.push('', '```console', ...(line === undefined ? [] : [`$ ${line}`]), ...trim(body), '```');
  if (code !== undefined && code !== '0') page.push('', `Exit code ${code}.`);
}

function trim(lines) {
  const text = lines.join('\n').replace(/^\n+|\n+$/g, '');
  return text === '' ? [] : [text];
}
