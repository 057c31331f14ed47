import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type RunSummary, TestWorkspace } from '../kit/test-workspace.js';
import { CONVERSION, RECORD_BUILDERS } from '../kit/foreign-events.js';

/** The conversion as it would have happened an hour ago. */
function write(format: string): string {
  const timeMs = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
  return JSON.stringify(
    RECORD_BUILDERS[format]!({ ...CONVERSION, timeMs, aref: `A1b2C3d4E5.${timeMs}` }),
  );
}

describe('send', () => {
  test.each(Object.keys(RECORD_BUILDERS))(
    'delivers %s, says what it reads, and sends nothing twice',
    async (format) => {
      const workspace = await TestWorkspace.create();
      writeFileSync(join(workspace.cwd, 'events.jsonl'), `${write(format)}\n`);
      const first = await workspace.run(['send', 'events.jsonl']);
      expect(first.code, first.stderr).toBe(0);
      expect(first.stderr).toContain(`events.jsonl: reading it as ${format}.`);
      expect(workspace.sandbox.state.received()).toBe(1);
      const again = await workspace.run(['send', 'events.jsonl', '--json', '--format', format]);
      expect(JSON.parse(again.stdout) as RunSummary).toMatchObject({
        lines: 1,
        events: 1,
        skips: { duplicate: 1 },
      });
      expect(workspace.sandbox.state.received()).toBe(1);
    },
  );

  test('a stream that is one array, its elements counted and the bad one named', async () => {
    const workspace = await TestWorkspace.create();
    const input = `[${write('segment')},\n{"type":"track"},\n${write('segment').replace(CONVERSION.id, 'another')}]`;
    const { code, stdout, stderr } = await workspace.run(['send', '-'], { input });
    expect(code, stderr).toBe(3);
    expect(stdout).toMatch(/^Lines +3 read: 2 events, 1 invalid/);
    expect(stderr).toMatch(
      /stdin:2 \(element 2\): timestamp is missing|stdin:2 \(element 2\): messageId is missing/,
    );
    expect(workspace.sandbox.state.received()).toBe(2);
  });

  test('--strict holds for elements and envelopes too', async () => {
    const workspace = await TestWorkspace.create();
    writeFileSync(
      join(workspace.cwd, 'a.json'),
      JSON.stringify({ batch: [JSON.parse(write('segment')), { type: 'track' }] }),
    );
    const { code, stderr } = await workspace.run(['send', 'a.json', '--strict']);
    expect(code).toBe(6);
    expect(stderr).toMatch(/a.json:1 \(element 2\)/);
    expect(workspace.sandbox.state.received()).toBe(0);
  });

  test('--dry-run and backfill read formats as well', async () => {
    const workspace = await TestWorkspace.create();
    writeFileSync(join(workspace.cwd, 'a.json'), `[\n${write('ga4')}\n]`);
    const dry = await workspace.run(['send', 'a.json', '--dry-run', '--json']);
    expect(JSON.parse(dry.stdout)).toMatchObject({ lines: 1, postbacks: 1, requests: [{}] });
    const backfill = await workspace.run([
      'backfill',
      'a.json',
      '--yes',
      '--json',
      '--format',
      'ga4',
    ]);
    expect(JSON.parse(backfill.stdout)).toMatchObject({ lines: 1, delivered: 1 });
  });
});
