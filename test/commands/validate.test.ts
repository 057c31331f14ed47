import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { LintProblem } from '../../src/events/lint.js';
import { CONVERSION, RECORD_BUILDERS } from '../kit/foreign-events.js';
import { makeLine, readError } from '../kit/test-workspace.js';
import { makeFolder, runPostback } from '../kit/run.js';

interface Report {
  lines: number;
  valid: number;
  invalid: number;
  codes: Record<string, number>;
  problems: LintProblem[];
  warnings: Record<string, number>;
  formats: Record<string, string | null>;
}

async function validate(files: Record<string, string | Buffer>, ...args: string[]) {
  const cwd = await makeFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  const { code, stdout, stderr } = await runPostback(
    ['validate', ...Object.keys(files), '--json', ...args],
    { cwd },
  );
  return { code, stderr, report: JSON.parse(stdout) as Report, stdout };
}

const SEGMENT = RECORD_BUILDERS['segment']!(CONVERSION);

describe('validate', () => {
  test('names every problem by file, line, field and code, counts them, and ends with 6', async () => {
    const { code, report, stdout } = await validate({
      'a.jsonl': `${makeLine(1)}\n\n{"type":\n${makeLine(2, {}, { value: 'x' })}\n`,
      'b.jsonl': `${makeLine(3)}\n${makeLine(4, {}, { value: true, currency: 'E' })}\n${makeLine(5, {}, { value: 'y' })}`,
    });
    expect(code).toBe(6);
    expect(stdout.trim()).not.toContain('\n');
    expect(report).toMatchObject({ lines: 6, valid: 2, invalid: 4 });
    expect(report.codes).toEqual({ not_json: 1, invalid_value: 2, wrong_type: 1 });
    expect(
      report.problems.map(({ file, line, field, code: why }) => [file, line, field, why]),
    ).toEqual([
      ['a.jsonl', 3, '', 'not_json'],
      ['a.jsonl', 4, 'properties.value', 'invalid_value'],
      ['b.jsonl', 2, 'properties.value', 'wrong_type'],
      ['b.jsonl', 3, 'properties.value', 'invalid_value'],
    ]);
    expect(report.problems[0]).toMatchObject({ column: 9 });
  });

  test('--code-quality writes what GitLab reads, replaces its own file, and no other', async () => {
    const cwd = await makeFolder();
    const at = (name: string): string => join(cwd, name);
    writeFileSync(at('bad.jsonl'), `${makeLine(1)}\n{"type":\n${makeLine(2, {}, { value: 'x' })}`);
    writeFileSync(at('good.jsonl'), makeLine(1));
    const run = (command: string, file: string, out = 'report.json') =>
      runPostback([command, file, '--code-quality', out], { cwd, env: { POSTBACK_SANDBOX: '1' } });
    const read = () =>
      JSON.parse(readFileSync(at('report.json'), 'utf8')) as { fingerprint: string }[];
    expect((await run('validate', 'bad.jsonl')).code).toBe(6);
    const found = read();
    expect(found).toMatchObject([
      {
        check_name: 'not_json',
        severity: 'major',
        location: { path: 'bad.jsonl', lines: { begin: 2 } },
      },
      { check_name: 'invalid_value', location: { lines: { begin: 3 } } },
    ]);
    expect(found.map(({ fingerprint }) => fingerprint.length)).toEqual([32, 32]);
    await run('send', 'bad.jsonl');
    expect(read()).toEqual(found);
    expect((await run('validate', 'good.jsonl')).code).toBe(0);
    expect(read()).toEqual([]);
    const refused = await run('validate', 'good.jsonl', 'bad.jsonl');
    expect([refused.code, readFileSync(at('bad.jsonl'), 'utf8')]).toEqual([
      2,
      expect.stringContaining('{"type":'),
    ]);
  });

  test('ends with 0 when nothing is wrong; nothing at all is nothing wrong', async () => {
    const { code, report } = await validate({ 'a.jsonl': makeLine(1), 'empty.jsonl': '' });
    expect([code, report.problems]).toEqual([0, []]);
    expect(report).toMatchObject({
      lines: 1,
      valid: 1,
      formats: { 'a.jsonl': 'audience', 'empty.jsonl': null },
    });
  });

  test('needs no network, no connection and no home that can be written', async () => {
    const home = join(await makeFolder(), 'absent');
    const { code, stdout, stderr } = await runPostback(['validate'], {
      input: makeLine(1),
      home,
      cwd: await makeFolder(),
    });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/1: 1 valid, none invalid/)]);
    expect(stderr).toBe('stdin: reading it as audience.\n');
  });

  test('tells people the same: rows to cut, a count per code', async () => {
    const cwd = await makeFolder();
    writeFileSync(join(cwd, 'a.jsonl'), `${makeLine(1)}\n{\n${makeLine(2, { messageId: '' })}\n`);
    const { code, stdout } = await runPostback(['validate', 'a.jsonl'], { cwd });
    expect(code).toBe(6);
    const rows = stdout.split('\n').map((line) => line.split('\t'));
    expect(rows.slice(1, 3).map((row) => row.slice(0, 3))).toEqual([
      ['a.jsonl:2:2', 'the line', 'not_json'],
      ['a.jsonl:3', 'messageId', 'missing_required_field'],
    ]);
    expect(stdout).toMatch(
      /Lines {4}3: 1 valid, 2 invalid\n +1 {2}not_json\n +1 {2}missing_required_field\n/,
    );
  });

  test('a missing file ends it before anything is said', async () => {
    const { code, stderr } = await runPostback(['validate', 'nope.jsonl', '--json'], {
      cwd: await makeFolder(),
    });
    expect(code).toBe(6);
    expect(stderr).toMatch(/input_not_found/);
  });
});

describe('formats', () => {
  test.each([
    ['one array', JSON.stringify([SEGMENT, { ...SEGMENT, event: '' }, SEGMENT])],
    [
      'a printed array',
      JSON.stringify([SEGMENT, { ...SEGMENT, event: '' }, SEGMENT], undefined, 2),
    ],
    ['an envelope', JSON.stringify({ batch: [SEGMENT, { ...SEGMENT, event: '' }, SEGMENT] })],
    [
      'a printed envelope',
      JSON.stringify({ batch: [SEGMENT, { ...SEGMENT, event: '' }, SEGMENT] }, undefined, 2),
    ],
  ])('%s counts its elements, also packed', async (_, content) => {
    const both: Record<string, string | Buffer>[] = [
      { 'a.json': content },
      { 'a.json.gz': gzipSync(content) },
    ];
    for (const files of both) {
      const { code, report, stderr } = await validate(files);
      expect([code, readError(stderr)]).toMatchObject([6, { code: 'lines_invalid', exit: 6 }]);
      expect(report).toMatchObject({ lines: 3, valid: 2, codes: { missing_required_field: 1 } });
      expect(report.problems).toMatchObject([{ element: 2, field: 'event' }]);
      expect(Object.values(report.formats)).toEqual(['segment']);
    }
  });

  test('the line of an element is where it begins', async () => {
    const { report } = await validate({
      'a.json': `[\n${makeLine(1)},\n  ${makeLine(2, { messageId: '' })}\n]\n`,
    });
    expect(report.problems).toMatchObject([{ line: 3, column: 3, element: 2 }]);
  });

  test('--format, or its variable, decides; a wrong one is said for each record', async () => {
    const wrong = await validate({ 'a.jsonl': JSON.stringify(SEGMENT) }, '--format', 'snowplow');
    expect([wrong.code, wrong.report.codes]).toEqual([6, { other_format: 1 }]);
    const cwd = await makeFolder();
    const env = { POSTBACK_FORMAT: 'segment' };
    const { code } = await runPostback(['validate'], { cwd, env, input: JSON.stringify(SEGMENT) });
    expect(code).toBe(0);
    const unknown = await runPostback(['validate', '--format', 'csv', '--json'], {
      cwd,
      input: '',
    });
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(/csv/)]);
  });

  test('warnings do not make a record invalid; each kind is counted', async () => {
    const record = { ...RECORD_BUILDERS['ecapi']!(CONVERSION), id: null };
    const { code, report } = await validate({
      'a.jsonl': `${JSON.stringify(record)}\n${JSON.stringify(record)}\n`,
    });
    expect(code).toBe(0);
    expect(report).toMatchObject({
      lines: 2,
      valid: 2,
      invalid: 0,
      codes: {},
      warnings: { derived_id: 2 },
    });
    const kind = {
      severity: 'warning',
      file: 'a.jsonl',
      line: 1,
      field: 'id',
      code: 'derived_id',
      count: 2,
    };
    expect(report.problems).toMatchObject([kind]);
  });
});

test('problems are written as they are found: more of them than memory holds', async () => {
  const input = `[${Array.from({ length: 250_000 }, () => '{"type":"track","event":"a"}').join(',\n')}]`;
  const env = { NODE_OPTIONS: '--max-old-space-size=40' };
  const { code, stdout, stderr } = await runPostback(['validate', '--json'], {
    cwd: await makeFolder(),
    env,
    input,
  });
  expect(code, stderr).toBe(6);
  expect((JSON.parse(stdout) as Report).codes).toEqual({ missing_required_field: 250_000 });
});
