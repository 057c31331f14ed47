import { expect } from 'vitest';
import { SANDBOX_META_PIXEL, SANDBOX_META_SENDER_TOKEN } from '../../../src/sandbox/meta/seed.js';
import { makeFile } from '../../kit/test-workspace.js';
import { openHintWorkspace, testHints } from '../../kit/hints.js';
import { openShell } from '../../kit/terminal-shell.js';

testHints(
  [
    'send events.jsonl --dry-run',
    'schema',
    'explain',
    'validate FILE',
    'map GOAL NETWORK ID',
    'map GOAL NETWORK ID --test',
    'autocomplete',
    "autocomplete {SHELLS.join('|')}",
  ],
  'the help names commands that work as they are written there',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.setUp();
    workspace.write('events.jsonl', makeFile(1));
    const flags = `--workspace game --gateway ${workspace.sandbox.url}`;
    const help = (await workspace.follow('postback help events')).stdout.replace(/\s+/g, ' ');
    const [schema] = /postback schema event/.exec(help)!;
    expect(JSON.parse((await workspace.follow(schema)).stdout)).toHaveProperty('properties');
    const [validate] = /postback validate FILE/.exec(help)!;
    expect((await workspace.follow(validate, { fill: { FILE: 'events.jsonl' } })).code).toBe(0);
    const [explain] = /postback explain FILE:LINE/.exec(help)!;
    const explained = await workspace.follow(
      `${explain.replace('FILE:LINE', 'events.jsonl:1')} ${flags}`,
    );
    expect(explained.stdout).toContain('pass');
    const [map] = /postback map GOAL NETWORK ID(?! --test)/.exec(help)!;
    const [test] = /postback map GOAL NETWORK ID --test/.exec(help)!;
    const fill = { GOAL: 'purchase', NETWORK: 'amazon', ID: '1234567892' };
    for (const command of [map, test])
      expect((await workspace.follow(`${command} ${flags}`, { fill })).code).toBe(0);
    const [dry] = /postback send events\.jsonl --dry-run/.exec(
      (await workspace.follow('postback --help --verbose')).stdout,
    )!;
    expect((await workspace.follow(`${dry} ${flags}`)).stdout).toMatch(/[Ww]ould send 1/);
    const shells = await workspace.follow('postback autocomplete', { env: { SHELL: '/bin/bash' } });
    const said = `${shells.stdout}${shells.stderr}`;
    const [, line] = /(eval "\$\(postback autocomplete bash\)")/.exec(said)!;
    expect((await workspace.follow(`bash -c '${line} && complete -p postback'`)).stdout).toContain(
      '_postback',
    );
    const [, others] = /Other shells: postback autocomplete (\S+)/.exec(said)!;
    for (const shell of others!.split('|'))
      expect((await workspace.follow(`postback autocomplete ${shell}`)).code).toBe(0);
  },
);

testHints(
  [
    '{command} events.jsonl',
    'config path',
    'audiences sync {argumentWords(this.args.list)} people.jsonl',
  ],
  'on a terminal send and tail name the command with a file, which then runs; config path shows where files are',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.setUp();
    workspace.write('events.jsonl', makeFile(1));
    const flags = `--workspace game --gateway ${workspace.sandbox.url}`;
    const shell = await openShell(200, {}, workspace.home);
    shell.enter(`postback send ${flags}`);
    const [, send] = await shell.terminal.waitFor(/Next: (postback send events\.jsonl .*\d)/);
    expect(await shell.ended()).toBe(2);
    shell.enter(`postback tail ${flags}`);
    const [, tail] = await shell.terminal.waitFor(/Next: (postback tail events\.jsonl .*\d)/);
    expect(await shell.ended()).toBe(2);
    shell.enter(`postback audiences sync best ${flags}`);
    await shell.terminal.waitFor(/Next: postback audiences sync best people\.jsonl .*\d/);
    expect(await shell.ended()).toBe(2);
    const tailed = await workspace.follow(`${tail} --from start --dry-run --json`);
    expect(JSON.parse(tailed.stdout.trim().split('\n').at(-1)!)).toMatchObject({ events: 1 });
    expect((await workspace.follow(send!)).code).toBe(0);
    expect(workspace.sandbox.state.received()).toBe(1);
    workspace.write('config/config.json', '{');
    const { stdout } = await workspace.run(['doctor', '--json']);
    const { checks } = JSON.parse(stdout) as { checks: { next?: string }[] };
    const next = checks
      .map((check) => check.next)
      .find((command) => command?.startsWith('postback config path'))!;
    expect((await workspace.follow(next)).stdout).toContain('config.json');
  },
);

testHints(
  ['connect meta --token-stdin --pixel ID', 'connect meta --pixel ID'],
  'meta: a token that cannot list pixels connects with the command that names one',
  async () => {
    const workspace = await openHintWorkspace();
    const options = { input: SANDBOX_META_SENDER_TOKEN, env: { POSTBACK_TOKEN_STDIN: '1' } };
    const next = await workspace.nextOf(['connect', 'meta', '--token-stdin'], options);
    expect(next).toMatch(/^postback connect meta (?:--token-stdin )?--pixel ID /);
    expect(
      (await workspace.follow(next, { ...options, fill: { ID: SANDBOX_META_PIXEL } })).code,
    ).toBe(0);
  },
);
