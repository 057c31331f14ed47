import { spawnSync } from 'node:child_process';

import kafka from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { hasKafka, TestKafka } from '../../kit/brokers/kafka.js';
import { hasCommand, reportSkipped } from '../../kit/brokers/server.js';
import {
  makeLine,
  parseRows,
  readError,
  TestWorkspace,
  type RunSummary,
} from '../../kit/test-workspace.js';

if (!hasKafka) reportSkipped('Apache Kafka', 'see install_brokers in .ci/run');
const hasKcat = hasCommand('kcat');
if (!hasKcat) reportSkipped('kcat', 'Debian: apt-get install kcat');

describe.skipIf(!hasKafka)('kafka:// source', () => {
  let broker: TestKafka;
  let topics = 0;

  beforeAll(async () => {
    broker = await TestKafka.start();
  }, 300_000);
  afterAll(() => broker.stop());

  /** A topic for one test, with these messages. */
  async function makeTopic(messages: readonly string[], partitions = 3): Promise<string> {
    const topic = `events-${++topics}`;
    await broker.addTopic(topic, partitions);
    await broker.publish(topic, messages);
    return topic;
  }

  function makeMessages(count: number, from = 1): string[] {
    return Array.from({ length: count }, (_, index) => makeLine(from + index));
  }

  /** Writes lines with librdkafka, compressed. */
  function publishCompressed(topic: string, codec: string, lines: readonly string[]): void {
    const args = ['-P', '-b', broker.broker, '-t', topic, '-p', '0', '-z', codec];
    const { status, stderr } = spawnSync('kcat', args, { input: `${lines.join('\n')}\n` });
    expect(status, String(stderr)).toBe(0);
  }

  it('delivers each message once, commits it and sends nothing the second time', async () => {
    const topic = await makeTopic([
      ...makeMessages(1_200),
      `${makeLine(1201)}\n${makeLine(1202)}\n`,
      `[${makeLine(1203)},${makeLine(1204)}]`,
    ]);
    const workspace = await TestWorkspace.create();
    const first = await workspace.run(['send', broker.url(topic), '--json']);
    expect(first.code, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ lines: 1204, delivered: 1204, invalid: 0 });
    expect(await broker.lag(topic, 'postback-default')).toBe(0);

    const again = await workspace.run(['send', broker.url(`${topic}?group=other`), '--json']);
    const summary = JSON.parse(again.stdout) as RunSummary;
    expect(summary).toMatchObject({ delivered: 0, skips: { duplicate: 1204 } });
    expect(workspace.sandbox.state.conversions()).toHaveLength(1204);
  });

  it.skipIf(!hasKcat)('reads every codec, a large message, and passes broken records', async () => {
    const topic = await makeTopic([]);
    const codecs = ['gzip', 'snappy', 'lz4', 'zstd'];
    for (const [index, codec] of codecs.entries())
      publishCompressed(topic, codec, makeMessages(100, index * 100 + 1));
    const large = JSON.stringify({ type: 'track', text: 'x'.repeat(5_000_000) });
    await broker.publish(topic, ['not json', large, ...makeMessages(10, 401)]);
    const rejects = await makeTopic([], 1);
    const workspace = await TestWorkspace.create();
    const args = ['--rejects', broker.url(rejects), '--json'];
    const result = await workspace.run(['send', broker.url(topic), ...args]);
    expect(result.code, result.stderr).toBe(3);
    expect(JSON.parse(result.stdout)).toMatchObject({ delivered: 410, invalid: 2 });
    const rows = parseRows<{ file: string; code: string }>((await broker.read(rejects)).join('\n'));
    expect(rows.map(({ code }) => code).toSorted()).toEqual(['line_too_long', 'not_json']);
    expect(rows[0]?.file).toMatch(/^events-\d+\[\d\]@\d+$/);
    expect(await broker.lag(topic, 'postback-default')).toBe(0);
  });

  it('acknowledges nothing until the rows of broken records are stored', async () => {
    const broken = new Set([1_000, 2_000, 3_000]);
    const topic = await makeTopic(
      Array.from({ length: 3_000 }, (_, index) =>
        broken.has(index + 1) ? `{"broken": ${index + 1}` : makeLine(index + 1),
      ),
    );
    const rejects = `rejects-${topic}`;
    const small = [{ name: 'max.message.bytes', value: '100' }];
    await broker.admin.createTopics({
      topics: [{ topic: rejects, numPartitions: 1, configEntries: small }],
    });
    const workspace = await TestWorkspace.create();
    const args = ['tail', broker.url(topic), '--rejects', broker.url(rejects)] as const;
    // Recorded and not acknowledged: killed between the two.
    const one = await workspace.start(...args);
    await one.waitFor('stderr', /nothing is acknowledged until it can/);
    const lag = await broker.lag(topic, 'postback-default');
    expect(lag).toBeGreaterThan(0);
    one.child.kill('SIGKILL');
    await one.finished;
    expect(await broker.lag(topic, 'postback-default')).toBe(lag);

    const large = [{ name: 'max.message.bytes', value: '1000000' }];
    const type = kafka.ConfigResourceTypes.TOPIC;
    await broker.admin.alterConfigs({
      validateOnly: false,
      resources: [{ type, name: rejects, configEntries: large }],
    });
    const two = await workspace.start(...args);
    await vi.waitFor(async () => {
      expect(await broker.lag(topic, 'postback-default')).toBe(0);
      expect(workspace.sandbox.state.conversions()).toHaveLength(2_997);
    }, 200_000);
    two.child.kill('SIGTERM');
    const { code, stderr } = await two.finished;
    expect(code, stderr).toBe(143);
    const rows = parseRows<{ why: string; file: string }>((await broker.read(rejects)).join('\n'));
    const places = new Set(rows.map(({ file }) => file));
    expect(places.size).toBe(3);
    expect(rows.every(({ why }) => why === 'invalid')).toBe(true);
  }, 300_000);

  it('goes on where a killed worker and a restarted broker left it, and loses nothing', async () => {
    const topic = await makeTopic(makeMessages(2_000));
    const workspace = await TestWorkspace.create();
    const url = broker.url(topic);
    const one = await workspace.start('tail', url);
    await vi.waitFor(
      () => expect(workspace.sandbox.state.conversions().length).toBeGreaterThan(0),
      {
        timeout: 120_000,
      },
    );
    one.child.kill('SIGKILL');
    await one.finished;
    await broker.restart();
    const two = await workspace.start('tail', url, '--metrics', '0');
    const [, page = ''] = await two.waitFor('stderr', /Metrics: (\S+)/);
    await broker.publish(topic, makeMessages(500, 2_001));
    await vi.waitFor(
      async () => expect(await broker.lag(topic, 'postback-default')).toBe(0),
      50_000,
    );
    const metrics = await (await fetch(page)).text();
    expect(metrics).toMatch(/postback_source_lag\{[^}]*group="postback-default"\} 0\n/);
    two.child.kill('SIGTERM');
    expect((await two.finished).code).toBe(143);
    await workspace.run(['replay', '--state', 'pending', '--all', '--yes']);
    const ids = workspace.sandbox.state.conversions().map(({ dedupeId }) => dedupeId);
    expect(new Set(ids).size).toBe(2_500);
  }, 300_000);

  it('says what is wrong with a topic and with a broker', async () => {
    const workspace = await TestWorkspace.create();
    for (const [url, code, text] of [
      [broker.url('missing'), 'source_refused', /the topic does not exist/],
      ['kafka://127.0.0.1:1/events', 'source_unreachable', /refused/i],
    ] as const) {
      const result = await workspace.run(['send', url, '--json']);
      expect(result.code, result.stderr).toBe(6);
      expect(readError(result.stderr)).toMatchObject({
        code,
        message: expect.stringMatching(text),
      });
    }
  });

  it('backfills a topic up to its end, in the order of deadlines, and keeps its group', async () => {
    const topic = await makeTopic([...makeMessages(700), 'not json']);
    const workspace = await TestWorkspace.create();
    const url = broker.url(topic);
    const planned = await workspace.run(['backfill', url, '--dry-run', '--json']);
    expect(planned.code, planned.stderr).toBe(3);
    expect(JSON.parse(planned.stdout)).toMatchObject({ plan: { eligible: 700, invalid: 1 } });
    const first = await workspace.run(['backfill', url, '--yes', '--json']);
    expect(first.code, first.stderr).toBe(3);
    const summary = JSON.parse(first.stdout) as RunSummary;
    expect(summary).toMatchObject({ delivered: 700, lines: 701, plan: { eligible: 700 } });
    expect(await broker.lag(topic, 'postback-default')).toBe(701);
    await broker.publish(topic, makeMessages(5, 701));
    const again = await workspace.run(['backfill', url, '--yes', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ delivered: 5, skips: { duplicate: 700 } });
    const { groups } = await broker.admin.listGroups();
    expect(groups.filter(({ groupId }) => groupId.includes('preview'))).toEqual([]);
  });

  it('reads a topic for a dry run without joining its group', async () => {
    const topic = await makeTopic(makeMessages(30));
    const workspace = await TestWorkspace.create();
    const args = ['send', broker.url(topic), '--dry-run', '--json'];
    const { code, stdout, stderr } = await workspace.run(args);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ dryRun: true, lines: 30, postbacks: 30 });
    expect(await broker.lag(topic, 'postback-default')).toBe(30);
    const { groups } = await broker.admin.listGroups();
    expect(groups.filter(({ groupId }) => groupId.includes('preview'))).toEqual([]);
  });
});
