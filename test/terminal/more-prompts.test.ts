import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasTmux } from '../../scripts/walk/terminal.js';
import type { NetworkName } from '../../src/networks/names.js';
import { SANDBOX_SEEDS } from '../../src/sandbox/networks.js';
import { ciVariables, openLiveSandbox } from '../kit/test-workspace.js';
import { runPostback } from '../kit/run.js';
import { openShell } from '../kit/terminal-shell.js';

function seedOf(network: NetworkName): { token: string; account: string } {
  const { connection, secrets } = SANDBOX_SEEDS.find(
    (seed) => seed.connection.network === network,
  )!;
  return { token: secrets.accessToken!, account: connection.account };
}

function readConnections(home: string): Record<string, { connection: { account: string } }> {
  const file = JSON.parse(readFileSync(join(home, 'config', 'credentials.json'), 'utf8')) as {
    workspaces: { default: { connections: Record<string, { connection: { account: string } }> } };
  };
  return file.workspaces.default.connections;
}

describe.skipIf(!hasTmux())('questions in a real terminal', () => {
  test.each<[NetworkName, string]>([
    ['reddit', 'postback connect reddit'],
    ['x', 'postback connect x'],
    ['meta', 'postback connect meta --token-stdin'],
    ['tiktok', 'postback connect tiktok --token-stdin'],
  ])('%s: the token is asked for and hidden, then disconnect asks', async (network, line) => {
    const sandbox = await openLiveSandbox();
    const shell = await openShell(140, { POSTBACK_GATEWAY: sandbox.url });
    const { token, account } = seedOf(network);
    shell.enter(`${line} --pixel ${account}`);
    await shell.answer(/token:/i, token);
    expect(await shell.ended()).toBe(0);
    expect(shell.terminal.read()).not.toContain(token);
    expect(readConnections(shell.home)[network]?.connection.account).toBe(account);
    shell.enter(`postback disconnect ${network}`);
    await shell.answer(/Remove the grant .*\(y\/N\)/, 'n');
    expect(await shell.ended()).toBe(0);
    expect(readConnections(shell.home)[network]).toBeDefined();
    shell.enter(`postback disconnect ${network}`);
    await shell.answer(/Remove the grant .*\(y\/N\)/, 'y');
    expect(await shell.ended()).toBe(0);
    expect(readConnections(shell.home)[network]).toBeUndefined();
  });

  test('audiences sync --full shows its plan and asks', async () => {
    const sandbox = await openLiveSandbox();
    const env = ciVariables(sandbox);
    const shell = await openShell(140, env);
    const create = [
      'audiences',
      'create',
      '--name',
      'Weekly players',
      '--external-id',
      'weekly',
      '--country',
      'US',
    ];
    const { stdout, stderr } = await runPostback([...create, '--json'], { home: shell.home, env });
    expect(stderr).toBe('');
    const { id } = JSON.parse(stdout) as { id: string };
    const people = ['p-1', 'p-2'].map((externalUserId) =>
      JSON.stringify({ externalUserId, email: `${externalUserId}@example.com`, country: 'US' }),
    );
    writeFileSync(join(shell.home, 'people.jsonl'), `${people.join('\n')}\n`);
    shell.enter(`postback audiences sync ${id} people.jsonl --full`);
    await shell.answer(/\(y\/N\)/, 'y');
    expect(await shell.ended()).toBe(0);
  });
});

interface Manifest {
  commands: Record<string, { hidden?: boolean }>;
}

/** Those that go on until they are stopped; test/commands has tests of their own. */
const ENDLESS = ['sandbox', 'tail'];
const { commands } = JSON.parse(
  readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8'),
) as Manifest;
const names = Object.keys(commands).filter((name) => !ENDLESS.includes(name));

describe('every command without a terminal and without input', () => {
  test.each(names)('%s ends by itself, with an exit code that the contract has', async (name) => {
    const { code, stderr } = await runPostback(name.split(':'), { timeoutMs: 60_000 });
    expect([0, 2, 3, 4, 6], stderr).toContain(code);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});
