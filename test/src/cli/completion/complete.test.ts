import { describe, expect, test } from 'vitest';
import {
  completeWords,
  type CompletableCommand,
  type NameSource,
} from '../../../../src/cli/completion/complete.js';

const flag = (parts: Partial<CompletableCommand['flags'][string]> = {}) => ({
  type: 'option' as const,
  ...parts,
});

const COMMANDS: CompletableCommand[] = [
  {
    id: 'send',
    summary: 'deliver',
    args: { files: { name: 'files' } },
    flags: {
      network: flag({ multiple: true }),
      goal: flag({ multiple: true }),
      workspace: flag(),
      format: flag({ options: ['auto', 'audience'] }),
      'dry-run': { type: 'boolean' },
      secret: flag({ hidden: true }),
    },
  },
  { id: 'goals', summary: 'goals', args: {}, flags: {} },
  { id: 'goals:add', args: {}, flags: {} },
  { id: 'goals:edit', args: { goal: { name: 'goal' } }, flags: { name: flag() } },
  {
    id: 'map',
    args: { goal: { name: 'goal' }, network: { name: 'network' }, value: { name: 'value' } },
    flags: { test: { type: 'boolean' }, source: flag() },
  },
  { id: 'config:set', args: { setting: { name: 'setting' }, value: { name: 'value' } }, flags: {} },
  {
    id: 'logs',
    args: {},
    flags: {
      status: flag({ multiple: true, helpValue: 'success|failed' }),
      http: flag({ helpValue: '500|5xx' }),
      reason: flag(),
    },
  },
  { id: 'autocomplete', args: { shell: { name: 'shell', options: ['bash', 'zsh'] } }, flags: {} },
  { id: 'help', args: {}, flags: {} },
  { id: 'next', hidden: true, args: {}, flags: {} },
];

const NAMES: NameSource = {
  goals: () => [{ value: 'first-purchase', about: 'First Purchase' }, { value: 'wishlist-add' }],
  networks: () => [{ value: 'amazon' }, { value: 'meta' }],
  workspaces: () => [{ value: 'default' }, { value: 'game-two' }],
  settings: () => [{ value: 'consent.default' }],
  settingValues: (name) => (name === 'consent.default' ? [{ value: 'anonymous' }] : []),
  reasons: () => [{ value: 'organic' }],
  topics: () => [{ value: 'exit-codes' }],
};

const complete = (...words: string[]) =>
  completeWords(words, COMMANDS, NAMES).map(({ value }) => value);

describe.each<[string, string[], string[]]>([
  ['commands', ['s'], ['send']],
  ['hidden ones are not told', ['ne'], []],
  ['all', [''], ['send', 'goals', 'map', 'config', 'logs', 'autocomplete', 'help']],
  ['a level deeper', ['goals', ''], ['add', 'edit']],
  ['deeper, begun', ['goals', 'e'], ['edit']],
  ['a topic without a command of its own', ['config', ''], ['set']],
  ['flags', ['send', '--n'], ['--network']],
  ['a flag that may be given once is offered once', ['send', '--dry-run', '--d'], []],
  [
    'a flag that may be given again is offered again',
    ['send', '--network', 'meta', '--n'],
    ['--network'],
  ],
  ['values of a flag: networks', ['send', '--network', 'a'], ['amazon']],
  ['with =', ['send', '--network=a'], ['amazon']],
  ['as bash cuts =', ['send', '--network', '=', 'a'], ['amazon']],
  ['right after =', ['send', '--network', '='], ['amazon', 'meta']],
  ['in a list with commas', ['send', '--network', 'meta,a'], ['meta,amazon']],
  ['goals', ['send', '--goal', ''], ['first-purchase', 'wishlist-add']],
  ['workspaces', ['send', '--workspace', 'g'], ['game-two']],
  ['options', ['send', '--format', 'au'], ['auto', 'audience']],
  ['a switch takes no value: files', ['send', '--dry-run', ''], []],
  ['arguments: goals', ['goals', 'edit', 'w'], ['wishlist-add']],
  ['the second argument: networks', ['map', 'first-purchase', ''], ['amazon', 'meta']],
  ['a flag between arguments', ['map', '--source', 'WEBSITE', 'first-purchase', 'm'], ['meta']],
  ['an argument that nobody knows', ['map', 'first-purchase', 'amazon', ''], []],
  ['one too many', ['goals', 'edit', 'first-purchase', ''], []],
  ['settings', ['config', 'set', 'c'], ['consent.default']],
  ['83: values of a setting', ['config', 'set', 'consent.default', ''], ['anonymous']],
  ['83: a setting without choices', ['config', 'set', 'delivery.rate', ''], []],
  ['83: choices of a flag', ['logs', '--status', ''], ['success', 'failed']],
  ['83: choices of a flag, with =', ['logs', '--status=f'], ['failed']],
  ['83: choices in a list', ['logs', '--status', 'failed,s'], ['failed,success']],
  ['83: a pattern is not a list of choices', ['logs', '--http', ''], []],
  ['83: reasons', ['logs', '--reason', 'o'], ['organic']],
  ['arguments with options', ['autocomplete', 'z'], ['zsh']],
  [
    'help: commands and topics',
    ['help', ''],
    ['send', 'goals', 'map', 'config', 'logs', 'autocomplete', 'help', 'exit-codes'],
  ],
  ['help of a deeper command', ['help', 'goals', 'a'], ['add']],
  ['nothing for what does not exist', ['frobnicate', ''], []],
])('%s', (_name, words, expected) => {
  test(words.join(' '), () => {
    expect(complete(...words)).toEqual(expected);
  });
});
