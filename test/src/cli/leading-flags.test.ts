import { expect, test } from 'vitest';
import { moveLeadingFlags } from '../../../src/cli/leading-flags.js';

test.each<[string, string]>([
  ['--workspace game status', 'status --workspace game'],
  ['--workspace=game --json goals list', 'goals list --workspace=game --json'],
  [
    '--gateway http://127.0.0.1:1 --no-color send a.jsonl',
    'send a.jsonl --gateway http://127.0.0.1:1 --no-color',
  ],
  ['--sandbox explain -- -x', 'explain --sandbox -- -x'],
  ['--json', 'next --json'],
  ['--workspace game', 'next --workspace game'],
  ['--workspace', 'next --workspace'],
  ['status --workspace game', 'status --workspace game'],
  ['--help', '--help'],
  ['--workspac game status', '--workspac game status'],
  ['', ''],
])('16: %j is read as %j', (typed, read) => {
  const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
  expect(moveLeadingFlags(words(typed))).toEqual(words(read));
});
