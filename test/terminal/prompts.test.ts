import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasTmux } from '../../scripts/walk/terminal.js';
import { SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET } from '../../src/sandbox/amazon/seed.js';
import { ciVariables, makeFile, openLiveSandbox, readError } from '../kit/test-workspace.js';
import { makeFolder, runPostback } from '../kit/run.js';
import { openShell } from '../kit/terminal-shell.js';

/** Where the consent page sends the browser that opens `url`. */
async function consent(url: string, user: string): Promise<string> {
  const page = new URL(url);
  page.searchParams.set('sandbox_user', user);
  const answer = await fetch(page, { redirect: 'manual' });
  return answer.headers.get('location')!;
}

describe.skipIf(!hasTmux())('questions in a real terminal', () => {
  test('connect: which network, client, hidden secret, the address pasted, which advertiser', async () => {
    const sandbox = await openLiveSandbox();
    const shell = await openShell(140, { POSTBACK_GATEWAY: sandbox.url });
    shell.enter('postback connect --no-browser --port 18801');
    await shell.answer(/Which network\?/, '');
    await shell.answer(/Client id of your application:/, SANDBOX_CLIENT_ID);
    await shell.answer(/Client secret:/, SANDBOX_CLIENT_SECRET);
    const [, url] = await shell.terminal.waitFor(/^(http:\S+\/ap\/oa\S+)$/m);
    expect(shell.terminal.read()).not.toContain(SANDBOX_CLIENT_SECRET);
    await shell.answer(/Or paste the final address/, await consent(url!, 'many'));
    await shell.answer(/Which advertiser\?/, '', 'Down', 'Enter');
    expect(await shell.ended()).toBe(0);
    const stored = JSON.parse(
      readFileSync(join(shell.home, 'config', 'credentials.json'), 'utf8'),
    ) as {
      workspaces: { default: { connections: { amazon: { connection: { account: string } } } } };
    };
    expect(stored.workspaces.default.connections.amazon.connection.account).toBe('5678901234502');
  });

  test('goals add and map: the whole wizard, with an answer that is refused first', async () => {
    const sandbox = await openLiveSandbox();
    const shell = await openShell(200, ciVariables(sandbox));
    shell.enter('postback goals add');
    await shell.answer(/Which goal\?/, '', 'Up', 'Enter');
    await shell.answer(/Which event counts\?/, 'purchase');
    await shell.answer(/What is the goal called\?/, 'Big Purchase');
    await shell.answer(/How often does it count per player\?/, '', 'Down', 'Enter');
    await shell.answer(/Filter, such as/, 'value>>3');
    await shell.terminal.waitFor(/^> This .*\.$/m);
    shell.terminal.press('C-u');
    await shell.answer(/Filter, such as/, 'value>20');
    await shell.answer(/no further filter/, '');
    await shell.answer(/Big Purchase: purchase, once, when value>20\. Save it\?/, '');
    expect(await shell.ended()).toBe(0);
    shell.enter('postback map');
    // The definitions of the account are offered by name; typing goes to the one that begins so.
    await shell.answer(/big-purchase at amazon/, 'Purchase');
    // Networks without names of their own are asked for one after the other; Enter leaves them.
    let code: number | undefined;
    while (code === undefined) {
      const [seen] = await shell.terminal.waitFor(/ended-2:\d+|unmapped\): *$/);
      if (seen.startsWith('ended')) code = await shell.ended();
      else shell.terminal.press('Enter');
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(code).toBe(0);
    const { stdout } = await runPostback(['goals', 'show', 'big-purchase', '--json'], {
      home: shell.home,
    });
    expect(JSON.parse(stdout)).toMatchObject({
      trigger: 'once',
      filters: ['value>20'],
      map: { amazon: '1234567891' },
    });
  });

  test.each<[string, string, string, RegExp]>([
    ['goals remove', 'postback goals remove first-purchase', 'n', /Nothing was removed/],
    ['goals remove', 'postback goals remove first-purchase', 'y', /Removed the goal/],
    ['erase', 'postback erase --user-id player-1', 'y', /receipt/i],
    ['backfill', 'postback backfill events.jsonl', 'y', /Delivered/],
    ['replay', 'postback replay --state delivered --force', 'n', /./],
    ['logs prune', 'postback logs prune --older-than 30d', 'y', /./],
  ])('%s asks before it does anything: %s, %s', async (_name, line, answer, words) => {
    const sandbox = await openLiveSandbox();
    const home = await makeFolder();
    await runPostback(['goals', 'add', '--template', 'first-purchase'], { home });
    await runPostback(['map', 'first-purchase', 'amazon', '1234567890'], { home });
    writeFileSync(join(home, 'events.jsonl'), makeFile(2));
    const env = ciVariables(sandbox);
    if (!line.includes('backfill')) await runPostback(['send', 'events.jsonl'], { home, env });
    const shell = await openShell(120, env, home);
    shell.enter(line);
    const [asked] = await shell.terminal.waitFor(/\((?:y\/N|Y\/n)\)|ended-1:\d/);
    if (asked.startsWith('(')) await shell.answer(/\([yY]\/[nN]\)/, answer);
    expect(await shell.ended()).toBe(0);
    await shell.terminal.waitFor(words);
  });

  test('Ctrl-C in a question leaves with 130 and changes nothing, without color where asked', async () => {
    const shell = await openShell(100);
    shell.enter('FORCE_COLOR=1 postback goals add --no-color');
    await shell.terminal.waitFor(/Which goal\?/);
    expect(shell.terminal.read({ colored: true })).not.toContain('\u001B[');
    await shell.answer(/Which goal\?/, '', 'C-c');
    expect(await shell.ended()).toBe(130);
    await shell.terminal.waitFor(/^Cancelled\.$/m);
    shell.enter('postback connect amazon');
    await shell.answer(/Client id of your application/, '', 'C-c');
    expect(await shell.ended()).toBe(130);
    await shell.terminal.waitFor(/^Cancelled\. Nothing was stored\.$/m);
  });
});

describe('without a terminal', () => {
  test.each<[string[], RegExp]>([
    [['connect'], /its name|NETWORK/],
    [['connect', 'amazon'], /--client-id|POSTBACK_AMAZON_CLIENT_ID/],
    [['connect', 'meta'], /--token-stdin.*POSTBACK_META_ACCESS_TOKEN/],
    [['goals', 'add'], /--name and --event/],
    [['goals', 'remove', 'first-purchase'], /--yes/],
    [['map', 'first-purchase', 'amazon'], /third argument/],
    [['erase', '--user-id', 'player-1'], /--yes/],
    [['backfill', 'events.jsonl'], /--yes/],
    [['replay', '--state', 'delivered', '--force'], /--yes/],
  ])('%j names the flag that it needs, and waits for nothing', async (args, words) => {
    const sandbox = await openLiveSandbox();
    const home = await makeFolder();
    await runPostback(['goals', 'add', '--template', 'first-purchase'], { home });
    await runPostback(['map', 'first-purchase', 'amazon', '1234567890'], { home });
    writeFileSync(join(home, 'events.jsonl'), makeFile(2));
    const env = args[0] === 'connect' ? { POSTBACK_GATEWAY: sandbox.url } : ciVariables(sandbox);
    if (args[0] === 'replay') await runPostback(['send', 'events.jsonl'], { home, env, cwd: home });
    const { code, stdout, stderr } = await runPostback([...args, '--json'], {
      home,
      env,
      cwd: home,
      timeoutMs: 30_000,
    });
    expect([2, 4], stderr + stdout).toContain(code);
    const { message, hint } = readError(stderr);
    expect(`${message} ${hint} ${stderr}`).toMatch(words);
  });
});
