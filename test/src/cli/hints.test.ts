import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  addContext,
  COMMAND_NAMES,
  CONTEXT_FREE,
  readHintContext,
  wrapAroundCommands,
} from '../../../src/cli/hints.js';

const GAME = { workspace: 'game' };

describe('A11: suggested commands repeat the flags of the call', () => {
  test.each([
    ['postback connect amazon', 'postback connect amazon --workspace game'],
    ['postback goals enable purchase', 'postback goals enable purchase --workspace game'],
    [
      'postback replay --state pending --all asks again.',
      'postback replay --state pending --all --workspace game asks again.',
    ],
    [
      'Connected. Next: postback goals add, then postback map',
      'Connected. Next: postback goals add --workspace game, then postback map --workspace game',
    ],
    [
      'set a default with: postback config set consent.default anonymous and send again',
      'set a default with: postback config set consent.default anonymous --workspace game and send again',
    ],
    [
      'postback map first-purchase amazon VALUE --test',
      'postback map first-purchase amazon VALUE --test --workspace game',
    ],
    [
      'postback connect x --token-stdin --pixel ID < token.txt',
      'postback connect x --token-stdin --pixel ID --workspace game < token.txt',
    ],
    [
      'Error: There is no test mapping.\nNext: postback map purchase amazon VALUE --test\nMore.',
      'Error: There is no test mapping.\nNext: postback map purchase amazon VALUE --test --workspace game\nMore.',
    ],
    [
      '\u001b[1mNext:\u001b[22m postback audiences sync best people.jsonl',
      '\u001b[1mNext:\u001b[22m postback audiences sync best people.jsonl --workspace game',
    ],
    ['postback explain -- -x', 'postback explain --workspace game -- -x'],
    ["postback explain 'a b'", "postback explain 'a b' --workspace game"],
    ['postback status --workspace other', 'postback status --workspace other'],
    ['postback workspaces', 'postback workspaces'],
    ['This is a bug in postback. No command', 'This is a bug in postback. No command'],
    ['see https://example.com/postback send', 'see https://example.com/postback send'],
    ['npm install postback demo', 'npm install postback demo'],
  ])('%s', (text, expected) => {
    const once = addContext(text, GAME);
    expect(once).toBe(expected);
    expect(addContext(once, GAME)).toBe(expected);
  });

  test('all of them, and nothing without a context', () => {
    const context = { workspace: 'game', sandbox: true, gateway: 'http://127.0.0.1:8790' };
    expect(addContext('postback send FILE', context)).toBe(
      'postback send FILE --workspace game --gateway http://127.0.0.1:8790 --sandbox',
    );
    expect(addContext('postback send FILE', {})).toBe('postback send FILE');
  });

  test('the context is read from arguments and the environment', () => {
    expect(readHintContext(['--workspace=a', '--sandbox'], {})).toEqual({
      workspace: 'a',
      sandbox: true,
    });
    expect(readHintContext(['--workspace', 'a'], { POSTBACK_WORKSPACE: 'b' })).toEqual({
      workspace: 'a',
    });
    expect(readHintContext([], { POSTBACK_WORKSPACE: 'b' })).toEqual({ workspace: 'b' });
    expect(readHintContext(['--', '--sandbox'], {})).toEqual({});
  });

  test('every command that there is can be suggested', () => {
    const manifest = JSON.parse(
      readFileSync(new URL('../../../oclif.manifest.json', import.meta.url), 'utf8'),
    ) as {
      commands: Record<string, { aliases?: string[] }>;
    };
    const ids = Object.entries(manifest.commands).flatMap(([id, { aliases = [] }]) => [
      id,
      ...aliases,
    ]);
    const named = [...COMMAND_NAMES, ...CONTEXT_FREE].toSorted();
    expect([...new Set(ids.map((id) => id.replaceAll(':', ' ')))].toSorted()).toEqual(named);
  });
});

test('a line is never broken within a suggested command', () => {
  const text =
    'Two wait for another account: postback replay --state pending --all --account-changed, or connect it.';
  const words = (part: string): string => part.replaceAll(' ', '\n');
  expect(wrapAroundCommands(text, words).split('\n')).toContain(
    'postback replay --state pending --all --account-changed,',
  );
  expect(wrapAroundCommands('no command', words)).toBe('no\ncommand');
});
