import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { readTarget as readAmazonTarget } from '../../../src/networks/amazon/target.js';
import { findNetwork } from '../../../src/networks/registry.js';
import { defaultSettings } from '../../../src/config/settings.js';
import { SANDBOX_ACCOUNTS, seededRefreshToken } from '../../../src/sandbox/amazon/seed.js';
import {
  SANDBOX_GOOGLE_CLIENT_ID,
  SANDBOX_GOOGLE_CLIENT_SECRET,
  SANDBOX_GOOGLE_REFRESH_TOKEN,
} from '../../../src/sandbox/google/seed.js';
import { SANDBOX_META_PIXEL, SANDBOX_META_TOKEN } from '../../../src/sandbox/meta/seed.js';
import { SANDBOX_REDDIT_PIXEL, SANDBOX_REDDIT_TOKEN } from '../../../src/sandbox/reddit/seed.js';
import { SANDBOX_TIKTOK_PIXEL, SANDBOX_TIKTOK_TOKEN } from '../../../src/sandbox/tiktok/seed.js';
import { SANDBOX_X_PIXEL, SANDBOX_X_PIXEL_TOKEN } from '../../../src/sandbox/x/seed.js';
import { makeFile, readError } from '../../kit/test-workspace.js';
import { makeClicks } from '../../kit/google-workspace.js';
import { type HintWorkspace, openHintWorkspace, testHints } from '../../kit/hints.js';

const TOKEN = { input: seededRefreshToken('na'), env: { POSTBACK_TOKEN_STDIN: '1' } };
const GOOGLE = {
  input: SANDBOX_GOOGLE_REFRESH_TOKEN,
  env: {
    POSTBACK_TOKEN_STDIN: '1',
    POSTBACK_CUSTOMER: '123-456-7890',
    POSTBACK_GOOGLE_CLIENT_ID: SANDBOX_GOOGLE_CLIENT_ID,
    POSTBACK_GOOGLE_CLIENT_SECRET: SANDBOX_GOOGLE_CLIENT_SECRET,
  },
};

interface CheckRow {
  id: string;
  network?: string;
  result: string;
  message: string;
  next?: string;
}

async function checkOf(
  workspace: HintWorkspace,
  id: string,
  env: NodeJS.ProcessEnv = {},
): Promise<CheckRow> {
  const { checks } = JSON.parse((await workspace.run(['doctor', '--json'], { env })).stdout) as {
    checks: CheckRow[];
  };
  const own = checks.filter((check) => check.id === id);
  return own.find(({ result }) => result !== 'pass') ?? own[0]!;
}

/** Changes the stored connection of a network, as an editor would. */
function editConnection(
  workspace: HintWorkspace,
  network: string,
  changes: Record<string, unknown>,
): void {
  const path = join(workspace.home, 'config', 'credentials.json');
  const content = JSON.parse(readFileSync(path, 'utf8')) as {
    workspaces: Record<string, { connections: Record<string, { connection: object }> }>;
  };
  Object.assign(content.workspaces['game']!.connections[network]!.connection, changes);
  writeFileSync(path, JSON.stringify(content));
}

testHints(
  [
    'connect {name}',
    'connect meta',
    'connect tiktok',
    'connect reddit',
    'connect x',
    'connect google',
  ],
  'a token that a network refuses is replaced by the command that is suggested',
  async () => {
    const grants = [
      ['meta', SANDBOX_META_TOKEN, ['--pixel', SANDBOX_META_PIXEL]],
      ['tiktok', SANDBOX_TIKTOK_TOKEN, ['--pixel', SANDBOX_TIKTOK_PIXEL]],
      ['reddit', SANDBOX_REDDIT_TOKEN, ['--pixel', SANDBOX_REDDIT_PIXEL]],
      ['x', SANDBOX_X_PIXEL_TOKEN, ['--pixel', SANDBOX_X_PIXEL]],
      ['google', SANDBOX_GOOGLE_REFRESH_TOKEN, []],
    ] as const;
    const workspace = await openHintWorkspace();
    for (const [network, token, flags] of grants) {
      const env = {
        ...GOOGLE.env,
        POSTBACK_CUSTOMER: network === 'google' ? '123-456-7890' : undefined,
      };
      const wrong = { input: 'sandbox-token-of-nobody-000000000000', env };
      const next = await workspace.nextOf(['connect', network, '--token-stdin', ...flags], wrong);
      expect(next).toMatch(new RegExp(`^postback connect ${network} `));
      const pixel =
        flags[1] === undefined || next.includes('--pixel') ? {} : { POSTBACK_PIXEL: flags[1] };
      const fill: Record<string, string> = next.includes(' ID') ? { ID: flags[1] ?? '' } : {};
      const followed = await workspace.follow(next, {
        fill,
        input: token,
        env: { ...env, ...pixel },
      });
      expect([next, followed.code, followed.stderr]).toEqual([next, 0, expect.anything()]);
    }
  },
);

testHints(
  [
    'connect amazon --api capi-v1',
    "connect amazon{elsewhere?`--region$elsewhere.region`:''}",
    'connect {network.name}',
  ],
  'a stored connection with an unknown contract or the wrong region is corrected by what is suggested',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.setUp();
    workspace.write('events.jsonl', makeFile(1));
    editConnection(workspace, 'amazon', { api: 'capi-v9' });
    const api = await workspace.nextOf(['send', 'events.jsonl']);
    expect((await workspace.follow(api, TOKEN)).code).toBe(0);
    editConnection(workspace, 'amazon', { region: 'eu' });
    const account = await checkOf(workspace, 'account');
    expect(account.next).toMatch(/^postback connect amazon --region na /);
    expect((await workspace.follow(account.next!, TOKEN)).code).toBe(0);
    expect(await checkOf(workspace, 'account')).toMatchObject({ result: 'pass' });
    expect((await workspace.run(['send', 'events.jsonl'])).code).toBe(0);
    expect(workspace.sandbox.state.received()).toBe(1);
  },
);

testHints(
  ['map {goals[0]} google ACTION_ID', 'send --wait', 'replay --state pending --all', 'status'],
  'google: an action that takes nothing is mapped again, and what is not decided is asked for, as suggested',
  async () => {
    const workspace = await openHintWorkspace();
    const connected = await workspace.run(['connect', 'google', '--token-stdin'], GOOGLE);
    expect(connected.code).toBe(0);
    const remark = connected.stderr.replace(/\s+/g, ' ');
    const [wait] = /postback send --wait/.exec(remark)!;
    const [replay] = /postback replay --state pending --all/.exec(remark)!;
    await workspace.run(['goals', 'add', '--name', 'Purchase', '--event', 'purchase']);
    await workspace.run(['map', 'purchase', 'google', '111', '--unchecked'], GOOGLE);
    const refused = await checkOf(workspace, 'definitions', GOOGLE.env);
    expect(refused.next).toMatch(/^postback map purchase google ACTION_ID/);
    const mapped = await workspace.follow(refused.next!, {
      fill: { ACTION_ID: '987654321' },
      env: GOOGLE.env,
    });
    expect(mapped.code).toBe(0);
    expect(await checkOf(workspace, 'definitions', GOOGLE.env)).toMatchObject({ result: 'pass' });
    const flags = `--workspace game --gateway ${workspace.sandbox.url}`;
    const sent = await workspace.follow(`${wait} - ${flags} --json`, {
      input: makeClicks(1),
      env: GOOGLE.env,
    });
    expect([sent.code, JSON.parse(sent.stdout)]).toMatchObject([0, { delivered: 1 }]);
    await workspace.run(['send', '-'], { input: makeClicks(3), env: GOOGLE.env });
    const asked = await workspace.follow(`${replay} ${flags} --json`, { env: GOOGLE.env });
    expect([asked.code, asked.stderr]).toEqual([0, expect.anything()]);
    const { networks } = JSON.parse(
      (await workspace.run(['status', '--json'], { env: GOOGLE.env })).stdout,
    ) as {
      networks: { network: string; pending: number }[];
    };
    expect(networks.find(({ network }) => network === 'google')).toMatchObject({ pending: 0 });
  },
);

testHints(
  [
    'connect {network.name} --test-code CODE',
    'map GOAL {network.name} ID --test',
    'connect {network.name}',
  ],
  'the help of networks says how test events are kept apart, with commands that do so',
  async () => {
    const workspace = await openHintWorkspace();
    const help = (await workspace.follow('postback help networks')).stdout.replace(/\s+/g, ' ');
    const [code] = /postback connect meta --test-code CODE/.exec(help)!;
    const flags = `--workspace game --gateway ${workspace.sandbox.url}`;
    const connected = await workspace.follow(`${code} --pixel ${SANDBOX_META_PIXEL} ${flags}`, {
      fill: { CODE: 'TEST1' },
      input: SANDBOX_META_TOKEN,
      env: { POSTBACK_TOKEN_STDIN: '1' },
    });
    expect([connected.code, connected.stderr]).toEqual([0, expect.anything()]);
    await workspace.setUp();
    const [map] = /postback map GOAL amazon ID --test/.exec(help)!;
    expect(
      (await workspace.follow(`${map} ${flags}`, { fill: { GOAL: 'purchase', ID: '1234567892' } }))
        .code,
    ).toBe(0);
    const tested = await workspace.run(['test', '--json']);
    expect([tested.code, JSON.parse(tested.stdout)]).toMatchObject([0, { delivered: 2 }]);
  },
);

testHints(
  ['connect amazon', 'connect google', 'connect meta'],
  'a stored connection that lacks a part is refused with the command that makes it whole',
  async () => {
    const part = { account: '', source: 'store' } as const;
    const nextOf = (open: () => unknown): string => {
      try {
        open();
      } catch (error) {
        return (error as { next: string }).next;
      }
      return '';
    };
    const open = (network: 'google' | 'meta') => () =>
      findNetwork(network)!.open({ ...part, network }, defaultSettings());
    const amazon = nextOf(() => readAmazonTarget({ ...part, network: 'amazon', region: 'na' }));
    const workspace = await openHintWorkspace();
    const flags = `--workspace game --gateway ${workspace.sandbox.url}`;
    for (const [next, options] of [
      [amazon, TOKEN],
      [nextOf(open('google')), GOOGLE],
      [
        nextOf(open('meta')),
        {
          input: SANDBOX_META_TOKEN,
          env: { POSTBACK_TOKEN_STDIN: '1', POSTBACK_PIXEL: SANDBOX_META_PIXEL },
        },
      ],
    ] as const) {
      const { code, stderr } = await workspace.follow(`${next} ${flags}`, options);
      expect([next, code, stderr]).toEqual([next, 0, expect.anything()]);
    }
    const status = await workspace.run(['status', '--json'], { env: GOOGLE.env });
    expect(status.stdout).toContain(SANDBOX_ACCOUNTS.na);
    expect(() => readError(status.stderr)).toThrow();
  },
);
