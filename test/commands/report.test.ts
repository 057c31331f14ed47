import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeErrand, makeFile, makeLine, readError } from '../kit/errand.js';
import { runPostback } from '../kit/run.js';

test('writes one file with what the log says, and the same figures as data', async () => {
  const errand = await makeErrand();
  await errand.send(`${makeFile(20)}${makeLine(30, { consentLevel: 'none' })}\n`, 0);
  const out = join(errand.cwd, 'report.html');
  const { code, stdout, stderr } = await errand.run(['report', '--out', out, '--json']);
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ out, total: { conversions: 20, delivered: 20, deliveryRate: 100 } });
  const page = readFileSync(out, 'utf8');
  expect(page).toMatch(/100 % of conversions reached their network: 20 of 20/);
  expect(page).toMatch(/consent_none[\s\S]*the player gave no consent/);
  // Nothing of a player, an event or the account is on it.
  expect(page).not.toMatch(/player-|visitor-|00000000-0000|@example|1234567890123/);
  expect(readdirSync(errand.cwd).filter((name) => name.endsWith('.new'))).toEqual([]);
});

test('replaces an older report, and nothing else', async () => {
  const { code, stdout, home } = await runPostback(['report', '--out', 'a.html']);
  expect([code, stdout]).toEqual([0, 'Wrote a.html: there was no conversion in that time.\n']);
  expect((await runPostback(['report', '--out', 'a.html'], { home, cwd: home })).code).toBe(0);
  const events = join(home, 'events.jsonl');
  const line = makeLine(1);
  writeFileSync(events, line);
  const refused = await runPostback(['report', '--out', events, '--json'], { home });
  expect([refused.code, readError(refused.stderr).code]).toEqual([2, 'file_unwritable']);
  expect(readFileSync(events, 'utf8')).toBe(line);
});

test.each([['no/such/folder/report.html'], ['.']])('says when %s cannot be written', async (out) => {
  const { code, stderr, home } = await runPostback(['report', '--out', out, '--json']);
  expect([code, readError(stderr).code]).toEqual([2, 'file_unwritable']);
  expect(existsSync(join(home, 'no'))).toBe(false);
});

test('goes to stdout as it is', async () => {
  const { code, stdout, stderr } = await runPostback(['report', '--out', '-']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^<!doctype html>\n[\s\S]*<\/html>\s*$/);
});

test('wants a place to write to, and networks that there are', async () => {
  expect((await runPostback(['report'])).code).toBe(2);
  const { code, stderr } = await runPostback(['report', '--out', 'a.html', '--network', 'amazone', '--json']);
  expect([code, readError(stderr).code]).toEqual([2, 'unknown_network']);
});

test('an unfinished file of another page is left as it is when the folder takes nothing', async () => {
  const { home } = await runPostback(['report', '--out', 'a.html']);
  mkdirSync(join(home, 'b.html.new'));
  const { code } = await runPostback(['report', '--out', 'b.html'], { home, cwd: home });
  expect([code, existsSync(join(home, 'b.html'))]).toEqual([2, false]);
});
