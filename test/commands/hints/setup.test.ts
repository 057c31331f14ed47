import { expect } from 'vitest';
import { SANDBOX_ACCOUNTS, seededRefreshToken } from '../../../src/sandbox/amazon/seed.js';
import { makeFile, makeLine } from '../../kit/test-workspace.js';
import { type HintWorkspace, openHintWorkspace, testHints } from '../../kit/hints.js';

const TOKEN = { input: seededRefreshToken('na'), env: { POSTBACK_TOKEN_STDIN: '1' } };
const GOAL = { env: { POSTBACK_NAME: 'Purchase', POSTBACK_EVENT: 'purchase' } };

interface StepList {
  stage: string;
  steps: { command: string; why: string }[];
}

async function listSteps(workspace: HintWorkspace): Promise<StepList> {
  return JSON.parse((await workspace.run(['next', '--json'])).stdout) as StepList;
}

async function commandsOf(workspace: HintWorkspace): Promise<string[]> {
  return (await listSteps(workspace)).steps.map(({ command }) => command);
}

async function adviceOf(workspace: HintWorkspace, network = 'amazon'): Promise<string> {
  const { networks } = JSON.parse((await workspace.run(['status', '--json'])).stdout) as {
    networks: { network: string; next: string }[];
  };
  return networks.find((one) => one.network === network)!.next;
}

async function checkOf(
  workspace: HintWorkspace,
  id: string,
): Promise<{ result: string; next?: string }> {
  const { checks } = JSON.parse((await workspace.run(['doctor', '--json'])).stdout) as {
    checks: { id: string; network?: string; result: string; next?: string }[];
  };
  const own = checks.filter((check) => check.id === id);
  return own.find(({ result }) => result !== 'pass') ?? own[0]!;
}

async function isConnected(workspace: HintWorkspace): Promise<boolean> {
  const { stdout } = await workspace.run(['status', '--json']);
  const { networks } = JSON.parse(stdout) as {
    networks: { network: string; connected: boolean }[];
  };
  return networks.some(({ network, connected }) => network === 'amazon' && connected);
}

testHints(
  [
    'connect',
    'connect NETWORK',
    'demo',
    'goals add',
    'goals templates',
    'goals add{mapping}',
    'map',
  ],
  'a newcomer comes from nothing to a delivered conversion by the first suggestion of each step',
  async () => {
    const workspace = await openHintWorkspace();
    const [demo, connect] = await commandsOf(workspace);
    expect((await workspace.follow(demo!)).stderr).toMatch(/conversions\. \d+ were delivered/);
    // There is no terminal to choose on, which is said with the command that needs none.
    const which = await workspace.follow(connect!);
    const [, named] = /(postback connect NETWORK.*)/.exec(which.stderr)!;
    expect(which.code).toBe(2);
    const connected = await workspace.follow(named!.replace(/\.$/, ''), {
      ...TOKEN,
      fill: { NETWORK: 'amazon' },
    });
    expect([connected.code, await isConnected(workspace)]).toEqual([0, true]);
    const [, add, map] = /Next: (postback goals add.*), then (postback map.*)$/m.exec(
      connected.stderr,
    )!;

    const [first, templates] = await commandsOf(workspace);
    expect(first).toBe(add);
    expect((await workspace.follow(templates!)).stdout).toContain('first-purchase');
    expect((await workspace.follow(add!, GOAL)).code).toBe(0);
    expect((await listSteps(workspace)).stage).toBe('nothing_mapped');
    expect((await workspace.follow(`${map!} purchase amazon 1234567891`)).code).toBe(0);
    expect((await listSteps(workspace)).stage).toBe('nothing_sent');
  },
);

testHints(
  [
    'send FILE',
    'send FILE --dry-run',
    'test',
    'status',
    'logs',
    'stats',
    'map {first.goal} {first.network} VALUE --test',
  ],
  'what is set up is shown, sent and looked at by what next suggests, also from a file with blanks and quotes',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.setUp();
    const file = 'it\'s $HOME (a) "file".jsonl';
    workspace.write(file, makeFile(2));
    const [dry, send, test] = await commandsOf(workspace);
    expect((await workspace.follow(dry!, { fill: { FILE: file } })).stdout).toMatch(
      /[Ww]ould send 2/,
    );
    expect(workspace.sandbox.state.received()).toBe(0);
    expect(await adviceOf(workspace)).toBe(send);
    // Amazon has no test mode: the test names the mapping that it needs, and passes with it.
    const refused = await workspace.follow(test!);
    const [, map] = /(postback map purchase amazon VALUE --test.*)/.exec(refused.stderr)!;
    expect((await workspace.follow(map!, { fill: { VALUE: '1234567892' } })).code).toBe(0);
    expect((await workspace.follow(test!)).code).toBe(0);
    expect((await workspace.follow(send!, { fill: { FILE: file } })).code).toBe(0);
    expect(workspace.sandbox.state.received()).toBe(3);
    const { stage, steps } = await listSteps(workspace);
    expect(stage).toBe('well');
    const [status, logs, stats] = await Promise.all(
      steps.map(({ command }) => workspace.follow(command)),
    );
    expect(status!.stdout).toContain(SANDBOX_ACCOUNTS.na);
    expect(logs!.stdout).toContain('purchase');
    expect(stats!.stdout).toContain('amazon');
  },
);

testHints(
  ['connect amazon', 'connect {missing[0]}', 'connect {network}', 'connect {network.name}'],
  'every command that needs a connection suggests the one that makes it',
  async () => {
    const commands = [
      ['send', 'events.jsonl'],
      ['send', 'events.jsonl', '--network', 'amazon'],
      ['enable', 'amazon'],
      ['disable', 'amazon'],
    ];
    for (const args of commands) {
      const workspace = await openHintWorkspace();
      workspace.write('events.jsonl', makeFile(1));
      expect(
        (await workspace.follow(await workspace.nextOf(args), TOKEN)).code,
        args.join(' '),
      ).toBe(0);
      expect((await workspace.run(args)).code, args.join(' ')).toBe(0);
    }
    for (const words of ['status', 'doctor']) {
      const workspace = await openHintWorkspace();
      const connect = (await workspace.suggestedBy([words])).find((command) =>
        command.startsWith('postback connect'),
      )!;
      const bare = connect.startsWith('postback connect --')
        ? connect.replace('connect', 'connect amazon')
        : connect;
      expect((await workspace.follow(bare, TOKEN)).code, bare).toBe(0);
      expect(await isConnected(workspace)).toBe(true);
    }
  },
);

testHints(
  ['status'],
  'disconnect of what is not connected does not suggest to connect it',
  async () => {
    const workspace = await openHintWorkspace();
    const next = await workspace.nextOf(['disconnect', 'amazon']);
    expect(next).toMatch(/^postback status /);
    const { stdout, stderr } = await workspace.follow(next);
    expect(stdout + stderr).toContain('Workspace game');
  },
);

testHints(
  [
    'enable {network.name}',
    'enable {off.network}',
    'enable NETWORK',
    'explain {argumentWords(eventId)}',
  ],
  'a connection that is switched off is switched on by what status, doctor, next, connect and replay suggest',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.setUp();
    workspace.write('events.jsonl', makeFile(1));
    const off = async (): Promise<void> => {
      expect((await workspace.run(['disable', 'amazon'])).code).toBe(0);
    };
    await off();
    const sent = await workspace.run(['send', 'events.jsonl']);
    expect(sent.code).toBe(0);
    const suggestions = [
      await adviceOf(workspace),
      (await checkOf(workspace, 'connection')).next!,
      (await commandsOf(workspace))[0]!,
    ];
    const again = await workspace.run(['connect', 'amazon', '--token-stdin'], TOKEN);
    suggestions.push(/Next: (postback enable.*)/.exec(again.stderr)![1]!);
    const { stdout } = await workspace.run(['replay', '--state', 'skipped', '--dry-run', '--json']);
    const { plan } = JSON.parse(stdout) as { plan: { advice: { next: string }[] } };
    suggestions.push(plan.advice[0]!.next);
    expect(new Set(suggestions).size).toBe(1);
    expect((await workspace.follow(suggestions[0]!)).code).toBe(0);
    expect(
      JSON.parse((await workspace.run(['replay', '--state', 'skipped', '--yes', '--json'])).stdout),
    ).toMatchObject({
      delivered: 1,
    });
  },
);

testHints(
  [
    'goals add',
    'goals add --template first-purchase',
    'goals list',
    'goals enable {goals[0]!.id}',
    'goals enable GOAL',
  ],
  'without a goal, or with a wrong or disabled one, the suggestion makes, lists or enables one',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.run(['connect', 'amazon', '--token-stdin'], TOKEN);
    const [fromList] = await workspace.suggestedBy(['goals', 'list']);
    expect(await workspace.suggestedBy(['map'])).toEqual([fromList]);
    expect(await workspace.nextOf(['goals', 'show', 'nosuch'])).toBe(fromList);
    const adds = [
      await adviceOf(workspace),
      (await checkOf(workspace, 'goals')).next!,
      (await commandsOf(workspace))[0]!,
    ];
    expect(new Set(adds).size).toBe(1);
    expect((await workspace.follow(adds[0]!, GOAL)).code).toBe(0);
    expect((await workspace.follow(fromList!)).code).toBe(0);
    const list = await workspace.nextOf(['goals', 'show', 'nosuch']);
    expect((await workspace.follow(list)).stdout).toContain('purchase');

    for (const id of ['purchase', 'first-purchase']) await workspace.run(['goals', 'disable', id]);
    const enable = await adviceOf(workspace);
    expect((await checkOf(workspace, 'goals')).next).toBe(enable);
    const { steps } = await listSteps(workspace);
    expect((await workspace.follow(steps[0]!.command)).stdout).toContain('purchase');
    const [, inWords] = /(postback goals enable GOAL.*)/.exec(steps[0]!.why)!;
    expect((await workspace.follow(inWords!, { fill: { GOAL: 'purchase' } })).code).toBe(0);
    expect(await checkOf(workspace, 'goals')).toMatchObject({ result: 'pass' });
    expect((await workspace.follow(enable)).code).toBe(0);
  },
);

testHints(
  ['goals enable {workspace.goals[0]!.id}', 'goals templates', 'map {goal.id} NETWORK ID'],
  'goals add and status name the next step for the goal itself',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.run(['connect', 'amazon', '--token-stdin'], TOKEN);
    const templates = await workspace.nextOf(['goals', 'add']);
    expect((await workspace.follow(templates)).stdout).toContain('first-purchase');
    const [map] = await workspace.suggestedBy(['goals', 'add', '--template', 'first-purchase']);
    expect(map).toMatch(/^postback map first-purchase NETWORK ID /);
    expect(
      (await workspace.follow(map!, { fill: { NETWORK: 'amazon', ID: '1234567890' } })).code,
    ).toBe(0);
    await workspace.run(['goals', 'disable', 'first-purchase']);
    expect((await workspace.follow(await adviceOf(workspace))).code).toBe(0);
    expect(await checkOf(workspace, 'mappings')).toMatchObject({ result: 'pass' });
  },
);

testHints(
  [
    'map',
    'map GOAL NETWORK VALUE',
    "map {goal} {network} {near[0]??'VALUE'}{flag}",
    'map {goal} {network} {wordsOf(mapping)} --shared',
    'map {goal} amazon DEFINITION_ID{flag}',
    'help {textBefore(target.network,/:/)}',
  ],
  'a missing, mistyped, shared or unknown definition is corrected by the command that is suggested',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.run(['connect', 'amazon', '--token-stdin'], TOKEN);
    await workspace.run(['goals', 'add', '--name', 'Purchase', '--event', 'purchase']);
    expect((await workspace.follow(await adviceOf(workspace))).stdout).toContain('purchase');
    const missing = (await checkOf(workspace, 'mappings')).next!;
    expect(
      (
        await workspace.follow(await workspace.nextOf(['map', '--test']), {
          fill: { GOAL: 'purchase', NETWORK: 'amazon', VALUE: '1234567891' },
        })
      ).code,
    ).toBe(0);
    expect(await checkOf(workspace, 'mappings')).toMatchObject({ result: 'pass' });
    expect((await workspace.follow(missing, { fill: { VALUE: '1234567892' } })).code).toBe(0);

    const rules = await workspace.nextOf(['map', 'purchase', 'tiktok', 'purchase']);
    expect((await workspace.follow(rules)).stdout).toContain('TikTok');
    const near = await workspace.nextOf(['map', 'purchase', 'amazon', '123456789']);
    expect((await workspace.follow(near)).code).toBe(0);
    const test = await workspace.nextOf(['map', 'purchase', 'amazon', '123456789', '--test']);
    expect(test).toContain(' --test');
    expect((await workspace.follow(test)).code).toBe(0);

    await workspace.run(['map', 'purchase', 'amazon', '99', '--unchecked']);
    const unknown = (await checkOf(workspace, 'definitions')).next!;
    expect((await workspace.follow(unknown, { fill: { DEFINITION_ID: '1234567891' } })).code).toBe(
      0,
    );
    expect(await checkOf(workspace, 'definitions')).toMatchObject({ result: 'pass' });

    await workspace.run([
      'goals',
      'add',
      '--name',
      'Big',
      '--event',
      'purchase',
      '--filter',
      'value>100',
    ]);
    const shared = await workspace.nextOf(['map', 'big', 'amazon', '1234567891']);
    expect(shared).toContain('map big amazon 1234567891 --shared');
    expect((await workspace.follow(shared)).code).toBe(0);
    const doubled = (await checkOf(workspace, 'mappings')).next!;
    expect((await workspace.follow(doubled, { fill: { VALUE: '1234567892' } })).code).toBe(0);
    expect(await checkOf(workspace, 'mappings')).toMatchObject({ result: 'pass' });
  },
);

testHints(
  ["map {goal} {network.name} {network.mappingWords?.(api)??'VALUE'}"],
  'a mapping that cannot be used is corrected by what send suggests',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.setUp();
    workspace.write('events.jsonl', makeFile(1));
    await workspace.run(['connect', 'amazon', '--api', 'events-api', '--token-stdin'], TOKEN);
    const next = await workspace.nextOf(['send', 'events.jsonl']);
    expect(next).toMatch(/^postback map purchase amazon /);
    const followed = await workspace.follow(next, {
      fill: { NAME: 'Purchase', TYPE: 'OFF_AMAZON_PURCHASES', SOURCE: 'WEBSITE' },
    });
    expect([followed.code, followed.stderr]).toEqual([0, expect.anything()]);
    expect((await workspace.run(['send', 'events.jsonl'])).code).toBe(0);
  },
);

testHints(
  ['config show', 'config set consent.default anonymous'],
  'a setting that is unknown, or that would let skipped events through, is set by what is suggested',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.setUp();
    const show = await workspace.nextOf(['config', 'get', 'consent.defualt']);
    expect((await workspace.follow(show)).stdout).toContain('consent.default');
    workspace.write('events.jsonl', makeLine(1, { consentLevel: undefined }));
    const help = await workspace.follow('postback help events');
    const [said] = /postback config set consent\.default anonymous/.exec(
      help.stdout.replace(/\s+/g, ' '),
    )!;
    const command = `${said} --workspace game`;
    const skipsOf = async (): Promise<Record<string, number>> => {
      const { stdout } = await workspace.run(['send', 'events.jsonl', '--json']);
      return (JSON.parse(stdout) as { skips: Record<string, number> }).skips;
    };
    expect(await skipsOf()).toHaveProperty('consent_unknown');
    expect((await workspace.follow(command)).code).toBe(0);
    expect(await skipsOf()).not.toHaveProperty('consent_unknown');
  },
);
