import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  SANDBOX_ACCOUNTS,
  SANDBOX_CLIENT_ID,
  SANDBOX_CLIENT_SECRET,
  seededRefreshToken,
} from '../../src/sandbox/amazon/seed.js';
import { makeFile, openLiveSandbox } from '../kit/errand.js';
import { makeFolder, runPostback } from '../kit/run.js';
import { commandOf, listSuggestions } from '../kit/suggestions.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Values of templates and placeholders that a suggestion shows, as an operator would replace them. A suggestion with
 * a value that is not here fails the test: add a sample, so that the suggestion is run.
 */
const SAMPLES: readonly (readonly [pattern: RegExp, sample: string])[] = [
  [/\{(?:connector\.)?accountFlag\}/, '--account'],
  [/\{flag\} \{field===[^}]*\}/, '--user-id player-1'],
  [/\{(?:SHELLS\.join\('\|'\))\}/, 'bash'],
  [/\{(?:isOther|elsewhere|flags|flag|mapping)[^}]*\}/, ''],
  [/\{(?:known|list)\.id\}/, 'my-list'],
  [/\{quoteId\([^}]*\}/, '00000000-0000-4000-8000-000000000001'],
  [/\{near\[0\][^}]*\}/, '1234567891'],
  [
    /\{(?:NETWORKS\[0\]!\.name|missing\[0\]|network\.name|network|off\.network|others\[0\]!\.network|first\.network)\}/,
    'amazon',
  ],
  [
    /\{(?:goal\.id|goals\[0\]|goals\[0\]!\.id|workspace\.goals\[0\]!\.id|one\.goals\.at\(-1\)|first\.goal|goal|id)\}/,
    'purchase',
  ],
  [/\{target\}/, 'events.jsonl'],
  [/\bFILE\b|\bpeople\.jsonl\b/, 'events.jsonl'],
  [/\bNAME\b/, 'weekly-players'],
  [/\bGOAL\b/, 'purchase'],
  [/\bNETWORK\b/, 'amazon'],
  [/\b(?:VALUE|DEFINITION_ID|ACTION_ID)\b/, '1234567891'],
  [/\bCODE\b/, 'TEST1'],
  [/\bconsent\.default$/, 'consent.default anonymous'],
];

/** `{name}` is a network, but an input of `send` and a network of `map`. */
function fill(words: string): string {
  const name = words.startsWith('send') ? 'events.jsonl' : 'amazon';
  if (words.endsWith('--test-code CODE')) return 'connect meta --test-code TEST1 --pixel 1234567890';
  let filled = words.replace(/<\/code>$/, '').replace('{name}', name);
  for (const [pattern, sample] of SAMPLES) filled = filled.replace(pattern, sample);
  expect([words, filled]).toEqual([words, expect.not.stringMatching(/[{}]/)]);
  return filled.replace(/\bID\b/, commandOf(words) === 'map' ? '1234567891' : SANDBOX_ACCOUNTS.na);
}

/** What a suggestion needs that a terminal would ask for, and what keeps it from waiting or from reaching out. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  connect: ['--token-stdin'],
  'goals add': ['--name', 'Purchase', '--event', 'purchase'],
  'logs prune': ['--dry-run'],
  erase: ['--dry-run'],
  replay: ['--dry-run'],
  tail: ['--dry-run'],
  'audiences sync': ['--dry-run'],
};

/** Codes of errors which say that a command line cannot be what the suggestion meant. */
const WRONG = /^(?:bad_flag|unknown_flag|unknown_command|unexpected_argument|missing_|flag_|bad_argument|usage)/;

test('A11: every suggestion of the sources is a command line that the program takes', async () => {
  const sandbox = await openLiveSandbox();
  const home = await makeFolder();
  writeFileSync(join(home, 'events.jsonl'), makeFile(2));
  const env = {
    POSTBACK_GATEWAY: sandbox.url,
    POSTBACK_AMAZON_CLIENT_ID: SANDBOX_CLIENT_ID,
    POSTBACK_AMAZON_CLIENT_SECRET: SANDBOX_CLIENT_SECRET,
    POSTBACK_RATE: '0',
  };
  const run = (args: readonly string[], input = '') => runPostback(args, { home, cwd: home, env, input });
  const game = ['--workspace', 'game'];
  await run(['connect', 'amazon', '--token-stdin', ...game], seededRefreshToken('na'));
  await run(['goals', 'add', '--name', 'Purchase', '--event', 'purchase', ...game]);
  await run(['map', 'purchase', 'amazon', '1234567891', ...game]);
  await run(['send', 'events.jsonl', ...game]);

  const suggestions = listSuggestions(ROOT);
  expect(suggestions.length).toBeGreaterThan(80);
  // These take no flags of the call, so that the listing does not find them.
  const bare = ['validate events.jsonl', 'schema event', 'workspaces', 'workspaces create other'];
  const lines = [...new Set([...suggestions.map(({ words }) => fill(words)), ...bare])];
  const wrong: string[] = [];
  for (const line of lines) {
    const words = line.split(' ').filter((word) => word !== '');
    const answers = (ANSWERS[commandOf(line)] ?? []).filter((word) => !words.includes(word));
    const args = [...words, ...(words.includes('--sandbox') ? [] : game), ...answers, '--json'];
    const { code, stderr } = await run(args, words[0] === 'connect' ? seededRefreshToken('na') : '');
    const last = stderr.trim().split('\n').at(-1) ?? '';
    const error = last.startsWith('{"error"')
      ? (JSON.parse(last) as { error: { code: string; message: string } }).error
      : undefined;
    if (code === 1 || (error && WRONG.test(error.code)))
      wrong.push(`${args.join(' ')}: ${code} ${error?.code} ${error?.message}`);
  }
  expect(wrong).toEqual([]);
}, 240_000);
