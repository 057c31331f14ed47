import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.js';
import { REASON_WORDS } from '../../src/cli/reasons.js';
import { NETWORK_NAMES } from '../../src/networks/names.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The ways in which a code stands in the source. */
const PLACES = [
  /new (?:Input|Usage|Config|Auth|Network|Internal)Error\(\s*'([a-z0-9_]+)'/g,
  /new (?:FieldProblem|JsonProblem)\(\s*'([a-z0-9_]+)'/g,
  /\b(?:refuse\w*|because)\(\s*'([a-z]+(?:_[a-z0-9]+)+)'/g,
  /\bcode: '([a-z]+(?:_[a-z0-9]+)*)'/g,
  /\? '([a-z]+(?:_[a-z]+)+)' : '([a-z]+(?:_[a-z]+)+)',\n/g,
];

/** Folders whose codes are those of networks: our own come from the rest of the source. */
const imitated = NETWORK_NAMES.map((name) => `src/sandbox/${name}/`);

const source = ['src', 'commands']
  .flatMap((room) =>
    readdirSync(`${ROOT}/${room}`, { recursive: true }).map((file) => `${room}/${String(file)}`),
  )
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts') && !imitated.some((folder) => file.startsWith(folder)))
  .map((file) => readFileSync(`${ROOT}/${file}`, 'utf8'))
  .join('\n');
const page = readFileSync(`${ROOT}/docs/errors.md`, 'utf8');
const documented = new Set(
  [...page.matchAll(/`([a-z]+(?:_[a-z0-9]+)*)`/g)].map(([, word]) => word!),
);

test('every code that the source can throw is in docs/errors.md', () => {
  const codes = new Set(
    PLACES.flatMap((place) => [...source.matchAll(place)].flatMap(([, ...words]) => words)),
  );
  expect(codes.size).toBeGreaterThan(80);
  expect([...codes].filter((code) => code && !documented.has(code))).toEqual([]);
});

test('every code in docs/errors.md is in the source', () => {
  const words = [...documented].filter((word) => word.includes('_'));
  expect(words.length).toBeGreaterThan(100);
  expect(
    words.filter((word) => !source.includes(`'${word}'`) && !source.includes(`${word}:`)),
  ).toEqual([]);
});

test('every exit code and every reason of a skip is there', () => {
  for (const exit of Object.values(EXIT))
    expect(page).toMatch(new RegExp(`^\\| (?:\\d+, )?${exit}\\b`, 'm'));
  expect(Object.keys(REASON_WORDS).filter((reason) => !documented.has(reason))).toEqual([]);
});
