import { gzipSync } from 'node:zlib';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { quoteWord } from '../../../src/shell-word.js';
import { SANDBOX_ACCOUNTS, seededRefreshToken } from '../../../src/sandbox/amazon/seed.js';
import { makeFile, makeLine, readError, steer } from '../../kit/test-workspace.js';
import { type HintWorkspace, openHintWorkspace, testHints } from '../../kit/hints.js';

const TOKEN = { input: seededRefreshToken('na'), env: { POSTBACK_TOKEN_STDIN: '1' } };

/** A game with `count` pending postbacks, more than a replay takes at once. */
async function openPending(count = 120): Promise<HintWorkspace & { next: string }> {
  const workspace = await openHintWorkspace();
  await workspace.setUp();
  workspace.write('events.jsonl', makeFile(count));
  await steer(workspace.sandbox, 'POST', '/faults', { status: 503, match: 'eventData' });
  const next = await workspace.nextOf(['send', 'events.jsonl', '--max-attempts', '1']);
  await steer(workspace.sandbox, 'DELETE', '/faults');
  return { ...workspace, next };
}

async function nextSteps(workspace: HintWorkspace): Promise<string[]> {
  const { stdout } = await workspace.run(['next', '--json']);
  return (JSON.parse(stdout) as { steps: { command: string }[] }).steps.map(
    ({ command }) => command,
  );
}

async function amazonOf(
  workspace: HintWorkspace,
): Promise<{ pending: number; failed: number; next?: string }> {
  const { networks } = JSON.parse((await workspace.run(['status', '--json'])).stdout) as {
    networks: { network: string; pending: number; failed: number; next?: string }[];
  };
  return networks.find(({ network }) => network === 'amazon')!;
}

testHints(
  [
    'replay --state pending --all',
    'replay --state pending --all --network {network.name}',
    'status',
  ],
  'what waits is delivered whole by the command that send, next and status suggest',
  async () => {
    const workspace = await openPending();
    const [fromNext, status] = await nextSteps(workspace);
    expect((await workspace.follow(status!)).stdout).toContain('120');
    const fromStatus = (await amazonOf(workspace)).next!;
    for (const command of [workspace.next, fromNext!, fromStatus]) {
      const { stdout } = await workspace.follow(`${command} --dry-run --json`);
      expect([command, JSON.parse(stdout)]).toMatchObject([
        command,
        { plan: { toSend: 120, overLimit: 0 } },
      ]);
    }
    expect((await workspace.follow(fromStatus)).code).toBe(0);
    expect(await amazonOf(workspace)).toMatchObject({ pending: 0 });
    expect(workspace.sandbox.state.received()).toBe(120);
  },
);

testHints(
  [
    'replay --state pending --all --account-changed --network {network}',
    'replay {repeatFlags(refused)} --account-changed',
    'connect {network} --replace',
    'connect {network.name} --token-stdin {account} --replace',
    "replay {flagWords('event-id',postback.eventId)}{isOther?'--account-changed':''}",
  ],
  'what was recorded for another account is sent to the new one, or waits for its own, as the suggestion says',
  async () => {
    const workspace = await openPending();
    const other = {
      input: seededRefreshToken('eu'),
      env: { POSTBACK_TOKEN_STDIN: '1', POSTBACK_REGION: 'eu' },
    };
    // Another account is refused with the command that takes it.
    const { stderr } = await workspace.run(['connect', 'amazon', '--token-stdin', '--json'], other);
    const replace = (readError(stderr) as unknown as { next: string }).next;
    workspace.write('token.txt', other.input);
    expect((await workspace.follow(replace, other)).code).toBe(0);

    const sent = await workspace.run(['send', 'events.jsonl']);
    const [inWords] = /postback replay --state pending --all --account-changed .*\d/.exec(
      sent.stderr,
    )!;
    const steps = await nextSteps(workspace);
    const explained = await workspace.run([
      'explain',
      '00000000-0000-4000-8000-000000000001',
      '--json',
    ]);
    const { postbacks } = JSON.parse(explained.stdout) as { postbacks: { next: string }[] };
    expect((await workspace.follow(postbacks[0]!.next)).code).toBe(0);
    expect(workspace.sandbox.state.received()).toBe(1);

    // A replay of some of them is repeated for the same ones.
    const some = await workspace.run([
      'replay',
      '--state',
      'pending',
      '--goal',
      'purchase',
      '--since',
      '1h',
      '--dry-run',
      '--json',
    ]);
    const { plan } = JSON.parse(some.stdout) as { plan: { advice: { next: string }[] } };
    const advised = plan.advice[0]!.next;
    expect(advised).toMatch(
      /^postback replay --state pending --since \S+ --network amazon --goal purchase --limit 119 /,
    );
    for (const command of [advised, inWords, steps[0]!]) {
      const { stdout } = await workspace.follow(`${command} --dry-run --json`);
      expect([command, JSON.parse(stdout)]).toMatchObject([command, { plan: { toSend: 119 } }]);
    }
    // The account that they were recorded for is connected again, and gets them.
    expect((await workspace.follow(steps[1]!, TOKEN)).code).toBe(0);
    expect((await workspace.run(['replay', '--all', '--yes'])).code).toBe(0);
    expect(workspace.sandbox.state.received()).toBe(120);
    expect(await amazonOf(workspace)).toMatchObject({ pending: 0, account: SANDBOX_ACCOUNTS.na });
  },
);

testHints(
  [
    'logs --status failed',
    'logs --status failed --network {network.name}',
    'doctor',
    'replay --dry-run',
    'replay --state failed --all',
    'map',
    'map {goal} {network} DEFINITION_ID{flag}',
  ],
  'what failed is listed, its mapping is corrected, and it is sent again by the commands that are suggested',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.setUp();
    workspace.write('events.jsonl', makeFile(120));
    await workspace.run(['map', 'purchase', 'amazon', '999', '--unchecked']);
    const { stdout, stderr, code } = await workspace.run(['send', 'events.jsonl', '--json']);
    const ended = readError(stderr) as unknown as { hint: string; next: string };
    const { causes } = JSON.parse(stdout) as { causes: { mapping: string; next: string }[] };
    expect([code, causes]).toMatchObject([3, [{ mapping: '999' }]]);
    const [list, doctor, dry] = await nextSteps(workspace);
    const fromStatus = (await amazonOf(workspace)).next!;
    for (const command of [list!, ...(fromStatus.includes(' logs ') ? [fromStatus] : [])]) {
      expect((await workspace.follow(command)).stdout).toContain('purchase');
    }
    expect((await workspace.follow(doctor!)).stdout).toContain('999');
    const shown = await workspace.follow(dry!);
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringMatching(/match/)]);
    const all = `${ended.hint} ${ended.next}`;
    expect(all).toMatch(/postback (?:map|logs)/);
    await workspace.follow(causes[0]!.next, { fill: { DEFINITION_ID: '1234567891' } });
    const again = /postback replay --state (?:failed|pending) --all.*?:\d+/.exec(all)?.[0];
    const replay =
      again ??
      `postback replay --state failed,pending --all --workspace game --gateway ${workspace.sandbox.url}`;
    expect((await workspace.follow(replay)).code).toBe(0);
    expect(workspace.sandbox.state.received()).toBe(120);
  },
);

testHints(
  ['connect {network}{flags}', 'replay --state pending --all', 'connect {network}', 'doctor'],
  'a grant that was revoked is renewed, and what waits is delivered, by the commands that are suggested',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.setUp();
    workspace.write('events.jsonl', makeFile(120));
    await steer(workspace.sandbox, 'POST', '/grants/revoke');
    const { code, stderr } = await workspace.run(['send', 'events.jsonl', '--json']);
    expect(code).toBe(4);
    const { next } = readError(stderr) as unknown as { next: string };
    const [connect, replay] = await nextSteps(workspace);
    expect([connect, (await amazonOf(workspace)).next]).toEqual([next, next]);
    await steer(workspace.sandbox, 'POST', '/reset');
    expect((await workspace.follow(next, TOKEN)).code).toBe(0);
    expect((await workspace.follow(replay!)).code).toBe(0);
    expect(workspace.sandbox.state.received()).toBe(120);
  },
);

testHints(
  [
    'explain {argumentWords(eventId)}',
    "replay {flagWords('event-id',postback.eventId)}{isOther?'--account-changed':''}",
    'logs --all',
    'explain events.jsonl:1',
  ],
  'explain and replay name commands for one event that hold for any event id',
  async () => {
    for (const eventId of ["it's 1", '-x', 'a; b']) {
      const workspace = await openHintWorkspace();
      await workspace.setUp();
      await steer(workspace.sandbox, 'POST', '/faults', { status: 503, match: 'eventData' });
      await workspace.run(['send', '-', '--max-attempts', '1'], {
        input: makeLine(1, { messageId: eventId }),
      });
      await steer(workspace.sandbox, 'DELETE', '/faults');
      const logged = JSON.parse(
        (await workspace.run(['logs', '--json'])).stdout.split('\n')[0]!,
      ) as {
        eventId: string;
      };
      const explained = await workspace.follow(
        `postback explain --json --workspace game --gateway ${workspace.sandbox.url} -- ${quoteWord(logged.eventId)}`,
      );
      const { postbacks } = JSON.parse(explained.stdout) as { postbacks: { next: string }[] };
      const followed = await workspace.follow(postbacks[0]!.next);
      expect([eventId, followed.code, followed.stderr]).toEqual([eventId, 0, expect.anything()]);
      expect(workspace.sandbox.state.received()).toBe(1);
      const { stdout } = await workspace.run([
        'replay',
        `--event-id=${logged.eventId}`,
        '--dry-run',
        '--json',
      ]);
      const { plan } = JSON.parse(stdout) as { plan: { advice: { next: string }[] } };
      const shown = await workspace.follow(plan.advice[0]!.next);
      expect([eventId, shown.stdout]).toEqual([eventId, expect.stringContaining('delivered')]);
    }
    const workspace = await openHintWorkspace();
    await workspace.setUp();
    workspace.write('events.jsonl', makeFile(1));
    await workspace.run(['send', 'events.jsonl']);
    const logs = await workspace.nextOf(['explain', 'nosuch']);
    expect((await workspace.follow(logs)).stdout).toContain('purchase');
    const first = await workspace.nextOf(['explain', '']);
    expect((await workspace.follow(first)).stdout).toContain('purchase');
  },
);

testHints(
  ['send {argumentWords(name)}', 'logs', 'replay --dry-run --all --state pending,failed,skipped'],
  'a command without a file, or with one that it cannot follow, names the command that takes it',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.setUp();
    writeFileSync(join(workspace.home, "it's old.gz"), gzipSync(makeFile(2)));
    const send = await workspace.nextOf(['tail', "it's old.gz"]);
    expect((await workspace.follow(send)).code).toBe(0);
    expect(workspace.sandbox.state.received()).toBe(2);

    const { stderr } = await workspace.run([
      'send',
      join(workspace.home, 'data/game/delivery.db'),
      '--json',
    ]);
    const hint = /postback logs.*?:\d+/.exec(readError(stderr).hint)![0];
    expect((await workspace.follow(hint)).stdout).toContain('purchase');

    const [wide] = await workspace.suggestedBy(['replay', '--dry-run']);
    const shown = await workspace.follow(wide!);
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining('Nothing to replay')]);
  },
);

testHints(
  ['logs --status skipped', 'explain FILE', 'doctor'],
  'when all was skipped, send, status and next name the commands that say why',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.setUp();
    const tooOld = new Date(Date.now() - 30 * 86_400_000).toISOString();
    workspace.write('old events.jsonl', makeLine(1, { eventTimestamp: tooOld }));
    const { stderr } = await workspace.run(['send', 'old events.jsonl']);
    const [fromSend] = /postback logs --status skipped.*\d/.exec(stderr)!;
    // What is skipped for its age may be a matter of the clock, which `doctor` compares.
    const [doctor, explain] = await nextSteps(workspace);
    expect((await workspace.follow(fromSend)).stdout).toContain('too_old');
    const explained = await workspace.follow(explain!, { fill: { FILE: 'old events.jsonl' } });
    expect(explained.stdout).toContain('too_old');
    expect((await workspace.follow(doctor!)).code).toBe(0);
  },
);

testHints(
  ['logs --status failed --since 30d'],
  'what failed more than a day ago is listed by what next suggests',
  async () => {
    const workspace = await openHintWorkspace();
    await workspace.setUp();
    await workspace.run(['map', 'purchase', 'amazon', '999', '--unchecked']);
    await workspace.run(['send', '-'], { input: makeLine(1) });
    await workspace.run(['map', 'purchase', 'amazon', '1234567891']);
    await workspace.run(['send', '-'], { input: makeLine(2) });
    const flags = `--workspace game --gateway ${workspace.sandbox.url}`;
    const listed = await workspace.follow(`postback logs --status failed --since 30d ${flags}`);
    expect(listed.stdout).toContain('00000000-0000-4000-8000-000000000001');
  },
);
