import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { derivePostbackId } from '../../../src/identity/postback-id.js';
import { hasMoto, MOTO_REGION, TestMoto } from '../../kit/brokers/moto.js';
import { hasNats, TestNats } from '../../kit/brokers/nats.js';
import { DurabilityHarness, killWhen } from '../../kit/durability-harness.js';
import { makeUuid } from '../../kit/events.js';
import { spawnPostback } from '../../kit/run.js';
import { ago, makeLine, TestWorkspace, type RunSummary } from '../../kit/test-workspace.js';

/** Objects of the test that kills a backfill; `CHAOS_OBJECTS=1000` runs the full size. */
const OBJECTS = Number(process.env['CHAOS_OBJECTS'] ?? 60);
const LINES_PER_OBJECT = 20;
const LIMIT_MS = OBJECTS > 500 ? 1_800_000 : 240_000;
const DAY_MS = 86_400_000;

describe.skipIf(!hasMoto)('the same events by several ways', () => {
  let moto: TestMoto;

  beforeAll(async () => {
    moto = await TestMoto.start();
    const location = { LocationConstraint: MOTO_REGION } as const;
    for (const bucket of ['same-events', 'many-objects'])
      await moto.s3.send(
        new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: location }),
      );
  }, 300_000);
  afterAll(() => moto.stop());

  async function putObject(bucket: string, key: string, body: Buffer): Promise<void> {
    await moto.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  }

  it.skipIf(!hasNats)(
    'delivers once what a file, a stream and a bucket hold',
    async () => {
      const lines = Array.from({ length: 150 }, (_, index) => makeLine(index + 1));
      const nats = await TestNats.start();
      try {
        await nats.addStream('EVENTS', 'events');
        await nats.publish('events', lines.slice(0, 100));
        await putObject('same-events', 'all.gz', gzipSync(lines.join('\n')));
        const workspace = await TestWorkspace.create({ env: moto.env });
        const file = join(workspace.cwd, 'events.jsonl');
        writeFileSync(file, `${lines.slice(0, 50).join('\n')}\n`);
        for (const [args, delivered, duplicate] of [
          [['send', file], 50, 0],
          [['send', nats.url('EVENTS')], 50, 50],
          [['backfill', nats.url('EVENTS'), '--yes'], 0, 100],
          [['send', 's3://same-events/*'], 50, 100],
          [['backfill', 's3://same-events/*', file, '--yes'], 0, 200],
        ] as const) {
          const { code, stdout, stderr } = await workspace.run([...args, '--json']);
          expect(code, stderr).toBe(0);
          const summary = JSON.parse(stdout) as RunSummary;
          expect([summary.delivered, summary.skips['duplicate'] ?? 0]).toEqual([
            delivered,
            duplicate,
          ]);
        }
        expect(workspace.sandbox.state.received()).toBe(150);
      } finally {
        await nats.stop();
      }
    },
    120_000,
  );

  it(
    'backfills the objects of a bucket exactly, however often it is killed',
    async () => {
      const harness = await DurabilityHarness.create([{ latencyMs: 20 }], { timeoutMs: LIMIT_MS });
      const { sandbox, random, folder } = harness;
      const eligible: string[] = [];
      for (let object = 0; object < OBJECTS; object++) {
        const lines = Array.from({ length: LINES_PER_OBJECT }, (_, index) => {
          const number = object * LINES_PER_OBJECT + index + 1;
          // Each fifth event is older than the network takes, each seventh has no consent.
          const isOld = number % 5 === 0;
          const isRefused = number % 7 === 0;
          if (!isOld && !isRefused)
            eligible.push(
              derivePostbackId('default', 'amazon', 'every-purchase', makeUuid(number)),
            );
          return makeLine(number, {
            ...(isOld ? { eventTimestamp: ago(90 * DAY_MS) } : {}),
            ...(isRefused ? { consentLevel: 'none' } : {}),
          });
        });
        const key = `2026/${String(object).padStart(5, '0')}.jsonl.gz`;
        await putObject('many-objects', key, gzipSync(`${lines.join('\n')}\n`));
      }
      const options = {
        ...{ env: { ...harness.env, ...moto.env }, cwd: folder, home: join(folder, 'home') },
        timeoutMs: LIMIT_MS,
      };
      const args = ['backfill', 's3://many-objects/2026/*', '--yes', '--json'];
      const delivered = (): number => sandbox.state.received();
      for (const [least, most] of [
        [0.05, 0.25],
        [0.3, 0.5],
        [0.55, 0.8],
      ] as const) {
        const limit = (least + random() * (most - least)) * eligible.length;
        expect(await killWhen(await spawnPostback(args, options), () => delivered() > limit)).toBe(
          true,
        );
      }
      const last = await (await spawnPostback(args, options)).finished;
      expect(last.code, last.stderr).toBe(0);
      expect(JSON.parse(last.stdout)).toMatchObject({
        lines: OBJECTS * LINES_PER_OBJECT,
        pending: 0,
        failed: 0,
      });
      const sent = sandbox.state.conversions().map(({ dedupeId }) => dedupeId ?? '');
      expect(sent.toSorted()).toEqual(eligible.toSorted());
      console.log(
        `${OBJECTS} objects, ${eligible.length} eligible, ${delivered() - sent.length} twice`,
      );
    },
    LIMIT_MS,
  );
});
