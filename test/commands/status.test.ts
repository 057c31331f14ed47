import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeErrand, makeFile, makeLine, PURCHASE_GOAL, readError, type Errand } from '../kit/errand.js';
import { runPostback } from '../kit/run.js';

interface Status {
  workspace: string;
  networks: Record<string, unknown>[];
}

async function readStatus(errand: Errand, exit: number, env: NodeJS.ProcessEnv = {}): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await errand.run(['status', '--json'], { env });
  expect(code, stderr + stdout).toBe(exit);
  expect(stderr).toBe('');
  const { networks } = JSON.parse(stdout) as Status;
  return networks.find(({ network }) => network === 'amazon')!;
}

async function readNext(errand: Errand): Promise<string> {
  const { code, stdout, stderr } = await errand.run(['next', '--json']);
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as { stage: string }).stage;
}

describe('status', () => {
  test('nothing connected: exit 4, and what to type', async () => {
    const { code, stdout, stderr } = await runPostback(['status', '--json']);
    expect(code, stderr).toBe(4);
    const { workspace, networks } = JSON.parse(stdout) as Status;
    expect(workspace).toBe('default');
    expect(networks[0]).toMatchObject({
      network: 'amazon',
      connected: false,
      health: null,
      next: 'postback connect amazon',
    });
    const words = await runPostback(['status']);
    expect(words.stdout).toBe('');
    expect(words.stderr).toContain('No network is connected.');
  });

  test('new, then at work', async () => {
    const errand = await makeErrand();
    expect(await readStatus(errand, 0)).toMatchObject({
      connected: true,
      enabled: true,
      account: '1234567890123',
      region: 'na',
      source: 'environment',
      goalsMapped: 1,
      goalsActive: 1,
      delivered24h: 0,
      lastDelivery: null,
      health: 'no_recent_activity',
    });
    expect(await readNext(errand)).toBe('nothing_sent');
    await errand.send(makeFile(3), 0);
    const well = await readStatus(errand, 0);
    expect(well).toMatchObject({ delivered24h: 3, failed24h: 0, pending: 0, processing: 0, health: 'ok' });
    expect(well['lastDelivery']).toMatch(/^\d{4}-.*Z$/);
    expect(well).not.toHaveProperty('problem');
    expect(await readNext(errand)).toBe('well');
  });

  test('postbacks that a network refuses are failures, and the log is where to look', async () => {
    const errand = await makeErrand({ goals: [{ ...PURCHASE_GOAL, map: { amazon: '4041111111' } }] });
    await errand.send(makeLine(1), 3);
    expect(await readStatus(errand, 0)).toMatchObject({
      failed24h: 1,
      health: 'ok',
      next: 'postback logs --status failed --network amazon',
    });
    expect(await readNext(errand)).toBe('failures_waiting');
  });

  test('postbacks that wait are counted', async () => {
    const errand = await makeErrand();
    await errand.sandbox.close();
    await errand.send(makeFile(2), 5, '--max-attempts', '1');
    expect(await readStatus(errand, 0)).toMatchObject({
      pending: 2,
      next: 'postback replay --state pending --all --network amazon',
    });
    expect(await readNext(errand)).toBe('postbacks_waiting');
  });

  test('a refused grant: credential failures, exit 4, the variable is named', async () => {
    const errand = await makeErrand({ env: { POSTBACK_AMAZON_REFRESH_TOKEN: 'Atzr|revoked' } });
    await errand.send(makeLine(1), 4);
    const amazon = await readStatus(errand, 4);
    expect(amazon).toMatchObject({ health: 'credential_failures', pending: 1, next: 'postback doctor' });
    expect(amazon['problem']).toContain('POSTBACK_AMAZON_');
    expect(await readNext(errand)).toBe('grant_refused');
    // With a good token the next run delivers, and all is well again.
    const env = { POSTBACK_AMAZON_REFRESH_TOKEN: errand.env['POSTBACK_AMAZON_REFRESH_TOKEN'] };
    const good = await makeErrand();
    env.POSTBACK_AMAZON_REFRESH_TOKEN = good.env['POSTBACK_AMAZON_REFRESH_TOKEN'];
    const replayed = await errand.run(['replay', '--state', 'pending', '--yes', '--json'], { env });
    expect(replayed.code, replayed.stderr).toBe(0);
    expect(await readStatus(errand, 0, env)).toMatchObject({ health: 'ok', pending: 0, delivered24h: 1 });
  });

  test('variables in part are a finding about one network', async () => {
    const errand = await makeErrand({ env: { POSTBACK_AMAZON_ACCOUNT: '' } });
    const amazon = await readStatus(errand, 4);
    expect(amazon).toMatchObject({ connected: false, health: null });
    expect(amazon['problem']).toContain('POSTBACK_AMAZON_ACCOUNT not set');
  });

  test('goals that are not mapped, none at all, and a file that is broken', async () => {
    const unmapped = await makeErrand({
      goals: [PURCHASE_GOAL, { ...PURCHASE_GOAL, id: 'two', name: 'Two', map: {} }],
    });
    expect(await readStatus(unmapped, 0)).toMatchObject({ goalsMapped: 1, goalsActive: 2, next: 'postback map' });
    const none = await makeErrand({ goals: [] });
    expect(await readStatus(none, 0)).toMatchObject({ goalsActive: 0, next: 'postback goals add' });
    expect(await readNext(none)).toBe('no_goals');
    writeFileSync(join(none.cwd, 'postback.config.json'), '{');
    const { code, stderr } = await none.run(['status', '--json']);
    expect([code, readError(stderr).exit]).toEqual([2, 2]);
  });

  test('off a terminal the table has tabs, UTC times and the next command', async () => {
    const errand = await makeErrand();
    await errand.send(makeLine(1), 0);
    const { stdout } = await errand.run(['status']);
    const [header, row] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(header).toContain('last delivery');
    expect(row![header!.indexOf('last delivery')]).toMatch(/T.*Z$/);
    expect(row![header!.indexOf('health')]).toBe('ok');
  });
});

test('postback alone says what to do, and where the list of commands is', async () => {
  const { code, stdout, stderr } = await runPostback([]);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('No network is connected.');
  expect(stdout).toContain('postback demo');
  expect(stdout).toContain('postback --help lists every command.');
});
