import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { NetworkName } from '../../src/networks/names.js';
import { SANDBOX_SEEDS } from '../../src/sandbox/networks.js';
import { SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET } from '../../src/sandbox/amazon/seed.js';
import {
  SANDBOX_GOOGLE_CLIENT_ID,
  SANDBOX_GOOGLE_CLIENT_SECRET,
} from '../../src/sandbox/google/seed.js';
import { SANDBOX_META_APP_ID, SANDBOX_META_APP_SECRET } from '../../src/sandbox/meta/seed.js';
import {
  SANDBOX_REDDIT_CLIENT_ID,
  SANDBOX_REDDIT_CLIENT_SECRET,
} from '../../src/sandbox/reddit/seed.js';
import { SANDBOX_TIKTOK_APP_ID, SANDBOX_TIKTOK_APP_SECRET } from '../../src/sandbox/tiktok/seed.js';
import { makeSeededRandom } from '../kit/seeded-random.js';
import { SEED } from '../kit/seed.js';
import { type EchoProxy, findEchoes, startEchoProxy } from '../kit/echo-proxy.js';
import { makeLine, steer, TestWorkspace } from '../kit/test-workspace.js';
import { makeRepeatableGoals, NETWORK_CLICKS, VISIT } from '../kit/networks.js';
import { runPostback, spawnPostback } from '../kit/run.js';

const DAY_MS = 86_400_000;
/** The applications that the sandbox knows: id and secret. */
const CLIENTS = {
  amazon: [SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET],
  meta: [SANDBOX_META_APP_ID, SANDBOX_META_APP_SECRET],
  tiktok: [SANDBOX_TIKTOK_APP_ID, SANDBOX_TIKTOK_APP_SECRET],
  google: [SANDBOX_GOOGLE_CLIENT_ID, SANDBOX_GOOGLE_CLIENT_SECRET],
  reddit: [SANDBOX_REDDIT_CLIENT_ID, SANDBOX_REDDIT_CLIENT_SECRET],
} as const;
const LOGINS = Object.keys(CLIENTS) as (keyof typeof CLIENTS)[];

interface Scan {
  workspace: TestWorkspace;
  proxy: EchoProxy;
  /** What each call wrote, by its command line. */
  outputs: [command: string, text: string][];
  env: NodeJS.ProcessEnv;
  run: (args: readonly string[], input?: string) => Promise<number | null>;
}

async function openScan(): Promise<Scan> {
  const workspace = await TestWorkspace.create({
    goals: makeRepeatableGoals(),
    sandbox: { processingMs: 0 },
  });
  const random = makeSeededRandom(SEED);
  const aliases = new Map<string, string>();
  const clients: NodeJS.ProcessEnv = {};
  for (const [network, [id, known]] of Object.entries(CLIENTS)) {
    const given = `${network}-${makeText(random, 32)}`;
    aliases.set(given, known);
    clients[`POSTBACK_${network.toUpperCase()}_CLIENT_ID`] = id;
    clients[`POSTBACK_${network.toUpperCase()}_CLIENT_SECRET`] = given;
  }
  const proxy = await startEchoProxy(workspace.sandbox.url, aliases, SEED);
  const env: NodeJS.ProcessEnv = {
    ...clients,
    POSTBACK_GATEWAY: proxy.url,
    POSTBACK_RATE: '0',
    POSTBACK_MAX_ATTEMPTS: '1',
    POSTBACK_DEBUG: '1',
    DEBUG: '*',
  };
  const outputs: Scan['outputs'] = [];
  const run: Scan['run'] = async (args, input = '') => {
    const options = { home: workspace.home, cwd: workspace.cwd, env, input, timeoutMs: 60_000 };
    const { code, stdout, stderr } = await runPostback(args, options);
    outputs.push([args.join(' '), stdout + stderr]);
    return code;
  };
  return { workspace, proxy, outputs, env, run };
}

function makeText(random: () => number, length: number): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
}

/** Signs in as a browser does, and keeps the page that it shows. */
async function login(
  { workspace, env, outputs }: Scan,
  network: NetworkName,
  account: string,
): Promise<void> {
  const flag = network === 'amazon' ? '--account' : network === 'google' ? '--customer' : '--pixel';
  const args = ['connect', network, '--no-browser', '--port=18798', flag, account, '--replace'];
  if (network === 'amazon') args.push('--audiences', '--region', 'na');
  const running = await spawnPostback(args, { env, home: workspace.home, cwd: workspace.cwd });
  const [, url] = await running.waitFor('stderr', /^(http\S+)\r?\n/m);
  const consent = await fetch(url!, { redirect: 'manual' });
  const callback = (consent.headers.get('location') ?? '').replace('localhost', '127.0.0.1');
  const page = await (await fetch(callback)).text();
  const { code, stdout, stderr } = await running.finished;
  expect([network, code, stderr.replace(url!, '')]).toEqual([network, 0, expect.anything()]);
  outputs.push(
    [`${args.join(' ')} (page)`, page],
    [args.join(' '), stdout + stderr.replace(url!, '')],
  );
}

/** A purchase for each network. */
function makePurchases(first: number, changes: Record<string, string> = {}): string {
  return Object.values(NETWORK_CLICKS)
    .map((click, index) =>
      makeLine(first + index, changes, {
        utm_source: undefined,
        utm_medium: undefined,
        ...VISIT,
        ...click,
      }),
    )
    .join('\n');
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function expectNothing({ workspace, proxy, outputs }: Scan): void {
  for (const [command, text] of outputs) {
    expect([command, findEchoes(text, proxy.secrets)]).toEqual([command, []]);
  }
  const files = [...listFiles(workspace.home), ...listFiles(workspace.cwd)];
  for (const file of files.filter((name) => !name.endsWith('credentials.json'))) {
    expect([file, findEchoes(readFileSync(file).toString('latin1'), proxy.secrets)]).toEqual([
      file,
      [],
    ]);
  }
}

test('B1: no command prints or stores a secret that the sandbox ever gave', async () => {
  const scan = await openScan();
  const { workspace, proxy, run } = scan;
  const path = (name: string): string => join(workspace.cwd, name);
  const accounts = new Map(
    SANDBOX_SEEDS.map(({ connection }) => [connection.network, connection.account]),
  );
  // The user of Reddit's consent page has this pixel.
  accounts.set('reddit', 'a2_sandboxsolo');
  for (const network of LOGINS) await login(scan, network, accounts.get(network)!);
  const x = SANDBOX_SEEDS.find(({ connection }) => connection.network === 'x')!;
  await run(
    ['connect', 'x', '--token-stdin', '--pixel', accounts.get('x')!],
    x.secrets.accessToken,
  );
  expect(proxy.secrets.size).toBeGreaterThan(10);

  writeFileSync(path('events.jsonl'), `${makePurchases(1)}\n`);
  writeFileSync(
    path('old.jsonl'),
    `${makePurchases(101, { eventTimestamp: new Date(Date.now() - DAY_MS).toISOString() })}\n`,
  );
  writeFileSync(
    path('people.jsonl'),
    `${JSON.stringify({ externalUserId: 'p-1', email: 'p1@example.com', country: 'US' })}\n`,
  );
  for (const args of [
    ['status'],
    ['status', '--json'],
    ['doctor'],
    ['doctor', '--json'],
    ['map'],
    ['map', '--json'],
    ['map', 'level-10', 'amazon', '999'],
    ['goals', 'list', '--json'],
    ['validate', 'events.jsonl', '--json'],
    ['send', 'events.jsonl', '--dry-run', '--json', '--requests', 'requests.jsonl'],
    ['send', 'events.jsonl', '--rejects', 'rejects.jsonl'],
    ['backfill', 'old.jsonl', '--yes', '--json'],
    ['tail', 'events.jsonl', '--from', 'start', '--dry-run', '--json'],
  ]) {
    await run(args);
  }
  await run(['tail', '-', '--json'], `${makePurchases(201)}\n`);
  for (const status of [400, 401, 500]) {
    await steer(workspace.sandbox, 'POST', '/faults', { status, match: '*', times: 12 });
    await run(['send', '-', '--rejects', 'rejects.jsonl'], makePurchases(300 + status));
    await run(['send', '-', '--json'], makePurchases(1300 + status));
    await run(['doctor']);
    await run(['test']);
    await steer(workspace.sandbox, 'DELETE', '/faults');
  }
  for (const args of [
    ['replay', '--state', 'failed', '--yes'],
    ['replay', '--state', 'pending', '--all', '--yes', '--json'],
    ['test', '--json'],
    ['logs', '--all'],
    ['logs', '--all', '--json'],
    ['logs', '--csv'],
    ['explain', 'events.jsonl'],
    ['explain', 'events.jsonl', '--json', '--verbose'],
    ['stats', '--json'],
    ['stats', '--format', 'prometheus'],
    ['report', '--out', 'report.html'],
    ['audiences', 'create', '--name', 'Players', '--external-id', 'players', '--json'],
    ['audiences', 'create', '--name', 'Players', '--external-id', 'players'],
    ['audiences', 'list'],
    ['audiences', 'sync', 'players', 'people.jsonl', '--wait'],
    ['audiences', 'status', '1'],
    ['audiences', 'list', '--json'],
    ['erase', '--user-id', 'player-1', '--yes', '--json'],
    ['config', 'show'],
    ['config', 'show', '--json'],
    ['config', 'export', '--out', 'exported.json'],
    ['workspaces'],
    ['disable', 'meta'],
    ['enable', 'meta'],
  ]) {
    await run(args);
  }
  await steer(workspace.sandbox, 'POST', '/grants/revoke');
  for (const args of [
    ['send', 'events.jsonl'],
    ['doctor', '--json'],
    ['status'],
    ['audiences', 'list'],
  ])
    await run(args);
  await run(['send', '-', '--json'], makePurchases(901));
  for (const status of [400, 500]) {
    proxy.refuse('/token', status);
    await run(['send', '-', '--json'], makePurchases(2000 + status));
    await run(['doctor']);
    await run(
      ['connect', 'x', '--token-stdin', '--pixel', 'nosuch', '--replace'],
      x.secrets.accessToken,
    );
  }
  for (const network of [...LOGINS, 'x']) await run(['disconnect', network, '--yes']);
  await run(['status', '--json']);
  expect(scan.outputs.map(([, text]) => text).join('')).toContain('***');
  expectNothing(scan);
}, 600_000);
