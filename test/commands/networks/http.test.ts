import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { derivePostbackId } from '../../../src/identity/postback-id.js';
import { DurabilityHarness, killWhen, runUntilDone } from '../../kit/durability-harness.js';
import { makePurchase, makeUuid } from '../../kit/events.js';
import { makeLine, readError, TestWorkspace } from '../../kit/test-workspace.js';

const TOKEN = 'Zq7-token-of-acme-4411';
const SECRET = 'Xw9-secret-of-acme-7755';
const KEY = 'Pv3-key-of-acme-9922';
const VARIABLES = {
  POSTBACK_HTTP_ACME_TOKEN: TOKEN,
  POSTBACK_HTTP_ACME_SECRET: SECRET,
  POSTBACK_HTTP_ACME_KEY: KEY,
};
const TEMPLATE = {
  name: 'acme',
  method: 'POST',
  url: 'https://t.acme.example/pb?cid={click_id}&txid={dedupe_id}&key={env:POSTBACK_HTTP_ACME_KEY}',
  headers: { Authorization: 'Bearer {env:POSTBACK_HTTP_ACME_TOKEN}', 'X-Pad': '{test}' },
  form: { goal: '{goal}', pass: '{env:POSTBACK_HTTP_ACME_SECRET}' },
  clickId: { fields: ['acme_cid'], utmSources: ['acme'] },
  sign: {
    hmac: 'sha256',
    header: 'X-Signature',
    secret: '{env:POSTBACK_HTTP_ACME_SECRET}',
    over: 'body',
  },
};
const CLICK = { utm_source: undefined, utm_medium: undefined, acme_cid: 'clk-1' };

function writeTemplate({ cwd }: TestWorkspace, template: object | string = TEMPLATE): string {
  const file = join(cwd, 'acme.json');
  writeFileSync(file, typeof template === 'string' ? template : JSON.stringify(template));
  return file;
}

/** All bytes under a folder, as text. */
function readAll(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');
}

test('a template is connected, sends, and no output or file repeats a secret', async () => {
  const workspace = await TestWorkspace.create({
    networks: [],
    hasNoProjectFile: true,
    env: VARIABLES,
  });
  const file = writeTemplate(workspace);
  const outputs: string[] = [];
  const run = async (exit: number, args: string[], input = ''): Promise<string> => {
    const { code, stdout, stderr } = await workspace.run(args, { input });
    outputs.push(stdout, stderr);
    expect(code, stdout + stderr).toBe(exit);
    return stdout;
  };
  const line = `${makeLine(1, {}, CLICK)}\n`;
  await run(0, ['connect', 'http', 'acme', '--template', file]);
  await run(0, ['goals', 'add', '--template', 'first-purchase']);
  const dry = JSON.parse(await run(0, ['send', '-', '--dry-run', '--json'], line)) as {
    requests: { url: string; headers: Record<string, string>; body: unknown }[];
  };
  expect(dry.requests[0]).toMatchObject({
    url: expect.stringMatching(/cid=clk-1&txid=\w{32}&key=\*\*\*$/) as string,
    headers: { Authorization: 'Bearer ***', 'X-Signature': '***', 'X-Pad': 'false' },
    body: 'goal=first-purchase&pass=***',
  });
  // What a network echoes is masked too.
  await run(0, ['test', '--network', 'http:acme', '--json']);
  const fault = { status: 400, body: { message: `bad ${SECRET} ${TOKEN} ${KEY}` }, times: 1 };
  await fetch(`${workspace.sandbox.url}/_sandbox/faults`, {
    method: 'POST',
    body: JSON.stringify(fault),
  });
  await run(3, ['send', '-', '--json'], line);
  await run(0, ['replay', '--state', 'failed', '--yes']);
  await run(0, ['logs', '--json', '--all']);
  await run(0, ['explain', '--verbose', JSON.parse(line).messageId as string]);
  await run(0, ['stats', '--network', 'http:acme']);
  await run(0, ['status', '--json']);
  await run(0, ['doctor']);
  const exported = await run(0, ['config', 'export']);
  expect(JSON.parse(exported)).toMatchObject({ http: [TEMPLATE] });
  const written = `${outputs.join('\n')}\n${readAll(workspace.home)}`;
  for (const secret of [TOKEN, SECRET, KEY]) expect(written).not.toContain(secret);
  const [first] = workspace.sandbox.state.conversions();
  expect(first?.event).toMatchObject({ query: { key: KEY }, form: { pass: SECRET } });
});

test.each<[string, object | string, RegExp]>([
  [
    'an unknown macro',
    { ...TEMPLATE, form: { a: '{clik_id}' } },
    /acme\.json: \$\.form\.a: found the unknown macro .*; expected one of/,
  ],
  [
    'another variable',
    { ...TEMPLATE, form: { a: '{env:HOME}' } },
    /\$\.form\.a: found "\{env:HOME\}"; expected .*POSTBACK_HTTP_/,
  ],
  ['no JSON', '{"name":', /acme\.json: \$: found text that is not JSON.*; expected a JSON object/],
  ['no file', '', /Cannot read .*missing\.json: the file does not exist/],
])(
  'a template with %s: file, path, finding, expectation, exit 2, nothing stored',
  async (name, template, message) => {
    const workspace = await TestWorkspace.create({ networks: [], env: VARIABLES });
    const file =
      name === 'no file' ? join(workspace.cwd, 'missing.json') : writeTemplate(workspace, template);
    const { code, stderr } = await workspace.run([
      'connect',
      'http',
      'acme',
      '--template',
      file,
      '--json',
    ]);
    expect(code).toBe(2);
    expect(readError(stderr).message).toMatch(message);
    expect(existsSync(join(workspace.home, 'config', 'credentials.json'))).toBe(false);
  },
);

interface Received {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
}

/** A server on loopback that answers every request the same. */
async function listen(status: number, headers: Record<string, string> = {}) {
  const received: Received[] = [];
  const server = createServer(({ method = '', url = '', headers: sent }, response) => {
    received.push({ method, url, headers: sent });
    response.writeHead(status, headers);
    response.end('{"status":"ok"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { received, port: (server.address() as AddressInfo).port };
}

test('an endpoint at a private address needs --allow-private, and no request leaves without', async () => {
  const { received, port } = await listen(200);
  const workspace = await TestWorkspace.create({ networks: [], env: { POSTBACK_GATEWAY: '' } });
  const local = {
    ...TEMPLATE,
    url: `http://127.0.0.1:${port}/pb?cid={click_id}`,
    headers: {},
    form: { a: 'b' },
  };
  const { sign: _sign, ...template } = local;
  const file = writeTemplate(workspace, template);
  const refused = await workspace.run(['connect', 'http', 'acme', '--template', file, '--json']);
  expect(refused.code).toBe(2);
  expect(readError(refused.stderr)).toMatchObject({ code: 'private_address' });
  // A project file cannot allow it either.
  const project = join(workspace.cwd, 'postback.config.json');
  const content = JSON.parse(readFileSync(project, 'utf8')) as object;
  writeFileSync(project, JSON.stringify({ ...content, http: [template] }));
  const line = `${makeLine(1, {}, CLICK)}\n`;
  const sent = await workspace.run(['send', '-', '--json'], { input: line });
  expect(sent.code).toBe(2);
  expect(readError(sent.stderr)).toMatchObject({ code: 'private_address' });
  expect(received).toEqual([]);
  const allowed = await workspace.run(['send', '-', '--json', '--allow-private'], { input: line });
  expect(allowed.code, allowed.stderr).toBe(0);
  expect(received).toMatchObject([{ method: 'POST', url: '/pb?cid=clk-1' }]);
});

test('a CI job needs its project file and the variables that its templates name', async () => {
  const workspace = await TestWorkspace.create({ networks: [], http: [TEMPLATE] });
  const line = `${makeLine(1, {}, CLICK)}\n`;
  const missing = await workspace.run(['send', '-', '--json'], { input: line });
  expect(missing.code).toBe(4);
  expect(readError(missing.stderr).message).toMatch(
    /POSTBACK_HTTP_ACME_KEY, POSTBACK_HTTP_ACME_TOKEN, POSTBACK_HTTP_ACME_SECRET/,
  );
  const sent = await workspace.run(['send', '-', '--json', '--network', 'http:acme'], {
    input: line,
    env: VARIABLES,
  });
  expect(sent.code, sent.stderr).toBe(0);
  const again = await workspace.run(['send', '-', '--json'], { input: line, env: VARIABLES });
  expect(JSON.parse(again.stdout)).toMatchObject({ delivered: 0, skips: { duplicate: 1 } });
});

test('config import connects the endpoints of a file, and export writes them again', async () => {
  const workspace = await TestWorkspace.create({ networks: [], http: [TEMPLATE], env: VARIABLES });
  const project = join(workspace.cwd, 'postback.config.json');
  const elsewhere = { cwd: workspace.home };
  const imported = await workspace.run(['config', 'import', project, '--json'], elsewhere);
  expect(JSON.parse(imported.stdout)).toMatchObject({ endpoints: ['http:acme'] });
  const exported = await workspace.run(['config', 'export'], elsewhere);
  expect(JSON.parse(exported.stdout)).toMatchObject({ http: [TEMPLATE] });
  const mapped = await workspace.run(['map', 'purchase', 'http:acme', 'sale', '--json'], elsewhere);
  expect(JSON.parse(mapped.stdout)).toMatchObject({ network: 'http:acme', value: 'sale' });
  const removed = await workspace.run(['disconnect', 'http:acme', '--yes'], elsewhere);
  expect(removed.code, removed.stderr).toBe(0);
});

/** Events of the crash test: few in CI, 100,000 with `HTTP_CRASH_EVENTS=100000`. */
const EVENTS = Number(process.env['HTTP_CRASH_EVENTS'] ?? 400);
const KILLS = 3;
const TIMEOUT_MS = 120_000 + EVENTS * 15;

test(
  `an endpoint without pace: send is killed ${KILLS} times, nothing is lost and nothing comes twice`,
  { timeout: TIMEOUT_MS },
  async () => {
    const goal = { id: 'buy', name: 'Buy', event: 'purchase', trigger: 'repeatable', map: {} };
    const template = {
      name: 'acme',
      url: 'https://t.acme.example/pb?cid={click_id}&txid={dedupe_id}',
      clickId: { fields: ['acme_cid'] },
      requestsPerSecond: 0,
    };
    const faults = [
      { drop: 'after', rate: 0.02 },
      { status: 503, rate: 0.02 },
    ] as const;
    const harness = await DurabilityHarness.create(faults, {
      goals: [goal],
      networks: [],
      http: [template],
      timeoutMs: TIMEOUT_MS,
    });
    delete harness.env['POSTBACK_RATE'];
    harness.env['POSTBACK_CONCURRENCY'] = '64';
    const file = join(harness.folder, 'events.jsonl');
    const startMs = Date.now() - 3_600_000;
    const lines = Array.from({ length: EVENTS }, (_, number) => {
      const eventTimestamp = new Date(startMs + number).toISOString();
      const person = { userId: `player-${number}`, anonymousId: `visitor-${number}` };
      const properties = { ...CLICK, acme_cid: `clk-${number}` };
      return JSON.stringify(
        makePurchase({ messageId: makeUuid(number), eventTimestamp, ...person }, properties),
      );
    });
    writeFileSync(file, `${lines.join('\n')}\n`);
    const { state } = harness.sandbox;
    for (let round = 0; round < KILLS; round++) {
      const moment = state.received() + 1 + harness.random() * Math.ceil(EVENTS / (KILLS + 1));
      const running = await harness.start('send', file, '--json');
      await killWhen(running, () => state.received() >= moment);
    }
    await runUntilDone(() => harness.run('send', file, '--json'));
    harness.expectEachOnce(
      lines.map((_, number) => derivePostbackId('default', 'http:acme', 'buy', makeUuid(number))),
    );
  },
);
