import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { hasPgBouncer, startPgBouncer, type TestPooler } from '../../kit/pgbouncer.js';
import { hasPostgres, startPostgres, type TestServer } from '../../kit/postgres.js';
import { SharedLog, until } from '../../kit/shared-log.js';
import { makeFile } from '../../kit/test-workspace.js';

describe.skipIf(!hasPostgres() || !hasPgBouncer())('through PgBouncer in transaction mode', () => {
  let server: TestServer;
  let pooler: TestPooler;
  beforeAll(async () => {
    server = await startPostgres();
    pooler = await startPgBouncer(server.port);
  });
  afterAll(async () => {
    await pooler.stop();
    await server.close();
  });

  test('7: two send, others read, and a run waits for a pooler that starts again', async () => {
    const shared = await SharedLog.create(server);
    shared.write('events.jsonl', makeFile(300));
    const url = shared.url.replace(`:${server.port}/`, `:${pooler.port}/`);
    const [one, two] = await Promise.all([
      shared.makeMachine({ POSTBACK_LOG_URL: url }),
      shared.makeMachine({ POSTBACK_LOG_URL: url }),
    ]);
    const first = await one.start(['send', 'events.jsonl', '--rate', '1']);
    await until(() => shared.sandbox.state.received() > 0);
    await pooler.stop();
    await first.waitFor('stderr', /Waiting for the delivery log/);
    await pooler.start();
    const runs = await Promise.all([first.finished, two.run(['send', 'events.jsonl'])]);
    for (const { code, stderr } of runs) expect(code, stderr).toBe(0);
    expect(runs[0].stderr).toContain('is back.');
    expect(shared.sandbox.state.received()).toBe(300);
    for (const args of [['logs', '--limit', '5'], ['stats']]) {
      const { code, stderr } = await two.run(args);
      expect([args, code], stderr).toEqual([args, 0]);
    }
    const doctor = await two.run(['doctor']);
    expect(doctor.stdout).toContain('through a pooler in transaction mode');
    expect(doctor.code, doctor.stdout).toBe(0);
  });
});
