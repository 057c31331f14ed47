import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

interface Citations {
  findBrokenCitations: (files: string[], read: (file: string) => string) => string[];
}

const script = fileURLToPath(new URL('../../scripts/citations.js', import.meta.url));
const { findBrokenCitations } = (await import(script)) as Citations;

const PAGE = '# Amazon\n\n## Click ids\n\n## Click ids\n\n## IAB ECAPI 1.0, `aref` & more\n';

function check(files: Record<string, string>): string[] {
  return findBrokenCitations(Object.keys(files), (file) => files[file]!);
}

test('every page and every heading that sources and pages cite exists', () => {
  expect(execFileSync(process.execPath, [script], { encoding: 'utf8' })).toBe('');
});

test.each([
  ['// Source: docs/gone.md.', 'docs/gone.md does not exist'],
  [' * at most 100 (networks.md section 9).', 'networks.md does not exist'],
  ['const a = 1; // see docs/page.md#gone', 'docs/page.md has no heading #gone'],
  ["const rule = 'docs/gone.md#a';", 'docs/gone.md does not exist'],
  ['/** docs/page.md#click-ids and docs/page.md#click-ids-2 */', '#click-ids-2'],
])('reports %s', (line, problem) => {
  const found = check({ 'docs/page.md': PAGE, 'src/a.ts': `\n${line}\n` });
  expect(found).toHaveLength(1);
  expect(found[0]).toContain('src/a.ts:2: ');
  expect(found[0]).toContain(problem);
});

test.each([
  '// docs/page.md, docs/page.md#click-ids and docs/page.md#click-ids-1.',
  '// (docs/page.md#iab-ecapi-10-aref--more)',
  '// https://github.com/a/b/blob/c/README.md#gone',
  "const name = 'LICENSE.md';",
])('accepts %s', (line) => {
  expect(check({ 'docs/page.md': PAGE, 'src/a.ts': line })).toEqual([]);
});

test.each([
  ['[a](other.md)', 'docs/other.md does not exist'],
  ['[a](page.md#gone)', 'docs/page.md has no heading #gone'],
  ['[a](#gone)', 'docs/start.md has no heading #gone'],
  ['[a](../src/b.ts)', 'src/b.ts does not exist'],
])('reports the link %s of a page', (line, problem) => {
  const files = { 'docs/page.md': PAGE, 'docs/start.md': line, 'src/a.ts': '' };
  expect(check(files)).toEqual([`docs/start.md:1: ${problem}`]);
});

test('accepts links to pages, headings, folders and other hosts', () => {
  const links = '[a](page.md#click-ids) [b](../src) [c](../src/) [d](https://a.example/b.md)\n';
  const code = '```\n[e](gone.md)\n```\n';
  const files = { 'docs/page.md': PAGE, 'docs/start.md': links + code, 'src/a.ts': '' };
  expect(check(files)).toEqual([]);
});
