import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFile, makeLine, readError, TestWorkspace } from '../kit/test-workspace.js';
import { runPostback } from '../kit/run.js';

test('writes one file with what the log says, and the same figures as data', async () => {
  const workspace = await TestWorkspace.create();
  await workspace.send(`${makeFile(20)}${makeLine(30, { consentLevel: 'none' })}\n`, 0);
  const out = join(workspace.cwd, 'report.html');
  const { code, stdout, stderr } = await workspace.run(['report', '--out', out, '--json']);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    out,
    total: { conversions: 20, delivered: 20, deliveryRate: 100 },
  });
  const page = readFileSync(out, 'utf8');
  expect(page).toMatch(/100 % of conversions reached their network: 20 of 20/);
  expect(page).toMatch(/consent_none[\s\S]*the player gave no consent/);
  // Nothing of a player, an event or the account is on it.
  expect(page).not.toMatch(/player-|visitor-|00000000-0000|@example|1234567890123/);
  expect(readdirSync(workspace.cwd).filter((name) => name.endsWith('.new'))).toEqual([]);
});

test('without --out and without a terminal the page goes to stdout, under --json in one object', async () => {
  const workspace = await TestWorkspace.create();
  await workspace.send(makeFile(2), 0);
  const piped = await workspace.run(['report']);
  expect([piped.code, piped.stderr]).toEqual([0, '']);
  expect(piped.stdout).toMatch(/^<!doctype html>/);
  const { code, stdout } = await workspace.run(['report', '--json']);
  expect([code, JSON.parse(stdout)]).toMatchObject([
    0,
    {
      out: null,
      html: expect.stringMatching(/^<!doctype html>/) as string,
      total: { delivered: 2 },
    },
  ]);
});

test('replaces an older report, and nothing else', async () => {
  const { code, stdout, home } = await runPostback(['report', '--out', 'a.html']);
  expect([code, stdout]).toEqual([0, 'Wrote a.html: there was no conversion in that time.\n']);
  expect((await runPostback(['report', '--out', 'a.html'], { home, cwd: home })).code).toBe(0);
  const events = join(home, 'events.jsonl');
  const line = makeLine(1);
  writeFileSync(events, line);
  const refused = await runPostback(['report', '--out', events, '--json'], { home });
  expect([refused.code, readError(refused.stderr).hint]).toEqual([
    2,
    expect.stringContaining('--force'),
  ]);
  expect(readFileSync(events, 'utf8')).toBe(line);
  // A page of somebody else is not an earlier report; what is one is known by its head.
  for (const foreign of [
    '<!doctype html>\n<title>Our shop</title>\n',
    `${line}<meta name="generator" content="postback report" />`,
  ]) {
    writeFileSync(join(home, 'page.html'), foreign);
    expect((await runPostback(['report', '--out', 'page.html'], { home, cwd: home })).code).toBe(2);
    expect(readFileSync(join(home, 'page.html'), 'utf8')).toBe(foreign);
  }
  expect(
    (await runPostback(['report', '--out', 'page.html', '--force'], { home, cwd: home })).code,
  ).toBe(0);
  expect((await runPostback(['report', '--out', 'page.html'], { home, cwd: home })).code).toBe(0);
  const own = await runPostback(
    ['report', '--out', join(home, 'data', 'default', 'delivery.db'), '--force', '--json'],
    { home },
  );
  expect([own.code, readError(own.stderr).code]).toEqual([2, 'output_not_ours']);
});

test.each([['no/such/folder/report.html'], ['.']])(
  'says when %s cannot be written',
  async (out) => {
    const { code, stderr, home } = await runPostback(['report', '--out', out, '--json']);
    expect([code, readError(stderr).code]).toEqual([2, 'file_unwritable']);
    expect(existsSync(join(home, 'no'))).toBe(false);
  },
);

test('goes to stdout as it is', async () => {
  const { code, stdout, stderr } = await runPostback(['report', '--out', '-']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^<!doctype html>\n[\s\S]*<\/html>\s*$/);
});

test('wants networks that there are', async () => {
  const { code, stderr } = await runPostback([
    'report',
    '--out',
    'a.html',
    '--network',
    'amazone',
    '--json',
  ]);
  expect([code, readError(stderr).code]).toEqual([2, 'unknown_network']);
});

test('writes no other file on the way, and to a device as it is', async () => {
  const { home } = await runPostback(['report', '--out', 'a.html']);
  writeFileSync(join(home, 'b.html.new'), 'mine');
  expect((await runPostback(['report', '--out', 'b.html'], { home, cwd: home })).code).toBe(0);
  expect(readFileSync(join(home, 'b.html.new'), 'utf8')).toBe('mine');
  expect(readdirSync(home).filter((name) => name.endsWith('.new'))).toEqual(['b.html.new']);
  expect((await runPostback(['report', '--out', '/dev/null'], { home })).code).toBe(0);
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});

test('a page that cannot be put in its place leaves no draft', async () => {
  const { home } = await runPostback(['report', '--out', 'a.html']);
  mkdirSync(join(home, 'b.html', 'full'), { recursive: true });
  for (const out of ['b.html', join('missing', 'c.html')]) {
    expect((await runPostback(['report', '--out', out], { home, cwd: home })).code, out).toBe(2);
  }
  expect(readdirSync(home).filter((name) => name.endsWith('.new'))).toEqual([]);
  expect(readdirSync(join(home, 'b.html'))).toEqual(['full']);
});
