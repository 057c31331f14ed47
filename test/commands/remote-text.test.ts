import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { makeLine, TestWorkspace } from '../kit/test-workspace.js';

/** A terminal title, a cleared screen, a C1 control, and text that runs the other way. */
const EVIL = '\u001b]0;owned\u0007\u001b[2J\u009b31mred\u202egnp.exe';

/** A network whose every word tries to steer the terminal. */
async function startEvil(): Promise<string> {
  const server = createServer((request, response) => {
    const isToken = request.url?.includes('/auth/o2/token') ?? false;
    const body = isToken
      ? { access_token: 'Atza|x', token_type: 'bearer', expires_in: 3600 }
      : { code: EVIL, message: EVIL, requestId: EVIL, details: EVIL };
    request.resume();
    response
      .writeHead(isToken ? 200 : 400, { 'content-type': 'application/json' })
      .end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const STEERS =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

test('what a network or an event file says never steers the terminal', async () => {
  const workspace = await TestWorkspace.create({ env: { POSTBACK_GATEWAY: await startEvil() } });
  const input = `${makeLine(1)}\n${makeLine(2, { eventName: EVIL })}\n${makeLine(3, { eventTimestamp: EVIL })}\n`;
  const calls: [string[], { input?: string }][] = [
    [['send', '-'], { input }],
    [['send', '-', '--json'], { input }],
    [['logs', '--all'], {}],
    [['logs', '--all', '--json'], {}],
    [['logs', '--all', '--csv'], {}],
    [['status'], {}],
    [['doctor'], {}],
    [['doctor', '--json'], {}],
    [['explain', EVIL], {}],
    [['goals', 'show', EVIL], {}],
    [[EVIL], {}],
  ];
  for (const [args, options] of calls) {
    const { stdout, stderr } = await workspace.run(args, options);
    expect(
      STEERS.exec(stdout + stderr),
      `${args.join(' ')}\n${JSON.stringify(stdout + stderr)}`,
    ).toBeNull();
  }
});

test('a file name with line ends and escapes adds no line to an error', async () => {
  const workspace = await TestWorkspace.create();
  const name = 'no\n\u001b[31mDelivered 100\u202e.jsonl';
  for (const args of [
    ['send', name],
    ['validate', name],
    ['explain', name],
    ['send', '-', '--rejects', `${name}/x`],
  ]) {
    const { code, stderr } = await workspace.run(args, { input: `${makeLine(1)}\n` });
    expect(code, args.join(' ')).not.toBe(0);
    expect(stderr).not.toMatch(/^Delivered 100/m);
    expect(STEERS.exec(stderr), stderr).toBeNull();
  }
});
