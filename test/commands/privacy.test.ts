import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SANDBOX_CLIENT_SECRET, seededRefreshToken } from '../../src/sandbox/amazon/seed.js';
import { makeLine, steer, TestWorkspace } from '../kit/test-workspace.js';

/** What no file, no output and no request may hold in plain text. */
const PERSONAL = {
  email: 'Zyxwv.Quagmire+tag@Example-Mail.test',
  phone: '+1 (206) 555-0173',
  first_name: 'Zoltanina',
  last_name: 'Quagmirevsky',
  address: '4217 Xylophone Boulevard',
  city: 'Yellowknifeville',
  state: 'Zzstate',
  postal_code: '99887',
  external_id: 'external-zq-81723',
  ip: '203.0.113.217',
};

/** The same, as a program could have written it. */
const TRACES = [
  ...Object.values(PERSONAL).filter((text) => text !== PERSONAL.postal_code),
  'zyxwv.quagmire',
  'zyxwvquagmire',
  '12065550173',
  'quagmirevsky',
  'zoltanina',
  'xylophone',
  'yellowknifeville',
  'person-of-interest-4711',
  'visitor-of-interest-4711',
];

const SECRETS = [SANDBOX_CLIENT_SECRET, seededRefreshToken('na'), 'Atza|'];

/** Every file below `folder`. */
function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function findTraces(content: string, traces: readonly string[]): string[] {
  const lower = content.toLowerCase();
  return traces.filter((trace) => lower.includes(trace.toLowerCase()));
}

function makePersonalLine(number: number, properties: Record<string, string> = {}): string {
  const changes = { userId: 'person-of-interest-4711', anonymousId: 'visitor-of-interest-4711' };
  return makeLine(number, changes, { ...PERSONAL, ...properties });
}

/**
 * Delivered, skipped, failed, retried, pending and invalid: each with the whole person on the line.
 */
const FILE = [
  makePersonalLine(1),
  makePersonalLine(2, { currency: 'PLN' }),
  makePersonalLine(3, { country: '' }),
  makePersonalLine(4, { value: PERSONAL.email }),
  makePersonalLine(5, { click_time: PERSONAL.phone }),
  makePersonalLine(6, { email_hash: PERSONAL.email }),
  `{"email":"${PERSONAL.email}","oops":nothing}`,
  `{"type":"${PERSONAL.email}"}`,
].join('\n');

/** Runs that leave a trace wherever one could be left; returns all that they printed. */
async function runEverything(workspace: TestWorkspace): Promise<string> {
  for (const name of ['REFRESH_TOKEN', 'REGION', 'ACCOUNT'])
    delete workspace.env[`POSTBACK_AMAZON_${name}`];
  const printed: string[] = [];
  const run = async (args: string[], input = '', env: NodeJS.ProcessEnv = {}): Promise<void> => {
    const { stdout, stderr } = await workspace.run(args, {
      input,
      env: { POSTBACK_DEBUG: '1', ...env },
    });
    printed.push(stdout, stderr);
  };
  await run(['connect', 'amazon', '--token-stdin', '--json'], seededRefreshToken('na'));
  await run(['send', '-', '--rejects', 'rejects.jsonl'], FILE);
  await run(['send', '-', '--json', '--dry-run'], FILE.replaceAll('00000000000', '00000000001'));
  await steer(workspace.sandbox, 'POST', '/faults', { status: 500, match: 'eventData' });
  await run(['send', '-', '--max-attempts', '2'], makePersonalLine(20));
  await run(['send', '-', '--max-attempts', '2'], makePersonalLine(21), {
    POSTBACK_GATEWAY: 'http://127.0.0.1:1',
  });
  await steer(workspace.sandbox, 'POST', '/grants/revoke');
  await run(['send', '-'], makePersonalLine(22));
  await run(['connect', 'amazon', '--token-stdin'], 'Atzr|no-such-token');
  await run(['logs', '--all', '--json']);
  await run(['config', 'show', '--json']);
  await run(['config', 'export']);
  return printed.join('\n');
}

test('no secret and nothing personal is printed or stored in plain text; files are 0600, folders 0700', async () => {
  const workspace = await TestWorkspace.create();
  const printed = await runEverything(workspace);
  expect(printed).toMatch(/"delivered"|Delivered/);
  expect(findTraces(printed, [...TRACES, ...SECRETS, 'no-such-token'])).toEqual([]);

  const files = [...listFiles(workspace.home), join(workspace.cwd, 'rejects.jsonl')];
  expect(files.some((file) => file.endsWith('delivery.db'))).toBe(true);
  for (const file of files) {
    const content = readFileSync(file).toString('latin1');
    expect([file, findTraces(content, TRACES)]).toEqual([file, []]);
    const held = file.endsWith('credentials.json')
      ? ['no-such-token']
      : [...SECRETS, 'no-such-token'];
    expect([file, findTraces(content, held)]).toEqual([file, []]);
    expect([file, (statSync(file).mode & 0o777).toString(8)]).toEqual([file, '600']);
  }
  const folders = readdirSync(workspace.home, { recursive: true, withFileTypes: true }).filter(
    (one) => one.isDirectory(),
  );
  for (const { parentPath, name } of folders) {
    expect([name, (statSync(join(parentPath, name)).mode & 0o777).toString(8)]).toEqual([
      name,
      '700',
    ]);
  }
  expect(readFileSync(join(workspace.home, 'config', 'credentials.json'), 'utf8')).toContain(
    seededRefreshToken('na'),
  );
  // Neither did Amazon get anything in plain text, but for what it wants so.
  const sent = JSON.stringify(workspace.sandbox.state.conversions());
  expect(findTraces(sent, TRACES)).toEqual([]);
  expect(sent).toContain(createHash('sha256').update('zoltanina').digest('hex'));
});

test('folders on the way to a home that is not there are private too', async () => {
  const workspace = await TestWorkspace.create();
  writeFileSync(join(workspace.cwd, 'events.jsonl'), makeLine(1));
  const { code } = await workspace.run(['send', 'events.jsonl'], {
    env: { POSTBACK_HOME: join(workspace.home, 'deep', 'er') },
  });
  expect(code).toBe(0);
  for (const name of ['deep', 'deep/er', 'deep/er/data']) {
    expect([name, (statSync(join(workspace.home, name)).mode & 0o077).toString(8)]).toEqual([
      name,
      '0',
    ]);
  }
});
