import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { SETTING_RULES } from '../../src/config/settings.js';
import { FAULT_FORMS, parseFault } from '../../src/sandbox/faults/fault-text.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const files = execFileSync('git', ['ls-files', '*.ts', '*.js', '*.md'], { cwd: ROOT, encoding: 'utf8' }).split('\n');
const pages = files.filter((file) => /^(?:README\.md|docs\/.*\.md|examples\/.*\.md)$/.test(file));

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');

  test('leads nowhere that is not there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)?(?:#[^)]*)?\)/g)].flatMap(([, target]) => target ?? []);
    expect(links.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
  });

  // Decisions also name fields of other systems, which look alike.
  test.skipIf(page.includes('/decisions/'))('names settings that there are', () => {
    const known = Object.keys(SETTING_RULES);
    const named = [...text.matchAll(/`(?:consent|amazon|identity|attribution|delivery|log)\.[a-zA-Z]+/g)];
    const settings = named.map(([word]) => word.slice(1)).filter((word) => !/\.(?:ts|js|db|csv)$/.test(word));
    expect(settings.filter((name) => !known.includes(name))).toEqual([]);
  });
});

test('docs/layout.md walks through files that there are', () => {
  const text = readFileSync(join(ROOT, 'docs/layout.md'), 'utf8');
  const named = [...text.matchAll(/`([\w./-]+\.(?:ts|js))`/g)].map(([, path]) => path!);
  expect(named.length).toBeGreaterThan(25);
  expect(named.filter((path) => !files.some((file) => `/${file}`.endsWith(`/${path}`)))).toEqual([]);
});

test('docs/sandbox.md and the help know the same faults, and all of them can be written', () => {
  const text = readFileSync(join(ROOT, 'docs/sandbox.md'), 'utf8');
  const written = [...text.split('## Faults')[1]!.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell]) =>
    cell!.split(', ').map((word) => word.replaceAll('`', '')),
  );
  expect(written.length).toBeGreaterThan(8);
  for (const fault of written) expect(() => parseFault(fault)).not.toThrow();
  const kinds = [...FAULT_FORMS.matchAll(/^([a-z-]+)/gm)].map(([, kind]) => kind!).filter((kind) => kind !== 'with');
  expect(kinds.filter((kind) => !written.some((fault) => fault.startsWith(kind)))).toEqual([]);
});
