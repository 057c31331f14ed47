import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NETWORK_NAMES } from '../../src/networks/names.js';
import { variablesOf } from '../../src/networks/profiles.js';
import { type EchoProxy, findEchoes, startEchoProxy } from '../kit/echo-proxy.js';
import { makeLine, steer, TestWorkspace } from '../kit/test-workspace.js';
import { makeRepeatableGoals, NETWORK_CLICKS, VISIT } from '../kit/networks.js';
import { spawnPostback } from '../kit/run.js';
import { testRandom } from '../kit/seeded-random.js';

const SECRET_FIELDS = new Set(['clientSecret', 'refreshToken', 'accessToken', 'tokenSecret']);

interface Scene {
  workspace: TestWorkspace;
  proxy: EchoProxy;
  printed: string[];
  run: (args: string[], input?: string) => Promise<void>;
}

/** All networks connected with random secrets, through a proxy that echoes them in every answer. */
async function openScene(): Promise<Scene> {
  const workspace = await TestWorkspace.create({ goals: makeRepeatableGoals(), networks: 'all' });
  const { sandbox, env } = workspace;
  const aliases = new Map<string, string>();
  for (const network of NETWORK_NAMES) {
    for (const { suffix, field } of variablesOf(network).rules) {
      const name = `POSTBACK_${network.toUpperCase()}_${suffix}`;
      const known = env[name];
      if (known === undefined || !SECRET_FIELDS.has(field)) continue;
      const given = `${network[0]}K${testRandom.bytes(24).toString('base64url')}`;
      aliases.set(given, known);
      env[name] = given;
    }
  }
  const proxy = await startEchoProxy(sandbox.url, aliases);
  env['POSTBACK_GATEWAY'] = proxy.url;
  const printed: string[] = [];
  const run = async (args: string[], input = ''): Promise<void> => {
    const { stdout, stderr } = await workspace.run(args, { input, env: { POSTBACK_DEBUG: '1' } });
    printed.push(stdout, stderr);
  };
  return { workspace, proxy, printed, run };
}

/** One purchase for each network; those with a bad value are refused there. */
function makeFile(first: number, properties: Record<string, string> = {}): string {
  const clicks = NETWORK_NAMES.map((network) => NETWORK_CLICKS[network]);
  return clicks
    .map((click, index) =>
      makeLine(
        first + index,
        {},
        { utm_source: undefined, utm_medium: undefined, ...VISIT, ...click, ...properties },
      ),
    )
    .join('\n');
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function expectNoEcho({ workspace, proxy, printed }: Scene): void {
  expect(proxy.secrets.size).toBeGreaterThan(6);
  expect(findEchoes(printed.join('\n'), proxy.secrets)).toEqual([]);
  const files = [...listFiles(workspace.home), ...listFiles(workspace.cwd)];
  expect(files.some((file) => file.endsWith('delivery.db'))).toBe(true);
  for (const file of files.filter((name) => !name.endsWith('credentials.json'))) {
    expect([file, findEchoes(readFileSync(file).toString('latin1'), proxy.secrets)]).toEqual([
      file,
      [],
    ]);
  }
}

test('B1: no secret that a network echoes is printed or stored, delivered or refused', async () => {
  const scene = await openScene();
  const { workspace, run, printed } = scene;
  await run(['send', '-'], makeFile(1));
  await run(['send', '-', '--json', '--wait'], makeFile(11));
  await steer(workspace.sandbox, 'POST', '/faults', { status: 400, match: '*', times: 40 });
  await run(['send', '-', '--rejects', 'rejects.jsonl'], makeFile(21));
  await run(['replay', '--state', 'failed', '--yes']);
  await steer(workspace.sandbox, 'POST', '/faults', { status: 503, match: '*', times: 20 });
  await run(['send', '-', '--max-attempts', '1'], makeFile(31));
  await steer(workspace.sandbox, 'POST', '/grants/revoke');
  await run(['send', '-'], makeFile(41));
  await run(['test']);
  await run(['doctor', '--json']);
  for (const args of [
    ['status', '--json'],
    ['logs', '--all'],
    ['logs', '--all', '--json'],
  ]) {
    await run(args);
  }
  await run(['report', '--out', 'report.html']);
  await run([]);
  expect(printed.join('')).toMatch(/\*\*\*/);
  expectNoEcho(scene);
}, 300_000);

test('B1: nor what a token endpoint echoes, in the terminal and in the browser', async () => {
  const scene = await openScene();
  const { workspace, proxy, printed, run } = scene;
  writeFileSync(join(workspace.cwd, 'events.jsonl'), makeFile(1));
  for (const status of [400, 401, 500]) {
    proxy.refuse('/auth/o2/token', status);
    await run(['send', 'events.jsonl', '--max-attempts', '1']);
    await run(['send', 'events.jsonl', '--json', '--max-attempts', '1']);
  }
  const env = { ...workspace.env };
  for (const name of ['REFRESH_TOKEN', 'REGION', 'ACCOUNT'])
    env[`POSTBACK_AMAZON_${name}`] = undefined;
  const args = ['connect', 'amazon', '--no-browser', '--port=18797'];
  const login = await spawnPostback(args, { env, home: workspace.home, cwd: workspace.cwd });
  const [, url] = await login.waitFor('stderr', /^(http\S+)\n/m);
  const consent = await fetch(url!, { redirect: 'manual' });
  const callback = consent.headers.get('location')!.replace('localhost', '127.0.0.1');
  printed.push(await (await fetch(callback)).text());
  const { stdout, stderr } = await login.finished;
  // The authorize URL holds the challenge and no secret.
  printed.push(stdout, stderr.replace(url!, ''));
  expectNoEcho(scene);
});
