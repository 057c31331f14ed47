import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { SETTING_RULES } from '../../src/config/settings.js';
import { FAULT_FORMS, parseFault } from '../../src/sandbox/faults/fault-text.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const files = execFileSync('git', ['ls-files', '*.ts', '*.js', '*.md'], {
  cwd: ROOT,
  encoding: 'utf8',
}).split('\n');
const pages = files.filter((file) => /^(?:README\.md|docs\/.*\.md|examples\/.*\.md)$/.test(file));

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');

  // Decisions and the reference also name fields of other systems, which look alike.
  test.skipIf(/\/(?:decisions|reference)\//.test(page))('names settings that there are', () => {
    const known = Object.keys(SETTING_RULES);
    const groups = new Set(known.map((name) => name.split('.')[0]!));
    const form = new RegExp(`\`((?:${[...groups].join('|')})\\.[a-zA-Z]+)(?![\\w.])`, 'g');
    const settings = [...text.matchAll(form)]
      .map(([, name]) => name!)
      .filter((name) => !/\.(?:ts|js|db|csv)$/.test(name));
    expect(settings.filter((name) => !known.includes(name))).toEqual([]);
  });
});

test('every page for operators and contributors is linked from another one', () => {
  const linked = new Set(
    pages.flatMap((page) =>
      [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\(([\w./-]+\.md)/g)].map(
        ([, target]) => join(dirname(page), target!).replaceAll('\\', '/'),
      ),
    ),
  );
  const expected = pages.filter((page) => /^docs\/(?:development\/)?[\w-]+\.md$/.test(page));
  expect(expected.filter((page) => !linked.has(page))).toEqual([]);
});

const decisions = pages.filter(
  (page) => page.includes('/decisions/') && !page.endsWith('/README.md'),
);

test.each(decisions)('%s has a date and a status', (page) => {
  const start = readFileSync(join(ROOT, page), 'utf8').split('\n').slice(1, 6).join('\n');
  expect(start).toMatch(/^Date: \d{4}-\d{2}-\d{2}\. Status: (?:accepted|replaced|withdrawn)/m);
});

test('docs/development/architecture.md walks through files that there are', () => {
  const text = readFileSync(join(ROOT, 'docs/development/architecture.md'), 'utf8');
  const named = [...text.matchAll(/`([\w./-]+\.(?:ts|js))`/g)].map(([, path]) => path!);
  expect(named.length).toBeGreaterThan(25);
  expect(named.filter((path) => !files.some((file) => `/${file}`.endsWith(`/${path}`)))).toEqual(
    [],
  );
});

test('docs/sandbox.md and the help know the same faults, and all of them can be written', () => {
  const text = readFileSync(join(ROOT, 'docs/sandbox.md'), 'utf8');
  const written = [...text.split('## Faults')[1]!.matchAll(/^\| (`.*?`) \|/gm)].flatMap(
    ([, cell]) => cell!.split(', ').map((word) => word.replaceAll('`', '')),
  );
  expect(written.length).toBeGreaterThan(8);
  for (const fault of written) expect(() => parseFault(fault)).not.toThrow();
  const kinds = [...FAULT_FORMS.matchAll(/^([a-z-]+)/gm)]
    .map(([, kind]) => kind!)
    .filter((kind) => kind !== 'with');
  expect(kinds.filter((kind) => !written.some((fault) => fault.startsWith(kind)))).toEqual([]);
});
