import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  ago,
  makeFile,
  makeLine,
  parseRows,
  PURCHASE_GOAL,
  readError,
  type RunSummary,
  TestWorkspace,
} from '../../kit/test-workspace.js';

const ONCE = { ...PURCHASE_GOAL, trigger: 'once' };
type Planned = RunSummary & {
  dryRun: boolean;
  requests: { method: string; url: string; body: object; postbacks: string[] }[];
  plan: { eligible: number; alreadyDelivered: number; days: { eligible: number }[] };
};

describe('A16: the plan of a backfill is what it sends', () => {
  test('with players who convert twice, lines that are there twice and a click further down', async () => {
    const workspace = await TestWorkspace.create({ goals: [ONCE] });
    const same = { userId: 'one', anonymousId: 'one' };
    const click = {
      type: 'page',
      eventName: undefined,
      anonymousId: 'late',
      userId: undefined,
      eventTimestamp: ago(7_200_000),
    };
    const lines = [
      ...[1, 2, 3].map((number) => makeLine(number, same)),
      makeLine(4),
      makeLine(4),
      makeLine(5, { eventTimestamp: ago(9 * 86_400_000) }),
      makeLine(
        6,
        { anonymousId: 'late', userId: undefined },
        { aref: undefined, utm_source: undefined },
      ),
      makeLine(7, click),
    ];
    writeFileSync(join(workspace.cwd, 'week.jsonl'), `${lines.join('\n')}\n`);
    const dry = await workspace.run(['backfill', 'week.jsonl', '--dry-run', '--json']);
    const planned = JSON.parse(dry.stdout) as Planned;
    const real = await workspace.run(['backfill', 'week.jsonl', '--yes', '--json']);
    const sent = JSON.parse(real.stdout) as Planned;
    expect(sent.delivered).toBeGreaterThan(1);
    expect([planned.plan.eligible, sent.plan.eligible]).toEqual([sent.delivered, sent.delivered]);
    expect(planned.plan.days.reduce((sum, { eligible }) => sum + eligible, 0)).toBe(sent.delivered);
    expect(planned.requests.flatMap(({ postbacks }) => postbacks)).toHaveLength(sent.delivered);
    expect(planned).toMatchObject({
      dryRun: true,
      skips: { already_counted: 2, duplicate: 1, too_old: 1 },
    });
    expect(sent.skips).toEqual(planned.skips);
    expect(workspace.sandbox.state.received()).toBe(sent.delivered);
  });

  test('send --dry-run counts a player of a once goal once too', async () => {
    const workspace = await TestWorkspace.create({ goals: [ONCE] });
    const same = { userId: 'one', anonymousId: 'one' };
    const text = [1, 2, 3].map((number) => makeLine(number, same)).join('\n');
    expect(await workspace.send(text, 0, '--dry-run')).toMatchObject({
      skips: { already_counted: 2 },
    });
    expect(await workspace.send(text, 0)).toMatchObject({
      delivered: 1,
      skips: { already_counted: 2 },
    });
  });
});

describe('A16: --dry-run', () => {
  test.each([
    ['send', ['send', 'events.jsonl']],
    ['backfill', ['backfill', 'events.jsonl']],
    ['tail', ['tail', 'events.jsonl']],
    ['tail of stdin', ['tail', '-']],
  ])(
    '%s: words show the plan and one request a network, --requests and --json every one',
    async (_what, args) => {
      const workspace = await TestWorkspace.create();
      const text = makeFile(1500);
      writeFileSync(join(workspace.cwd, 'events.jsonl'), text);
      const words = await workspace.run([...args, '--dry-run'], { input: text });
      expect(words.code, words.stderr).toBe(0);
      expect(words.stdout).toMatch(/^Dry run: would send 1,500 postbacks\./m);
      expect(words.stdout.match(/"method": "POST"/g)).toHaveLength(1);
      expect(words.stderr).toMatch(/For all \d+ requests, use --json or --requests FILE/);
      const file = await workspace.run([...args, '--dry-run', '--requests', 'plan.jsonl'], {
        input: text,
      });
      expect(file.stderr).toMatch(/Wrote \d+ requests to plan.jsonl/);
      const written = parseRows<Planned['requests'][number]>(
        readFileSync(join(workspace.cwd, 'plan.jsonl'), 'utf8'),
      );
      const json = JSON.parse(
        (await workspace.run([...args, '--dry-run', '--json'], { input: text })).stdout,
      ) as Planned;
      expect(json).toMatchObject({ dryRun: true, postbacks: 1500, delivered: 0 });
      expect(json.requests).toEqual(written);
      expect(new Set(written.flatMap(({ postbacks }) => postbacks)).size).toBe(1500);
      // A second plan replaces the first; a file that is not a plan is left alone.
      await workspace.run([...args, '--dry-run', '--requests', 'plan.jsonl'], { input: text });
      expect(parseRows(readFileSync(join(workspace.cwd, 'plan.jsonl'), 'utf8'))).toHaveLength(
        written.length,
      );
      writeFileSync(join(workspace.cwd, 'notes.txt'), 'mine\n');
      const refused = await workspace.run(
        [...args, '--dry-run', '--requests', 'notes.txt', '--json'],
        { input: text },
      );
      expect([refused.code, readError(refused.stderr).code]).toEqual([2, 'output_not_ours']);
      expect(readFileSync(join(workspace.cwd, 'notes.txt'), 'utf8')).toBe('mine\n');
      expect(workspace.sandbox.state.received()).toBe(0);
    },
  );

  test('tail begins where the last one stopped, and leaves half a line to be written', async () => {
    const workspace = await TestWorkspace.create();
    const path = join(workspace.cwd, 'events.jsonl');
    writeFileSync(path, makeFile(2));
    const dry = async (...args: string[]): Promise<Planned> =>
      JSON.parse(
        (await workspace.run(['tail', 'events.jsonl', '--dry-run', '--json', ...args])).stdout,
      ) as Planned;
    writeFileSync(path, `${makeFile(2)}${makeLine(3).slice(0, 40)}`);
    expect(await dry()).toMatchObject({ lines: 2, invalid: 0, postbacks: 2 });
    expect(await dry('--from', 'end')).toMatchObject({ lines: 0, postbacks: 0 });
  });

  test('--requests without --dry-run is refused', async () => {
    const workspace = await TestWorkspace.create();
    const { code, stderr } = await workspace.run(['send', '-', '--requests', 'x.jsonl', '--json'], {
      input: makeLine(1),
    });
    expect([code, readError(stderr).code]).toEqual([2, 'needs_dry_run']);
  });
});
