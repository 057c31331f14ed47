import { AckPolicy, jetstream } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { hasNats, TestNats } from '../../kit/brokers/nats.js';
import { reportSkipped } from '../../kit/brokers/server.js';
import {
  makeFile,
  makeLine,
  parseRows,
  readError,
  steer,
  TestWorkspace,
  type RunSummary,
} from '../../kit/test-workspace.js';

if (!hasNats) reportSkipped('nats-server', 'Debian: apt-get install nats-server');

describe.skipIf(!hasNats)('nats:// source', () => {
  let nats: TestNats;
  let streams = 0;

  beforeAll(async () => {
    nats = await TestNats.start();
  });
  afterAll(() => nats.stop());

  /** A stream for one test, with these messages. */
  async function makeStream(messages: readonly (string | Uint8Array)[]): Promise<string> {
    const name = `EVENTS${++streams}`;
    await nats.addStream(name, name.toLowerCase());
    await nats.publish(name.toLowerCase(), messages);
    return name;
  }

  function makeMessages(count: number): string[] {
    return Array.from({ length: count }, (_, index) => makeLine(index + 1));
  }

  it('delivers each message once, acknowledges it and sends nothing the second time', async () => {
    const stream = await makeStream([
      ...makeMessages(1_200),
      `${makeLine(1201)}\n${makeLine(1202)}\n`,
      `[${makeLine(1203)},${makeLine(1204)}]`,
      `${makeLine(1205)}${makeLine(1206)}`,
    ]);
    const workspace = await TestWorkspace.create();
    const url = nats.url(stream);
    const first = await workspace.run(['send', url, '--json']);
    expect(first.code, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ lines: 1206, delivered: 1206, invalid: 0 });
    expect(await nats.lag(stream, 'postback-default')).toBe(0);
    expect(workspace.sandbox.state.conversions()).toHaveLength(1206);

    const again = await workspace.run(['send', `${url}/other`, '--json']);
    const summary = JSON.parse(again.stdout) as RunSummary;
    expect(summary).toMatchObject({ delivered: 0, skips: { duplicate: 1206 } });
    expect(workspace.sandbox.state.conversions()).toHaveLength(1206);
  });

  it('acknowledges broken messages after their rows are stored in the rejects stream', async () => {
    const messages = [...makeMessages(20), 'not json', `${makeLine(21)}\n{"cut`];
    messages.push(JSON.stringify({ type: 'track', text: 'x'.repeat(900_000) }));
    const stream = await makeStream(messages);
    const rejects = await makeStream([]);
    const workspace = await TestWorkspace.create();
    const args = ['--rejects', nats.url(rejects), '--json'];
    const { code, stdout, stderr } = await workspace.run(['send', nats.url(stream), ...args]);
    expect(code, stderr).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ delivered: 21, invalid: 3 });
    const rows = parseRows<{ file: string; line: number; why: string }>(
      (await nats.read(rejects)).join('\n'),
    );
    expect(rows.map(({ file, line }) => [file, line])).toEqual([
      [`${stream}@21`, 1],
      [`${stream}@22`, 2],
      [`${stream}@23`, 1],
    ]);
    expect(await nats.lag(stream, 'postback-default')).toBe(0);
  });

  it('delivers once what a worker had in hand that was killed before it acknowledged', async () => {
    const stream = await makeStream(['not json', ...makeMessages(200)]);
    await nats.manager.consumers.add(stream, {
      durable_name: 'quick',
      ack_policy: AckPolicy.Explicit,
      ack_wait: 1_000_000_000,
    });
    const rejects = `REJECTS${streams}`;
    const config = { name: rejects, subjects: [rejects.toLowerCase()] };
    await nats.manager.streams.add({ ...config, max_msg_size: 10 });
    const workspace = await TestWorkspace.create();
    const args = ['tail', nats.url(`${stream}/quick`), '--rejects', nats.url(rejects)];
    const one = await workspace.start(...args);
    await one.waitFor('stderr', /nothing is acknowledged until it can/);
    one.child.kill('SIGKILL');
    await one.finished;
    expect(await nats.lag(stream, 'quick')).toBe(201);
    await nats.manager.streams.update(rejects, { ...config, max_msg_size: -1 });
    const two = await workspace.start(...args);
    await vi.waitFor(async () => {
      expect(await nats.lag(stream, 'quick')).toBe(0);
      expect(workspace.sandbox.state.conversions()).toHaveLength(200);
    }, 200_000);
    two.child.kill('SIGTERM');
    const { code, stderr } = await two.finished;
    expect(code, stderr).toBe(143);
    expect(workspace.sandbox.state.received()).toBe(200);
    expect(await nats.read(rejects)).toHaveLength(1);
  }, 200_000);

  it('leaves to a later run of the workspace what a stopped worker acknowledged', async () => {
    const stream = await makeStream(makeMessages(40));
    const empty = await makeStream([]);
    const workspace = await TestWorkspace.create({ sandbox: { faults: [{ status: 503 }] } });
    const url = nats.url(stream);
    const running = await workspace.start('tail', url, '--max-attempts', '1');
    await running.waitFor('stdout', /503|retry|pending/);
    await vi.waitFor(
      async () => expect(await nats.lag(stream, 'postback-default')).toBe(0),
      20_000,
    );
    running.child.kill('SIGTERM');
    const { code, stderr } = await running.finished;
    expect(code, stderr).toBe(143);
    await steer(workspace.sandbox, 'DELETE', '/faults');
    const { stdout } = await workspace.run(['send', nats.url(empty), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ delivered: 40, recovered: 40, lines: 0 });
    expect(workspace.sandbox.state.received()).toBe(40);
  });

  it('acknowledges nothing while the rejects stream cannot be written', async () => {
    const stream = await makeStream(['not json', ...makeMessages(2)]);
    const rejects = `REJECTS${streams}`;
    await nats.manager.streams.add({
      name: rejects,
      subjects: [rejects.toLowerCase()],
      max_msg_size: 10,
    });
    const workspace = await TestWorkspace.create();
    const running = await workspace.start('tail', nats.url(stream), '--rejects', nats.url(rejects));
    await running.waitFor('stderr', /nothing is acknowledged/);
    expect(await nats.lag(stream, 'postback-default')).toBe(3);
    running.child.kill('SIGTERM');
    const { code } = await running.finished;
    expect(code).toBe(143);
    expect(await nats.lag(stream, 'postback-default')).toBe(3);
    expect(running.stderr()).toContain('run one worker for the group postback-default');
  });

  it('takes messages again that were recorded and not acknowledged, as duplicates', async () => {
    const stream = await makeStream(makeMessages(300));
    await nats.manager.consumers.add(stream, {
      durable_name: 'quick',
      ack_policy: AckPolicy.Explicit,
      ack_wait: 3_000_000_000,
    });
    // Another worker has recorded everything, and died before it acknowledged.
    const workspace = await TestWorkspace.create();
    await workspace.send(makeFile(300), 0);
    const consumer = await jetstream(nats.connection).consumers.get(stream, 'quick');
    const taken = await consumer.fetch({ max_messages: 300, expires: 5_000 });
    for await (const _message of taken) continue;
    const url = nats.url(`${stream}/quick`);
    const running = await workspace.start('tail', url, '--metrics', '0');
    const [, page = ''] = await running.waitFor('stderr', /Metrics: (\S+)/);
    await vi.waitFor(async () => expect(await nats.lag(stream, 'quick')).toBe(0), 20_000);
    const metrics = await (await fetch(page)).text();
    // A slow machine may get some of them twice.
    expect(metrics).toMatch(/postback_records_total\{result="valid"\} [3-9]\d\d\n/);
    expect(metrics).toContain(`postback_source_lag{url="${url}",group="quick"} 0\n`);
    expect((await fetch(page.replace('metrics', 'healthz'))).status).toBe(200);
    const status = JSON.parse((await workspace.run(['status', '--json'])).stdout) as object;
    expect(status).toMatchObject({ sources: [{ url, group: 'quick', assigned: 1 }] });
    running.child.kill('SIGTERM');
    expect((await running.finished).stderr).toMatch(
      /0 delivered, 0 failed, 0 pending, [3-9]\d\d skipped/,
    );
    expect(workspace.sandbox.state.conversions()).toHaveLength(300);
  });

  it('keeps reading and acknowledging while a network answers 503, until --max-pending', async () => {
    const stream = await makeStream(makeMessages(600));
    const workspace = await TestWorkspace.create({
      sandbox: { faults: [{ status: 503 }] },
    });
    const url = nats.url(stream);
    const running = await workspace.start(
      'tail',
      url,
      '--max-pending',
      '100',
      '--max-attempts',
      '1',
    );
    await running.waitFor('stderr', /reading is paused, because \d+ postbacks are pending/);
    running.child.kill('SIGTERM');
    const { code, stderr } = await running.finished;
    expect(code, stderr).toBe(143);
  });

  it('says what is wrong with an address and with a server', async () => {
    const workspace = await TestWorkspace.create();
    const stream = await makeStream([]);
    await nats.manager.consumers.add(stream, {
      durable_name: 'fire-and-forget',
      ack_policy: AckPolicy.None,
    });
    for (const [args, exit, code, text] of [
      [[nats.url('MISSING')], 6, 'source_refused', /not a stream named MISSING/],
      [['-', '--rejects', nats.url('MISSING')], 6, 'source_refused', /MISSING cannot be used: /],
      [[nats.url(`${stream}/fire-and-forget`)], 2, 'unsuitable_consumer', /policy "none"/],
      [['nats://127.0.0.1:1/EVENTS'], 6, 'source_unreachable', /connection refused/i],
    ] as const) {
      const result = await workspace.run(['send', ...args, '--json']);
      expect(result.code, result.stderr).toBe(exit);
      expect(readError(result.stderr)).toMatchObject({
        code,
        message: expect.stringMatching(text),
      });
    }
  });

  it('backfills a stream up to its end, without a consumer that stays', async () => {
    const stream = await makeStream([...makeMessages(700), 'not json']);
    await nats.manager.streams.deleteMessage(stream, 701);
    const workspace = await TestWorkspace.create();
    const first = await workspace.run(['backfill', nats.url(stream), '--yes', '--json']);
    expect(first.code, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ delivered: 700, plan: { eligible: 700 } });
    expect(await nats.manager.consumers.list(stream).next()).toEqual([]);
    await nats.publish(stream.toLowerCase(), [makeLine(701)]);
    const again = await workspace.run(['backfill', nats.url(stream), '--yes', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ delivered: 1, skips: { duplicate: 700 } });
  });

  it('reads a stream for a dry run without creating or acknowledging anything', async () => {
    const stream = await makeStream(makeMessages(30));
    const workspace = await TestWorkspace.create();
    const { code, stdout, stderr } = await workspace.run([
      ...['send', nats.url(stream), '--dry-run', '--json'],
    ]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ dryRun: true, lines: 30, postbacks: 30 });
    expect(await nats.manager.consumers.list(stream).next()).toEqual([]);
    expect(workspace.sandbox.state.conversions()).toHaveLength(0);
  });
});
