import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  annotateProblems,
  appendJobSummary,
  formatAnnotation,
} from '../../../src/cli/annotations.js';
import { endRun } from '../../../src/cli/run-end.js';
import { RunView } from '../../../src/cli/run-view.js';
import { Tally } from '../../../src/delivery/tally.js';
import { createMemoryIO } from '../../kit/memory-io.js';
import { makeFolder } from '../../kit/run.js';

const JOB = { environment: { GITHUB_ACTIONS: 'true' } };

test('76: an annotation names file and line, and escapes what would end it', () => {
  expect(formatAnnotation('50 % of\nit', { file: 'a,b:c.jsonl', line: 3 })).toBe(
    '::error file=a%2Cb%3Ac.jsonl,line=3::50 %25 of%0Ait',
  );
  expect(formatAnnotation('no grant')).toBe('::error title=postback::no grant');
});

test('76: a job of GitHub Actions gets an annotation for each invalid line and for the end', async () => {
  const { io, stderr } = createMemoryIO(undefined, JOB);
  const view = new RunView(io, new AbortController().signal);
  const problem = { code: 'not_json', field: '', message: 'the line is not JSON' } as const;
  view.show({ type: 'invalid', input: 'events.jsonl', line: 7, text: '{', ...problem });
  const { summary } = new Tally({ run: 'r', command: 'send', workspace: 'game' });
  summary.invalid = 1;
  expect(await endRun(io, summary)).toBe(3);
  const lines = stderr.text.trim().split('\n');
  expect(lines[0]).toMatch(/^::error file=events\.jsonl,line=7::events\.jsonl:7: /);
  expect(lines.at(-1)).toBe('::error title=postback::1 line was invalid.');
});

test('76: elsewhere, and under --json, there is no annotation', async () => {
  for (const parts of [{}, { ...JOB, json: true }]) {
    const { io, stderr } = createMemoryIO(undefined, parts);
    const { summary } = new Tally({ run: 'r', command: 'send', workspace: 'game' });
    summary.invalid = 1;
    await endRun(io, summary);
    expect(stderr.text).not.toContain('::error');
  }
});

test('76: the page of a job gets the counts of each run', async () => {
  const path = join(await makeFolder(), 'summary.md');
  const { summary } = new Tally({ run: 'r', command: 'send', workspace: 'game' });
  summary.lines = 40;
  for (let run = 0; run < 2; run++) appendJobSummary(summary, path);
  appendJobSummary(summary, '');
  appendJobSummary(summary, join(path, 'not-a-folder'));
  const text = readFileSync(path, 'utf8');
  expect(text.match(/^### postback send, workspace game$/gm)).toHaveLength(2);
  expect(text).toContain('| 40 | 0 | 0 | 0 | 0 | 0 |');
});

test('76: validate annotates invalid records in a job of GitHub Actions, and none elsewhere', async () => {
  const place = { file: 'events.jsonl', field: 'properties.value', code: 'bad_value' };
  const problem = { ...place, line: 3, message: 'expected a number', severity: 'error' as const };
  const batches = async function* () {
    yield [problem, { ...problem, line: 4, severity: 'warning' as const }];
  };
  for (const [parts, expected] of [
    [JOB, '::error file=events.jsonl,line=3::bad_value: properties.value expected a number\n'],
    [{}, ''],
  ] as const) {
    const { io, stderr } = createMemoryIO(undefined, parts);
    let passed = 0;
    for await (const batch of annotateProblems(io, batches())) passed += batch.length;
    expect([passed, stderr.text]).toEqual([2, expected]);
  }
});
