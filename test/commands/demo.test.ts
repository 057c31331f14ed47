import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { makeExampleEvents } from '../../src/demo/example-events.js';
import {
  parseRows,
  readError,
  type Row,
  type RunSummary,
  TestWorkspace,
} from '../kit/test-workspace.js';
import { makeFolder, runPostback, spawnPostback } from '../kit/run.js';

interface DemoData extends RunSummary {
  url: string;
  connection: { network: string; account: string; region: string; api: string };
  sandbox: { conversions: number; received: number };
  goals: { goal: string; amazon: string | null }[];
  log: Row[];
  home?: string;
}

/** How many lines of the example file have each reason, and how many are delivered. */
function countFates(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { fate } of makeExampleEvents(Date.now())) counts[fate] = (counts[fate] ?? 0) + 1;
  return counts;
}

function expectExampleSummary(summary: RunSummary): void {
  const { delivered, silent, invalid, ...skips } = countFates();
  expect(summary).toMatchObject({ delivered, invalid, failed: 0, pending: 0 });
  expect(summary.skips).toEqual(skips);
  const skipped = Object.values(skips).reduce((sum, count) => sum + count, 0);
  expect(summary).toMatchObject({ skipped, events: delivered! + skipped + silent! });
}

/** A folder for temporary files that is empty when the demo cleaned up. */
async function makeTemporary(): Promise<{ TMPDIR: string; left: () => string[] }> {
  const TMPDIR = await makeFolder();
  return { TMPDIR, left: () => readdirSync(TMPDIR).filter((name) => name.startsWith('postback-')) };
}

describe('demo', () => {
  test('delivers what the example says, through a refusal, and removes its files', async () => {
    const [cwd, { TMPDIR, left }] = [await makeFolder(), await makeTemporary()];
    // What the user has set, right or wrong, is none of the demo's business.
    writeFileSync(join(cwd, 'postback.config.json'), '{"goals":');
    const env = {
      TMPDIR,
      POSTBACK_AMAZON_CLIENT_ID: 'mine',
      POSTBACK_RATE: '1',
      POSTBACK_WORKSPACE: 'mine',
      CI: 'true',
    };
    const { code, stdout, stderr, home } = await runPostback(['demo', '--json'], { cwd, env });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const data = JSON.parse(stdout) as DemoData;
    expectExampleSummary(data);
    expect(data).toMatchObject({
      command: 'send',
      workspace: 'sandbox',
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      connection: { network: 'amazon', account: '1234567890123', region: 'na', api: 'capi-v1' },
      sandbox: { conversions: data.delivered, received: data.delivered },
    });
    expect(data.goals.map(({ goal, amazon }) => `${goal} ${amazon}`)).toEqual([
      'first-purchase 1234567890',
      'wishlist-add 1234567894',
      'email-captured 1234567892',
      'level-10 null',
    ]);
    const [first, second] = data.log;
    expect(first).toMatchObject({ status: 'retried', http: 429, attempt: 1 });
    expect(second).toMatchObject({
      status: 'success',
      http: 207,
      attempt: 2,
      eventId: first!.eventId,
    });
    expect(data.log.filter(({ status }) => status === 'skipped').length).toBeGreaterThan(2);
    // Neither config nor data: at most Node's compile cache
    // (docs/development/decisions/code-cache.md).
    expect(readdirSync(home).filter((name) => name !== 'cache')).toEqual([]);
    expect(left()).toEqual([]);
  });

  test('tells people every step, the reasons in words, and what to type next', async () => {
    const { code, stdout, stderr } = await runPostback(['demo']);
    expect(code).toBe(0);
    for (const command of ['sandbox', 'connect', 'goals add, map', 'send', 'logs --all']) {
      expect(stderr).toContain(`postback ${command}\n`);
    }
    expect(stderr).toMatch(/ {2}http:\/\/127\.0\.0\.1:\d+\/www\.amazon\.com\/ap\/oa\?client_id=/);
    expect(stderr).toContain('level-10        achievement_unlocked  not mapped');
    expect(stderr).toMatch(
      /invalid events\.jsonl:\d+: eventTimestamp is the text "2026-02-30T12:00:00Z"; expected/,
    );
    expect(stderr).toContain('postback connect amazon  ');
    expect(stdout).toMatch(/Delivered {2}175 postbacks in [\d.]+ s: amazon 175 in 3 requests/);
    expect(stdout).toMatch(/24 {2}organic +no paid click is attributed to the player/);
    expect(stdout).toMatch(/purchase\tretried\t429/);
    expect(stdout + stderr).not.toContain('\u001B[');
  });

  test('--keep leaves a home that other commands can look at, and takes no folder that is in use', async () => {
    const kept = join(await makeFolder(), 'try out');
    const { stdout, stderr } = await runPostback(['demo', '--keep', kept]);
    expect(stderr).toContain(`export POSTBACK_HOME='${kept}'`);
    expect(stdout).toContain('Delivered');
    const logs = ['logs', '--json', '--status', 'success'];
    const shown = await runPostback([...logs, '--sandbox'], { home: kept });
    expect(parseRows(shown.stdout)).toHaveLength(175);
    const file = join(kept, 'events.jsonl');
    expect(stderr).toContain(`postback send '${file}' --sandbox`);
    const again = await runPostback(['send', file, '--sandbox', '--json'], { home: kept });
    const { networks, skips } = JSON.parse(again.stdout) as RunSummary;
    expect(skips['duplicate']).toBeGreaterThanOrEqual(175);
    expect(networks['amazon']).toMatchObject({ delivered: 0 });
    // Without the flag, nothing of the demo leads to a real network.
    expect(parseRows((await runPostback(logs, { home: kept })).stdout)).toEqual([]);
    const plain = await runPostback(['doctor', '--json'], { home: kept });
    expect([plain.code, plain.stdout]).toEqual([4, expect.stringContaining('No network is')]);
    expect(readFileSync(join(kept, 'events.jsonl'), 'utf8').split('\n')).toHaveLength(311);

    const used = await runPostback(['demo', '--keep', kept, '--json']);
    expect(used.code).toBe(2);
    expect(readError(used.stderr).code).toBe('folder_not_empty');
    writeFileSync(join(kept, 'file'), '');
    const blocked = await runPostback(['demo', '--keep', join(kept, 'file'), '--json']);
    expect(readError(blocked.stderr)).toMatchObject({ code: 'folder_unusable', exit: 2 });
  });

  test('Ctrl-C ends it with 130, and it cleans up', async () => {
    const { TMPDIR, left } = await makeTemporary();
    const { child, waitFor, finished } = await spawnPostback(['demo'], { env: { TMPDIR } });
    await waitFor('stderr', /postback send\n/);
    child.kill('SIGINT');
    const { code } = await finished;
    expect(code).toBe(130);
    expect(left()).toEqual([]);
  });

  test('--write-events writes a file that any sandbox takes as the demo does, with the example project', async () => {
    const workspace = await TestWorkspace.create();
    const config = fileURLToPath(new URL('../../examples/postback.config.json', import.meta.url));
    writeFileSync(join(workspace.cwd, 'postback.config.json'), readFileSync(config));
    const events = join(workspace.cwd, 'events.jsonl');
    const written = await workspace.run(['demo', '--write-events', events, '--json']);
    expect(JSON.parse(written.stdout)).toEqual({ file: events, lines: 310 });
    const { code, stdout } = await workspace.run(['send', events, '--json']);
    expect(code).toBe(3);
    expectExampleSummary(JSON.parse(stdout) as RunSummary);
    expect(workspace.sandbox.state.conversions()).toHaveLength(175);
    expect(workspace.sandbox.state.received()).toBe(175);
    expect(existsSync(join(workspace.home, 'config'))).toBe(false);

    mkdirSync(join(workspace.cwd, 'folder'));
    const refused = await workspace.run(['demo', '--write-events', 'folder', '--json']);
    expect(readError(refused.stderr)).toMatchObject({ code: 'file_unwritable', exit: 2 });
  });
});
