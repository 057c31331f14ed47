import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { readFolder } from '../../kit/log.js';
import { findPort, hasPostgres, startPostgres, type TestServer } from '../../kit/postgres.js';
import { makeFolder } from '../../kit/run.js';
import { SharedLog, until } from '../../kit/shared-log.js';
import { makeFile, readError } from '../../kit/test-workspace.js';

const SECRET = 'hunter2-and-more';

describe.skipIf(!hasPostgres())('a shared log that cannot be used', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres();
    await server.run(
      'postgres',
      `CREATE ROLE locked LOGIN PASSWORD '${SECRET}'; CREATE ROLE sender LOGIN`,
    );
    await server.setRules(['host all locked 127.0.0.1/32 scram-sha-256']);
  });
  afterAll(() => server.close());

  function addressOf(shared: SharedLog, user: string): string {
    return shared.url.replace('owner@', `${user}@`);
  }

  test('7: with the server away at the start: log_unreachable, exit 1, and nothing is read', async () => {
    const shared = await SharedLog.create(server);
    shared.write('events.jsonl', makeFile(3));
    const url = `postgres://owner@127.0.0.1:${await findPort()}/game`;
    const machine = await shared.makeMachine({ POSTBACK_LOG_URL: url });
    const commands = [
      ['send', 'events.jsonl'],
      ['tail', 'events.jsonl'],
      ['replay', '--state', 'pending', '--all', '--yes'],
      ['status'],
      ['logs'],
      ['logs', '--follow'],
    ];
    const runs = await Promise.all(commands.map((args) => machine.run([...args, '--json'])));
    for (const [index, { code, stdout, stderr }] of runs.entries()) {
      expect([commands[index], code], stderr).toEqual([commands[index], 1]);
      expect(stdout).toBe('');
      expect(readError(stderr)).toMatchObject({ code: 'log_unreachable', exit: 1 });
      expect(stderr).not.toMatch(/\n\s+at /);
    }
    // The pipe stays open: a run that reads it would wait for its end.
    const running = await machine.start(['send', '-']);
    running.child.stdin.write(makeFile(1));
    expect(await running.finished).toMatchObject({ code: 1, stdout: '' });
    const doctor = await machine.run(['doctor', '--json']);
    expect([doctor.code, doctor.stdout]).toEqual([3, expect.stringContaining('be reached')]);
    expect(doctor.stdout).toContain('"next":"postback config get log.url"');
    expect(await machine.run(['config', 'get', 'log.url'])).toMatchObject({
      code: 0,
      stdout: `${url}\n`,
    });
    expect(shared.sandbox.state.received()).toBe(0);
  });

  test('7: with the server away during a run: it says what it waits for, and goes on', async () => {
    const shared = await SharedLog.create(server);
    shared.write('events.jsonl', makeFile(300));
    const machine = await shared.makeMachine();
    const { hostname } = new URL(shared.url);
    const place = `${hostname}:${server.port}/${shared.database}`;
    // The pace leaves time for it between two of several requests.
    const running = await machine.start(['send', 'events.jsonl', '--rate', '1']);
    await until(() => shared.sandbox.state.received() > 0);
    await server.stop();
    await running.waitFor('stderr', /Waiting for the delivery log/);
    const received = shared.sandbox.state.received();
    expect(received).toBeLessThan(300);
    await server.start();
    const { code, stderr: text } = await running.finished;
    expect(code, text).toBe(0);
    expect(text).toContain(
      `Waiting for the delivery log at ${place}, which cannot be reached (connect ECONNREFUSED`,
    );
    expect(text).toMatch(
      /No request leaves meanwhile\. The run ends if this takes longer than \d+ s/,
    );
    expect(text).toContain(`The delivery log at ${place} is back.`);
    expect(shared.sandbox.state.received()).toBe(300);
  });

  test('the second role of docs/shared-log.md sends, replays, erases and prunes', async () => {
    const shared = await SharedLog.create(server);
    shared.write('events.jsonl', makeFile(5));
    expect(await (await shared.makeMachine()).run(['send', 'events.jsonl'])).toMatchObject({
      code: 0,
    });
    const page = readFileSync(new URL('../../../docs/shared-log.md', import.meta.url), 'utf8');
    const [, grants = ''] = /```sql\n(GRANT USAGE ON SCHEMA[^`]*)```/.exec(page) ?? [];
    await shared.sql(grants);
    const machine = await shared.makeMachine({ POSTBACK_LOG_URL: addressOf(shared, 'sender') });
    shared.write('more.jsonl', makeFile(10));
    for (const args of [
      ['send', 'more.jsonl'],
      ['replay', '--state', 'pending', '--all', '--yes'],
      ['erase', '--user-id', 'player-1', '--yes'],
      ['logs', 'prune', '--older-than', '0s', '--yes'],
    ]) {
      const { code, stderr } = await machine.run(args);
      expect([args, code], stderr).toEqual([args, 0]);
    }
    const { stdout } = await machine.run(['doctor', '--json']);
    const { checks } = JSON.parse(stdout) as { checks: { id: string; result: string }[] };
    const rows = checks.filter(({ id }) => id.startsWith('log'));
    expect(rows.map(({ id, result }) => `${id} ${result}`)).toEqual([
      'log pass',
      'log_server pass',
      'log_rights pass',
      'log_partitions pass',
      'log_clock pass',
      'log_synchronous_commit pass',
      'log_pooler pass',
    ]);
    expect(shared.sandbox.state.received()).toBe(10);
  });

  test('a password reaches no output, no file and no setting', async () => {
    const shared = await SharedLog.create(server);
    shared.write('events.jsonl', makeFile(5));
    await server.run('postgres', `ALTER DATABASE ${shared.database} OWNER TO locked`);
    const withPassword = addressOf(shared, `locked:${SECRET}`);
    const without = { POSTBACK_LOG_URL: addressOf(shared, 'locked') };
    const file = join(await makeFolder(), 'pgpass');
    writeFileSync(file, `127.0.0.1:${server.port}:*:locked:${SECRET}\n`, { mode: 0o600 });
    const ways: NodeJS.ProcessEnv[] = [
      { POSTBACK_LOG_URL: withPassword },
      { ...without, PGPASSWORD: SECRET },
      { ...without, PGPASSFILE: file },
    ];
    for (const env of ways) {
      const machine = await shared.makeMachine(env);
      const sent = await machine.run(['send', 'events.jsonl']);
      expect(sent.code, sent.stderr).toBe(0);
      const runs = await Promise.all([
        machine.run(['config', 'show', '--json']),
        machine.run(['doctor']),
      ]);
      const gone = (env['POSTBACK_LOG_URL'] ?? '').replace(/[^/]*$/, 'gone');
      runs.push(sent, await machine.run(['status'], { env: { POSTBACK_LOG_URL: gone } }));
      for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toContain(SECRET);
      expect(readFolder(machine.home)).not.toContain(SECRET);
    }
    const machine = await shared.makeMachine();
    const stored = await machine.run(['config', 'set', 'log.url', withPassword, '--json']);
    expect([stored.code, readError(stored.stderr).message]).toEqual([
      2,
      expect.stringMatching(/password, which is never stored/),
    ]);
    const moved = await machine.run(['logs', 'move', withPassword, '--json']);
    expect([moved.code, readError(moved.stderr).code]).toEqual([2, 'password_in_argument']);
    for (const { stdout, stderr } of [stored, moved]) expect(stdout + stderr).not.toContain(SECRET);
    chmodSync(file, 0o644);
    const open = await machine.run(['status', '--json'], { env: { ...without, PGPASSFILE: file } });
    expect([open.code, readError(open.stderr).code]).toEqual([2, 'password_file_open']);
    expect(shared.sandbox.state.received()).toBe(5);
  });
});
