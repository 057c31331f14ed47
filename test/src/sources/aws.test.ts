import { gzipSync } from 'node:zlib';

import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { hasMoto, MOTO_ACCOUNT, MOTO_REGION, TestMoto } from '../../kit/brokers/moto.js';
import { reportSkipped } from '../../kit/brokers/server.js';
import { killWhen } from '../../kit/durability-harness.js';
import { makeLine, readError, TestWorkspace, type RunSummary } from '../../kit/test-workspace.js';

if (!hasMoto) reportSkipped('moto', 'see install_brokers in .ci/run');

describe.skipIf(!hasMoto)('sources at AWS', () => {
  let moto: TestMoto;

  beforeAll(async () => {
    moto = await TestMoto.start();
    const location = { LocationConstraint: MOTO_REGION } as const;
    await moto.s3.send(
      new CreateBucketCommand({ Bucket: 'game-events', CreateBucketConfiguration: location }),
    );
  });
  afterAll(() => moto.stop());

  async function putObject(key: string, body: string | Buffer): Promise<void> {
    await moto.s3.send(new PutObjectCommand({ Bucket: 'game-events', Key: key, Body: body }));
  }

  async function makeQueue(name: string, messages: readonly string[]): Promise<string> {
    const { QueueUrl: url = '' } = await moto.sqs.send(new CreateQueueCommand({ QueueName: name }));
    for (let at = 0; at < messages.length; at += 10) {
      const entries = messages.slice(at, at + 10).map((body, index) => ({
        ...{ Id: String(index), MessageBody: body },
      }));
      await moto.sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: entries }));
    }
    return url;
  }

  /** Messages of a queue, visible or not. */
  async function countLeft(url: string): Promise<number> {
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] });
    const { Attributes: found } = await moto.sqs.send(command);
    return names.reduce((sum, name) => sum + Number(found?.[name]), 0);
  }

  function makeMessages(count: number, from = 1): string[] {
    return Array.from({ length: count }, (_, index) => makeLine(from + index));
  }

  it('s3: sends plain and packed objects of a prefix, by any name, once', async () => {
    await putObject('one/a.jsonl', makeMessages(200).join('\n'));
    await putObject('one/b.jsonl.gz', gzipSync(makeMessages(200, 201).join('\n')));
    await putObject('one/c.json', `[${makeMessages(10, 401).join(',')}]`);
    await putObject('one/skip.csv', 'a,b\n1,2\n');
    const workspace = await TestWorkspace.create({ env: moto.env });
    const urls = ['s3://game-events/one/*.jsonl*', 's3://game-events/one/c.json'];
    const first = await workspace.run(['send', ...urls, '--json']);
    expect(first.code, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ lines: 410, delivered: 410 });
    const again = await workspace.run(['backfill', ...urls, '--yes', '--json']);
    expect(again.code, again.stderr).toBe(0);
    expect(workspace.sandbox.state.conversions()).toHaveLength(410);
    expect(first.stdout + first.stderr).not.toContain('test-secret');
  });

  it('s3: goes on after the objects that a killed run has read', async () => {
    for (let index = 0; index < 40; index++)
      await putObject(
        `two/${100 + index}.gz`,
        gzipSync(makeMessages(50, index * 50 + 1).join('\n')),
      );
    const workspace = await TestWorkspace.create({ env: moto.env });
    const url = 's3://game-events/two/*';
    const running = await workspace.start('send', url);
    await killWhen(running, () => workspace.sandbox.state.conversions().length > 600);
    const last = await workspace.run(['send', url, '--json']);
    expect(last.code, last.stderr).toBe(0);
    const summary = JSON.parse(last.stdout) as RunSummary;
    expect(summary.lines).toBeLessThan(2_000);
    const ids = workspace.sandbox.state.conversions().map(({ dedupeId }) => dedupeId);
    expect(new Set(ids).size).toBe(2_000);
    expect(ids).toHaveLength(2_000);
  });

  it('s3: follows a prefix, continues after the objects that were read, and passes damage', async () => {
    const workspace = await TestWorkspace.create({ env: moto.env });
    const url = 's3://game-events/three/*';
    const delivered = (): number => workspace.sandbox.state.conversions().length;
    await putObject('three/1.gz', gzipSync(makeMessages(100).join('\n')));
    const head = gzipSync('').subarray(0, 10);
    await putObject('three/2.gz', Buffer.concat([head, Buffer.from('damaged')]));
    const planned = await workspace.run(['tail', url, '--dry-run', '--json']);
    const summary = JSON.parse(planned.stdout.trim().split('\n').at(-1) as string) as RunSummary;
    expect(summary).toMatchObject({ postbacks: 100, invalid: 1 });
    const one = await workspace.start('tail', url);
    await vi.waitFor(() => expect(delivered()).toBe(100), 40_000);
    await putObject('three/3.jsonl', makeMessages(10, 201).join('\n'));
    await vi.waitFor(() => expect(delivered()).toBe(110), 40_000);
    one.child.kill('SIGTERM');
    const { code, stderr } = await one.finished;
    expect(code, stderr).toBe(143);
    expect(stderr).toContain('invalid s3://game-events/three/2.gz');
    await putObject('three/4.jsonl', makeMessages(10, 301).join('\n'));
    const two = await workspace.start('tail', url);
    await vi.waitFor(() => expect(delivered()).toBe(120), 40_000);
    two.child.kill('SIGTERM');
    expect((await two.finished).stderr).toContain(' 10 delivered, 0 failed, 0 pending, 0 skipped');
  }, 300_000);

  it('s3: says what is wrong with a bucket, a prefix and a command', async () => {
    const workspace = await TestWorkspace.create({ env: moto.env });
    for (const [args, exit, code] of [
      [['send', 's3://no-such-bucket/*'], 6, 'source_refused'],
      [['send', 's3://game-events/none/*'], 6, 'no_objects'],
      [['tail', 's3://no-such-bucket/*'], 6, 'source_refused'],
      [['backfill', `sqs://${MOTO_REGION}/${MOTO_ACCOUNT}/events`], 2, 'unsupported_source'],
    ] as const) {
      const result = await workspace.run([...args, '--json']);
      expect(result.code, result.stderr).toBe(exit);
      expect(readError(result.stderr)).toMatchObject({ code });
    }
  });

  it('sqs: deletes each message once it is recorded, broken ones too', async () => {
    const url = await makeQueue('events', [...makeMessages(150), 'not json']);
    const workspace = await TestWorkspace.create({ env: moto.env });
    const address = `sqs://${MOTO_REGION}/${MOTO_ACCOUNT}/events`;
    const running = await workspace.start('tail', address, '--metrics', '0');
    await vi.waitFor(async () => expect(await countLeft(url)).toBe(0), 20_000);
    running.child.kill('SIGTERM');
    const { code, stderr } = await running.finished;
    expect(code, stderr).toBe(143);
    expect(stderr).toMatch(/invalid events@[0-9a-f-]{36}:1/);
    await workspace.run(['replay', '--state', 'pending', '--all', '--yes']);
    expect(workspace.sandbox.state.conversions()).toHaveLength(150);
  });

  it('sqs: says what is wrong with a queue and a flag', async () => {
    const workspace = await TestWorkspace.create({ env: moto.env });
    const queue = `sqs://${MOTO_REGION}/${MOTO_ACCOUNT}`;
    await makeQueue('quiet', []);
    for (const [args, exit, code] of [
      [['send', `${queue}/missing`], 6, 'source_refused'],
      [['send', `${queue}/quiet`, '--dry-run'], 2, 'unsupported_source'],
      [['tail', `${queue}/quiet`, '--from', 'start'], 2, 'unsupported_source'],
    ] as const) {
      const result = await workspace.run([...args, '--json']);
      expect(result.code, result.stderr).toBe(exit);
      expect(readError(result.stderr)).toMatchObject({ code });
    }
  });
});
