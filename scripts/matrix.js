// `npm run matrix`: the built program on each supported version of Node: the demo, a send that is
// killed and repeated, and start times against bare Node. Runtimes come from the npm package
// `node`, and are kept in the folder of `--runtimes`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { program } from 'commander';

const PROGRAM = fileURLToPath(new URL('../bin/postback.js', import.meta.url));
const EVENTS = 2_000;
const CLICK = { utm_source: 'amazon_ads', utm_medium: 'amazon' };
/** The account of the sandbox, and its definition for purchases. */
const CONNECTION = {
  POSTBACK_AMAZON_CLIENT_ID: 'amzn1.application-oa2-client.sandbox',
  POSTBACK_AMAZON_CLIENT_SECRET: 'sandbox-secret',
  POSTBACK_AMAZON_REFRESH_TOKEN: 'Atzr|sandbox-refresh-token',
  POSTBACK_AMAZON_REGION: 'na',
  POSTBACK_AMAZON_ACCOUNT: '1234567890123',
};
const GOAL = { id: 'every', name: 'Every', event: 'purchase', trigger: 'repeatable' };

const options = program
  .description('try the built program on several versions of Node')
  .option('--versions <list>', 'versions of the npm package node', '20.19,22,24,26')
  .option('--runtimes <folder>', 'where runtimes are kept', join(tmpdir(), 'postback-runtimes'))
  .option('--rounds <n>', 'starts of each command', '15')
  .parse()
  .opts();

/** Installs a runtime unless it is there, and returns its path. */
function findRuntime(version) {
  const folder = join(options.runtimes, version);
  const runtime = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(runtime)) return runtime;
  mkdirSync(folder, { recursive: true });
  const args = ['install', '--silent', '--no-save', '--prefix', folder, `node@${version}`];
  const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node@${version} cannot be installed: ${stderr}`);
  return runtime;
}

function environment(home, more = {}) {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, POSTBACK_HOME: home, POSTBACK_NO_UPDATE_CHECK: '1', ...more };
}

function runDemo(runtime, folder) {
  const env = environment(join(folder, 'demo'));
  const { status, stderr } = spawnSync(runtime, [PROGRAM, 'demo'], { env, encoding: 'utf8' });
  return status === 0 ? 'ok' : `exit ${status}: ${stderr.slice(-300)}`;
}

function makeEvents() {
  const startMs = Date.now() - 3_600_000;
  return Array.from({ length: EVENTS }, (_, number) =>
    JSON.stringify({
      type: 'track',
      eventName: 'purchase',
      messageId: `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`,
      eventTimestamp: new Date(startMs + number).toISOString(),
      userId: `player-${number}`,
      consentLevel: 'full',
      context: { library: 'matrix', libraryVersion: '1.0.0' },
      properties: {
        ...{ value: '9.99', currency: 'USD', country: 'US', ...CLICK },
        email: `player${number}@example.com`,
      },
    }),
  ).join('\n');
}

/** Kills a send with SIGKILL when the sandbox has something, sends again, and compares. */
async function tryCrash(runtime, folder) {
  const sandbox = spawn(runtime, [PROGRAM, 'sandbox', '--port', '0', '--fault', 'latency:100ms'], {
    env: environment(join(folder, 'sandbox')),
  });
  try {
    const [first] = await once(sandbox.stdout.setEncoding('utf8'), 'data');
    const url = first.trim().split('\n')[0];
    const count = async () => (await (await fetch(`${url}/_sandbox/conversions`)).json()).count;
    const cwd = join(folder, 'work');
    mkdirSync(cwd);
    const goals = [{ ...GOAL, filters: [], enabled: true, map: { amazon: '1234567891' } }];
    writeFileSync(join(cwd, 'postback.config.json'), JSON.stringify({ goals }));
    writeFileSync(join(cwd, 'events.jsonl'), makeEvents());
    const env = environment(join(folder, 'home'), {
      ...{ POSTBACK_GATEWAY: url, POSTBACK_RATE: '0', POSTBACK_CONCURRENCY: '1' },
      ...CONNECTION,
    });
    const args = [PROGRAM, 'send', 'events.jsonl', '--json'];
    const killed = spawn(runtime, args, { cwd, env, stdio: 'ignore' });
    const ended = once(killed, 'exit');
    while ((await count()) === 0 && killed.exitCode === null) await delay(5);
    killed.kill('SIGKILL');
    const [, signal] = await ended;
    const before = await count();
    const again = spawnSync(runtime, args, { cwd, env, encoding: 'utf8' });
    if (again.status !== 0) return `exit ${again.status}: ${again.stderr}${again.stdout}`;
    const { delivered, pending, failed } = JSON.parse(again.stdout);
    const after = await count();
    const isWhole = after === EVENTS && pending + failed === 0;
    return `${isWhole ? 'ok' : 'FAILED'} (${signal ?? 'ended'} at ${before}, then ${delivered}; ${after} held)`;
  } finally {
    sandbox.kill('SIGINT');
    await once(sandbox, 'exit');
  }
}

const STARTS = {
  bare: ['-e', '0'],
  '--version': [PROGRAM, '--version'],
  '--help': [PROGRAM, '--help'],
  status: [PROGRAM, 'status'],
};

/** Returns the fastest of several starts in turn, in milliseconds, by command. */
function timeStarts(runtime, folder) {
  const env = environment(join(folder, 'starts'));
  const fastest = {};
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [name, args] of Object.entries(STARTS)) {
      const start = performance.now();
      spawnSync(runtime, args, { env, stdio: 'ignore' });
      const ms = performance.now() - start;
      fastest[name] = Math.min(fastest[name] ?? Infinity, ms);
    }
  }
  return fastest;
}

const ratio = ({ bare, ...starts }) =>
  Object.entries(starts).map(([name, ms]) => `${name} ${(ms / bare).toFixed(2)}`);

for (const version of options.versions.split(',')) {
  const runtime = findRuntime(version);
  const folder = mkdtempSync(join(tmpdir(), 'postback-matrix-'));
  try {
    const exact = spawnSync(runtime, ['--version'], { encoding: 'utf8' }).stdout.trim();
    const starts = timeStarts(runtime, folder);
    console.log(`${exact}: demo ${runDemo(runtime, folder)}`);
    console.log(`  kill -9 and again: ${await tryCrash(runtime, folder)}`);
    console.log(`  bare node ${starts.bare.toFixed(0)} ms; of that: ${ratio(starts).join(', ')}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
