import { describe, expect, it } from 'vitest';
import { runPostback, spawnPostback } from '../kit/run.js';
import { openSandbox } from '../src/sandbox/test-sandbox.js';

const URL_LINE = /^(http:\/\/127\.0\.0\.1:(\d+))\n/;

describe('postback sandbox', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'prints its URL, says how it is used, and ends at %s with %i',
    async (signal, code) => {
      const running = await spawnPostback([
        'sandbox',
        '--port',
        '0',
        '--fault',
        '503:100%,retry-after=1,match=*',
      ]);
      const [, url] = await running.waitFor('stdout', URL_LINE);
      await running.waitFor('stderr', /_sandbox\/.*\n/);
      expect(running.stderr()).toContain(`POSTBACK_GATEWAY=${url!}`);
      const health = await fetch(`${url!}/_sandbox/health`);
      const refused = await fetch(`${url!}/api.amazon.com/auth/o2/token`, { method: 'POST' });
      expect([health.status, refused.status, refused.headers.get('retry-after')]).toEqual([
        200,
        503,
        '1',
      ]);
      running.child.kill(signal);
      const result = await running.finished;
      expect([result.code, result.stdout]).toEqual([code, `${url!}\n`]);
    },
  );

  it('prints one object under --json and nothing else', async () => {
    const running = await spawnPostback([
      'sandbox',
      '--json',
      '--port',
      '0',
      '--seed',
      '42',
      '--latency',
      '1ms',
    ]);
    const [line] = await running.waitFor('stdout', /^.*\n/);
    const { url, port, seed } = JSON.parse(line) as { url: string; port: number; seed: number };
    expect([url, seed]).toEqual([`http://127.0.0.1:${port}`, 42]);
    running.child.kill('SIGTERM');
    expect((await running.finished).stderr).toBe('');
  });

  it.each([
    ['an unreadable fault', ['--fault', 'boom'], /429:10%/],
    ['an unreadable latency', ['--latency', 'long'], /500ms/],
    ['a port that is none', ['--port', '70000'], /--port/],
  ])('refuses %s', async (_what, args, words) => {
    const result = await runPostback(['sandbox', ...args]);
    expect([result.code, result.stdout]).toEqual([2, '']);
    expect(result.stderr).toMatch(words);
  });

  it('refuses a port that is in use', async () => {
    const { port } = await openSandbox();
    const result = await runPostback(['sandbox', '--json', '--port', String(port)]);
    expect([result.code, JSON.parse(result.stderr)]).toMatchObject([
      2,
      { error: { code: 'port_in_use', exit: 2 } },
    ]);
  });
});
