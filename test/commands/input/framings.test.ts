import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import {
  makeLine,
  parseRows,
  readError,
  type RunSummary,
  TestWorkspace,
} from '../../kit/test-workspace.js';

const lines = Array.from({ length: 40 }, (_, index) => makeLine(index + 1));
const text = lines.map((line) => `${line}\n`).join('');
const pretty = (line: string) => JSON.stringify(JSON.parse(line), undefined, 2);

describe('K30 K31 K32 K33: every framing through every command', () => {
  test.each<[what: string, content: string | Buffer]>([
    ['F01: no line feeds', lines.join('')],
    ['pretty objects without line feeds between', lines.map(pretty).join('')],
    ['F03: gzip under another name', gzipSync(text)],
    ['F06: byte order marks', lines.map((line) => `\ufeff${line}\n`).join('')],
    [
      'an envelope over lines',
      JSON.stringify({ events: lines.map((line) => JSON.parse(line) as object) }, undefined, 2),
    ],
  ])('%s', async (_what, content) => {
    const workspace = await TestWorkspace.create();
    writeFileSync(join(workspace.cwd, 'in'), content);
    const checked = await workspace.run(['validate', 'in', '--json']);
    expect(JSON.parse(checked.stdout)).toMatchObject({ lines: 40, valid: 40, invalid: 0 });
    const planned = await workspace.run(['send', 'in', '--dry-run', '--strict', '--json']);
    expect(JSON.parse(planned.stdout)).toMatchObject({ lines: 40, events: 40, postbacks: 40 });
    const explained = await workspace.run(['explain', 'in:1', '--json']);
    expect(explained.code).toBe(
      Buffer.isBuffer(content) || !content.startsWith('{\n  "events"') ? 0 : 6,
    );
    const backfilled = await workspace.run(['backfill', 'in', '--yes', '--json']);
    expect(JSON.parse(backfilled.stdout)).toMatchObject({ lines: 40, delivered: 40 });
    // From a pipe: nothing is sent twice, so the same records were found.
    const sent = await workspace.run(['send', '-', '--json'], { input: content });
    expect(JSON.parse(sent.stdout)).toMatchObject({
      lines: 40,
      delivered: 0,
      skips: { duplicate: 40 },
    });
    expect(workspace.sandbox.state.received()).toBe(40);
  });

  test('F01: each record of a line is explained', async () => {
    const workspace = await TestWorkspace.create();
    writeFileSync(join(workspace.cwd, 'in'), `${lines[0]}${lines[1]}\n${lines[2]}\n`);
    const { stdout } = await workspace.run(['explain', 'in:1', '--json']);
    expect(parseRows(stdout)).toHaveLength(2);
  });

  test('gzip that is cut short: what could be read is delivered, exit 6', async () => {
    const workspace = await TestWorkspace.create();
    writeFileSync(join(workspace.cwd, 'in.gz'), gzipSync(text).subarray(0, -8));
    const { code, stderr } = await workspace.run(['send', 'in.gz', '--json']);
    expect([code, readError(stderr).code]).toEqual([6, 'input_broken_gzip']);
    expect(workspace.sandbox.state.received()).toBe(40);
  });

  test('F08: a comma after each object is said once, and costs nothing', async () => {
    const workspace = await TestWorkspace.create();
    const { code, stdout, stderr } = await workspace.run(['send', '-'], {
      input: text.replaceAll('\n', ',\n'),
    });
    expect(code, stdout).toBe(0);
    expect(stderr.match(/a comma after the object/g)).toHaveLength(1);
    expect(workspace.sandbox.state.received()).toBe(40);
  });

  test('F13 F14: tables are refused before the file before them is sent', async () => {
    const workspace = await TestWorkspace.create();
    writeFileSync(join(workspace.cwd, 'good.jsonl'), text);
    writeFileSync(join(workspace.cwd, 'table.csv'), 'id,time\n1,2\n3,4\n');
    const { code, stderr } = await workspace.run(['send', 'good.jsonl', 'table.csv', '--json']);
    expect([code, readError(stderr)]).toMatchObject([
      6,
      { code: 'input_is_table', message: /table.csv is CSV/ },
    ]);
    expect(workspace.sandbox.state.received()).toBe(0);
  });

  test('C3: a log that begins with NULs is followed, and that is said', async () => {
    const workspace = await TestWorkspace.create();
    const input = `${'\0'.repeat(300_000)}${text}`;
    const { code, stderr } = await workspace.run(['tail', '-'], { input });
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/skipped 300000 NUL bytes/);
    expect(workspace.sandbox.state.received()).toBe(40);
  });

  test('F11: the body of events:ingest gives its consent to its events', async () => {
    const workspace = await TestWorkspace.create();
    const event = {
      eventTimestamp: '2026-11-30T11:58:26Z',
      transactionId: 'A',
      eventSource: 'WEB',
    };
    const body = {
      destinations: [{ productDestinationId: '98' }],
      encoding: 'HEX',
      events: [
        { ...event, adIdentifiers: { gclid: 'EAIa' } },
        {
          ...event,
          transactionId: 'B',
          adIdentifiers: { gclid: 'EAIb' },
          consent: { adUserData: 'CONSENT_GRANTED' },
        },
      ],
      consent: { adUserData: 'CONSENT_DENIED', adPersonalization: 'CONSENT_DENIED' },
    };
    for (const framed of [JSON.stringify(body), JSON.stringify(body, undefined, 2)]) {
      const { stdout } = await workspace.run(['validate', '-', '--json'], { input: framed });
      expect(JSON.parse(stdout)).toMatchObject({
        lines: 2,
        valid: 2,
        formats: { stdin: 'google' },
      });
      const sent = await workspace.run(['send', '--dry-run', '-', '--json'], { input: framed });
      expect((JSON.parse(sent.stdout) as RunSummary).skips).toMatchObject({ consent_none: 1 });
    }
  });
});

describe('A12: a record that is nested too deep', () => {
  const formats = [
    'auto',
    'audience',
    'segment',
    'ecapi',
    'ga4',
    'snowplow',
    'cloudevents',
    'google',
  ];
  test.each(formats)('A12: is an invalid line like any other, read as %s', async (format) => {
    const workspace = await TestWorkspace.create();
    const deep = [5_000, 150_000].flatMap((depth) => [
      `{"x":${'['.repeat(depth)}${']'.repeat(depth)}}`,
      `{"timestamp":1,"data_set_id":"d","event_type":"purchase","gclid":"g","x":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`,
      `{"specversion":"1.0","data":${'['.repeat(depth)}${']'.repeat(depth)}}`,
    ]);
    writeFileSync(join(workspace.cwd, 'in'), `${lines[0]}\n${deep.join('\n')}\n${lines[1]}\n`);
    const flags = ['--format', format, '--json'];
    const { code, stdout } = await workspace.run([
      'send',
      'in',
      ...flags,
      '--rejects',
      'rejects.jsonl',
    ]);
    const isOurs = format === 'auto' || format === 'audience';
    expect([code, JSON.parse(stdout)]).toMatchObject([3, { lines: 8, delivered: isOurs ? 2 : 0 }]);
    const { stdout: found } = await workspace.run(['validate', 'in', ...flags]);
    expect(JSON.parse(found)).toMatchObject({ codes: { too_deep: 6 } });
    expect((await workspace.run(['explain', 'in:2', ...flags])).code).toBe(3);
    expect((await workspace.run(['send', 'in', '--dry-run', ...flags])).code).toBe(3);
  });
});

describe('an input without a record', () => {
  test.each([
    ['nothing', ''],
    ['blank lines', '\n\n  \n'],
    ['NULs', '\0'.repeat(100)],
    ['an empty array', '[]\n'],
    ['an empty gzip', gzipSync('')],
  ])('%s: a warning; 6 under --strict and validate', async (_what, content) => {
    const workspace = await TestWorkspace.create();
    writeFileSync(join(workspace.cwd, 'in'), content);
    for (const args of [
      ['send', 'in'],
      ['send', '-'],
      ['send', '--dry-run', 'in'],
      ['backfill', '--yes', 'in'],
      ['tail', '-'],
      // A gzipped file is complete: it cannot be followed.
      ...(typeof content === 'string' ? [['tail', '--dry-run', 'in']] : []),
    ]) {
      const { code, stderr } = await workspace.run(args, { input: content });
      expect([code, stderr]).toEqual([0, expect.stringMatching(/holds no record/)]);
      const strict = await workspace.run([...args, '--strict', '--json'], { input: content });
      expect([strict.code, readError(strict.stderr).code]).toEqual([6, 'no_records']);
      expect(strict.stderr.trimEnd().split('\n')).toHaveLength(1);
    }
    expect((await workspace.run(['validate', 'in', '--json'])).code).toBe(6);
    expect((await workspace.run(['validate', '-'], { input: content })).code).toBe(6);
  });
});

test('B4: controls and marks that reorder text are escaped or left out by validate', async () => {
  const workspace = await TestWorkspace.create();
  const wild = '\u009b31m\u202eabc\u2066\u0085\u200f';
  const bad = JSON.stringify({
    ...(JSON.parse(lines[0] as string) as object),
    type: wild,
    [wild]: wild,
  });
  writeFileSync(join(workspace.cwd, `${wild}.jsonl`), `${bad}\n{"${wild}":1}\n`);
  const rejects = join(workspace.cwd, 'rejects.jsonl');
  for (const args of [
    ['validate', `${wild}.jsonl`, '--json'],
    ['validate', `${wild}.jsonl`],
    ['send', `${wild}.jsonl`, '--json', '--rejects', rejects],
    ['send', `${wild}.jsonl`],
    ['explain', `${wild}.jsonl:1`, '--json'],
    ['validate', `${wild}.none.jsonl`, '--json'],
  ]) {
    const { stdout, stderr } = await workspace.run(args);
    expect(stdout + stderr).not.toMatch(
      /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/,
    );
    if (args[2] === '--json' && stdout !== '') expect(stdout).toContain('\\u202e');
  }
});
