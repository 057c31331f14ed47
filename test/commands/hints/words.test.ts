import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { checkRoom } from '../../../src/doctor/disk.js';
import { SANDBOX_ACCOUNTS, seededRefreshToken } from '../../../src/sandbox/amazon/seed.js';
import { makeFile, makeLine, readError } from '../../kit/test-workspace.js';
import { openHintWorkspace, testHints } from '../../kit/hints.js';

const TOKEN = { input: seededRefreshToken('na'), env: { POSTBACK_TOKEN_STDIN: '1' } };

testHints(
  [
    'workspaces',
    'workspaces create {name}',
    'workspaces create NAME',
    'connect amazon --workspace {name}',
  ],
  'a workspace that is not there is listed, made and connected by the commands that are suggested',
  async () => {
    const workspace = await openHintWorkspace();
    const gateway = ['--gateway', workspace.sandbox.url];
    const { stderr } = await workspace.follow(
      `postback status --workspace gaem --json ${gateway.join(' ')}`,
    );
    const { hint, next } = readError(stderr) as unknown as { hint: string; next: string };
    expect((await workspace.follow(next)).stdout).toContain('game');
    const [create] = /postback workspaces create \S+/.exec(hint)!;
    const made = await workspace.follow(create);
    const [connect] = /postback connect amazon --workspace gaem/.exec(made.stderr)!;
    expect(
      (
        await workspace.follow(connect, {
          ...TOKEN,
          env: { ...TOKEN.env, POSTBACK_GATEWAY: workspace.sandbox.url },
        })
      ).code,
    ).toBe(0);
    const alone = await workspace.follow('postback workspaces', {
      env: { POSTBACK_HOME: join(workspace.home, 'new') },
    });
    const [another] = /postback workspaces create NAME/.exec(alone.stderr)!;
    expect((await workspace.follow(another, { fill: { NAME: 'second' } })).code).toBe(0);
    expect((await workspace.follow('postback workspaces')).stdout).toContain('second');
  },
);

testHints(
  ['connect {network} --token-stdin {accountFlag} ID'],
  'connect without a terminal names the command that reads the token from a file, and that connects',
  async () => {
    const workspace = await openHintWorkspace();
    workspace.write('token.txt', `${seededRefreshToken('na')}\n`);
    const amazon = await workspace.nextOf(['connect', 'amazon']);
    expect((await workspace.follow(amazon, { fill: { ID: SANDBOX_ACCOUNTS.na } })).code).toBe(0);
    const meta = await workspace.nextOf(['connect', 'reddit']);
    expect(meta).toMatch(/^postback connect reddit --token-stdin --pixel ID .* < token\.txt$/);
  },
);

testHints(
  [
    'demo --keep ./try-out',
    'logs --all --sandbox',
    'send --sandbox {argumentWords(target)}',
    'goals add',
    'connect amazon',
  ],
  'the demo leaves files and events that the commands which it suggests work on',
  async () => {
    const workspace = await openHintWorkspace();
    const { stderr } = await workspace.follow('postback demo');
    const [keep] = /postback demo --keep \.\/try-out/.exec(stderr)!;
    const kept = await workspace.follow(keep.replace('./try-out', "'it'\\''s a demo'"));
    const [variable] = /export POSTBACK_HOME=.*?(?= {2})/.exec(kept.stderr)!;
    const [logs] = /postback logs --all --sandbox/.exec(kept.stderr)!;
    expect((await workspace.follow(`${variable}; ${logs}`)).stdout).toContain('purchase');
    const written = await workspace.follow(`postback demo --write-events "it's new.jsonl"`);
    const [send] = /postback send --sandbox .*/.exec(written.stderr)!;
    expect((await workspace.follow(`${send} --json`)).stdout).toMatch(/"delivered":[1-9]/);
  },
);

testHints(
  ['help {topic}', '{meant} --help', 'help environment'],
  'a mistyped command or topic leads to the help of the right one',
  async () => {
    const workspace = await openHintWorkspace();
    const command = await workspace.follow('postback statuss');
    const [, help] = /Next: (postback .*)/.exec(command.stderr)!;
    expect((await workspace.follow(help!)).stdout).toContain('postback status');
    const topic = await workspace.follow('postback help exit-code');
    const [, more] = /Next: (postback help .*)/.exec(topic.stderr)!;
    expect((await workspace.follow(more!)).stdout).toContain('130');
    const broken = await workspace.run(['doctor', '--json'], {
      env: { POSTBACK_META_PIXEL_ID: 'x y' },
    });
    const { checks } = JSON.parse(broken.stdout) as { checks: { result: string; next?: string }[] };
    const next =
      checks.find((check) => check.next?.includes('help environment'))?.next ??
      'postback help environment';
    expect((await workspace.follow(next)).stdout).toContain('POSTBACK_META_PIXEL_ID');
  },
);

testHints(
  ['send -', 'validate FILE', 'send'],
  'an input of another kind is unpacked into send, whatever its name, and what is invalid is listed',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.setUp();
    const name = "it's $HOME; (old).gz";
    writeFileSync(join(workspace.home, name), gzipSync(gzipSync(makeFile(2))));
    const { stderr } = await workspace.run(['send', name, '--json']);
    const { hint } = readError(stderr);
    const [command] = /zcat .*\| postback send -.*\d/.exec(hint)!;
    const sent = await workspace.follow(command);
    expect([sent.code, workspace.sandbox.state.received(), hint]).toEqual([
      0,
      2,
      expect.anything(),
    ]);

    workspace.write('broken.jsonl', `${makeLine(3)}\n{"no\n`);
    const validate = await workspace.nextOf(['send', 'broken.jsonl']);
    const listed = await workspace.follow(validate, { fill: { FILE: 'broken.jsonl' } });
    expect([listed.code, listed.stdout]).toEqual([6, expect.stringContaining('broken.jsonl:2')]);
  },
);

testHints(
  [
    'erase --user-id ID',
    "erase {flag} {field==='email'?'ADDRESS':'ID'}",
    'replay --state pending --all',
    'logs prune --older-than 90d',
  ],
  'erase names the form that it takes, and a full disk the command that makes room',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.setUp();
    await workspace.run(['send', '-'], { input: makeLine(1) });
    const named = await workspace.nextOf(['erase', '--yes']);
    expect((await workspace.follow(named, { fill: { ID: 'player-1' } })).stdout).toMatch(/./);
    const email = await workspace.nextOf(['erase', '--email', 'u1', '--yes']);
    const receipt = await workspace.follow(`${email} --json`, {
      fill: { ADDRESS: 'player@example.com' },
    });
    expect(JSON.parse(receipt.stdout)).toHaveProperty('receipt');
    const { next } = checkRoom(10, workspace.home) as { next: string };
    expect((await workspace.follow(`${next} --workspace game`)).code).toBe(0);
  },
);

testHints(
  ['map {goal} {network} VALUE', 'enable {network}', 'config set amazon.defaultCountry US'],
  'a replay that cannot send a row names the command that lets it',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.setUp();
    await workspace.run(['unmap', 'purchase', 'amazon']);
    await workspace.run(['send', '-'], { input: makeLine(1) });
    const adviceOf = async (): Promise<{ reason: string; next: string } | undefined> => {
      const { stdout } = await workspace.run([
        'replay',
        '--state',
        'skipped',
        '--dry-run',
        '--json',
      ]);
      return (JSON.parse(stdout) as { plan: { advice: { reason: string; next: string }[] } }).plan
        .advice[0];
    };
    const advice = (await adviceOf())!;
    expect(advice.reason).toBe('unmapped_goal');
    await workspace.run(['disable', 'amazon']);
    const off = (await adviceOf())!;
    for (const [{ next }, fill] of [
      [off, {}],
      [advice, { VALUE: '1234567891' }],
    ] as const) {
      expect((await workspace.follow(next, { fill })).code).toBe(0);
    }
    expect(await adviceOf()).toBeUndefined();
    const { stdout } = await workspace.run(['replay', '--state', 'skipped', '--yes', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ delivered: 1 });
  },
);

testHints(
  [
    'audiences create --name NAME --external-id ID',
    'audiences list',
    'audiences sync {known.id} FILE',
    'audiences sync {list.id} people.jsonl',
    'connect amazon --audiences',
    'enable amazon',
    'logs --event audience_create --json',
  ],
  'an audience list is made, synced and asked for by the commands that are suggested',
  async () => {
    const workspace = await openHintWorkspace();
    const scoped = { ...TOKEN, env: { ...TOKEN.env, POSTBACK_AUDIENCES: '1' } };
    const connect = await workspace.nextOf([
      'audiences',
      'create',
      '--name',
      'Best players',
      '--external-id',
      'best',
    ]);
    expect((await workspace.follow(connect, scoped)).code).toBe(0);
    await workspace.run(['disable', 'amazon']);
    const enable = await workspace.nextOf([
      'audiences',
      'create',
      '--name',
      'Best players',
      '--external-id',
      'best',
    ]);
    expect((await workspace.follow(enable)).code).toBe(0);
    const [create] = await workspace.suggestedBy(['audiences', 'list']);
    const made = await workspace.follow(create!, { fill: { NAME: 'Best players', ID: 'best' } });
    workspace.write(
      'people.jsonl',
      '{"externalUserId":"p-1","email":"p1@example.com","country":"US"}\n',
    );
    const [sync] = /postback audiences sync .*?:\d+/.exec(made.stderr)!;
    const synced = await workspace.follow(`${sync} --json`);
    expect([synced.code, JSON.parse(synced.stdout)]).toMatchObject([0, { events: 1, failed: 0 }]);
    expect(workspace.sandbox.state.audiences()[0]?.members).toHaveLength(1);
    const again = await workspace.nextOf([
      'audiences',
      'create',
      '--name',
      'Best players',
      '--external-id',
      'best',
    ]);
    expect((await workspace.follow(again, { fill: { FILE: 'people.jsonl' } })).code).toBe(0);
    const list = await workspace.nextOf(['audiences', 'sync', 'nosuch', 'people.jsonl']);
    expect((await workspace.follow(list)).stdout).toContain('Best players');
    const jobs = await workspace.nextOf([
      'audiences',
      'status',
      '00000000-0000-4000-8000-00000000dead',
    ]);
    expect((await workspace.follow(jobs)).stdout).toContain('audience_create');
  },
);
