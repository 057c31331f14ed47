import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hasTmux } from '../../scripts/walk/terminal.js';
import { runPostback } from '../kit/run.js';
import { openShell } from '../kit/terminal-shell.js';

/**
 * A gateway that knows a newer version, and answers everything else late enough for the version
 * check.
 */
async function startRegistry(): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const isRegistry = request.url?.startsWith('/registry.npmjs.org/') ?? false;
    if (isRegistry) asked.push(request.url ?? '');
    const body = isRegistry ? '{"name":"postback","version":"99.0.0"}' : '{}';
    setTimeout(() => response.writeHead(isRegistry ? 200 : 400).end(body), isRegistry ? 0 : 2500);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** A token of somebody, so that doctor has a network to ask. */
const META = {
  POSTBACK_META_ACCESS_TOKEN: 'EAAsome-token',
  POSTBACK_META_PIXEL_ID: '1234567890123456',
};

describe.skipIf(!hasTmux())('a newer version', () => {
  test('is told on a terminal, once a day', async () => {
    const { url, asked } = await startRegistry();
    const shell = await openShell(140, {
      POSTBACK_GATEWAY: url,
      POSTBACK_NO_UPDATE_CHECK: '',
      ...META,
    });
    shell.enter('postback doctor');
    await shell.ended();
    expect(shell.terminal.read()).toContain('postback 99.0.0 is available; you have ');
    shell.enter('postback doctor');
    await shell.ended();
    expect(shell.terminal.read()).not.toContain('99.0.0');
    expect(asked).toEqual(['/registry.npmjs.org/postback/latest']);
  });

  test.each([
    ['the variable', { POSTBACK_NO_UPDATE_CHECK: '1' }, 'postback doctor'],
    ['CI', { CI: 'true', POSTBACK_NO_UPDATE_CHECK: '' }, 'postback doctor'],
    ['data that is wanted', { POSTBACK_NO_UPDATE_CHECK: '' }, 'postback doctor --json'],
    ['a command that ends at once', { POSTBACK_NO_UPDATE_CHECK: '' }, 'postback goals list'],
  ])('is not looked for: %s', async (_name, env, line) => {
    const { url, asked } = await startRegistry();
    const shell = await openShell(140, { POSTBACK_GATEWAY: url, ...META, ...env });
    shell.enter(line);
    await shell.ended();
    expect([asked, shell.terminal.read().includes('99.0.0')]).toEqual([[], false]);
  });
});

test('off a terminal nobody asks', async () => {
  const { url, asked } = await startRegistry();
  await runPostback(['doctor'], { env: { POSTBACK_GATEWAY: url, ...META } });
  expect(asked).toEqual([]);
});
