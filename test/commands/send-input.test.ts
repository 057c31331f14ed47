import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  makeLine,
  parseRows,
  PURCHASE_GOAL,
  readError,
  type RunSummary,
  TestWorkspace,
} from '../kit/test-workspace.js';
import { spawnPostback } from '../kit/run.js';

const GOOD = makeLine(1);

/**
 * What a bad line holds, the field that is named (empty: the line), and the words that say what was
 * found and expected.
 */
const BAD_LINES: [what: string, line: string, field: string, words: RegExp][] = [
  ['malformed JSON', '{"type":"track",', '', /not JSON: it is truncated/],
  ['a stray word', '{"type":track}', '', /not JSON: it breaks at column 11/],
  ['an array', '[]', '', /an array; expected a JSON object/],
  ['a number', '42', '', /the number 42; expected a JSON object/],
  [
    'NaN',
    GOOD.replace('"9.99"', 'NaN'),
    '',
    /breaks at column \d+ of \d+; expected a number or null, not NaN/,
  ],
  [
    'NaN as text',
    makeLine(2, {}, { value: 'NaN' }),
    'properties.value',
    /is the text "NaN"; expected a decimal/,
  ],
  ['1e400', GOOD.replace('"9.99"', '1e400'), 'properties.value', /too large to be a number/],
  [
    'a boolean for money',
    makeLine(2, {}, { value: true }),
    'properties.value',
    /is true; expected a number/,
  ],
  [
    'a list for money',
    makeLine(2, {}, { value: [9.99] }),
    'properties.value',
    /is an array; expected a number/,
  ],
  [
    'no such currency',
    makeLine(2, {}, { currency: 'EURO' }),
    'properties.currency',
    /is "EURO"; expected an ISO 4217/,
  ],
  [
    'no such day',
    makeLine(2, { eventTimestamp: '2026-02-30T00:00:00Z' }),
    'eventTimestamp',
    /expected an RFC 3339/,
  ],
  [
    'a time without zone',
    makeLine(2, { eventTimestamp: '2026-02-03T00:00:00' }),
    'eventTimestamp',
    /with a time zone/,
  ],
  [
    'a day for a time',
    makeLine(2, { eventTimestamp: 20261118 }),
    'eventTimestamp',
    /is the number 20261118; expected/,
  ],
  [
    'an unknown type',
    makeLine(2, { type: 'purchase' }),
    'type',
    /is "purchase"; expected one of track/,
  ],
  [
    'a list for the event',
    makeLine(2, { eventName: ['purchase'] }),
    'eventName',
    /is an array; expected text/,
  ],
  [
    'an object for an id',
    makeLine(2, { messageId: {} }),
    'messageId',
    /is an object; expected text/,
  ],
  ['no id', makeLine(2, { messageId: undefined }), 'messageId', /is missing; expected the id/],
  [
    'an id that is too long',
    makeLine(2, { messageId: 'x'.repeat(257) }),
    'messageId',
    /257 characters; the maximum is 256/,
  ],
  [
    'nobody',
    makeLine(2, { userId: undefined, anonymousId: undefined }),
    'anonymousId',
    /anonymousId or userId/,
  ],
  [
    'a lone surrogate',
    makeLine(2, {}, { item_name: '\ud800' }),
    'properties.item_name',
    /an unpaired surrogate/,
  ],
  ['a NUL', makeLine(2, { userId: 'a\0b' }), 'userId', /NUL character/],
  ['5 MiB', makeLine(2, {}, { pad: 'x'.repeat(5 * 1024 * 1024) }), '', /longer than 1048576 bytes/],
];

describe('bad lines', () => {
  test('each is named by file, line and field, in words and in --rejects; the rest is delivered', async () => {
    const workspace = await TestWorkspace.create();
    const lines = BAD_LINES.flatMap(([, line], index) => [line, makeLine(100 + index)]);
    writeFileSync(join(workspace.cwd, 'events.jsonl'), lines.join('\n'));
    const { code, stdout, stderr } = await workspace.run([
      'send',
      'events.jsonl',
      '--rejects',
      'rejects.jsonl',
    ]);
    expect(code, stderr).toBe(3);
    const events = lines.length - BAD_LINES.length;
    expect(stdout).toMatch(
      new RegExp(`^Lines +${lines.length} read: ${events} events, ${BAD_LINES.length} invalid`),
    );
    expect(workspace.sandbox.state.received()).toBe(BAD_LINES.length);
    const rejects = parseRows<{
      file: string;
      line: number;
      field: string;
      message: string;
      why: string;
    }>(readFileSync(join(workspace.cwd, 'rejects.jsonl'), 'utf8'));
    expect(rejects).toHaveLength(BAD_LINES.length);
    for (const [index, [what, , field, words]] of BAD_LINES.entries()) {
      expect(rejects[index], what).toMatchObject({
        why: 'invalid',
        file: 'events.jsonl',
        line: 2 * index + 1,
        field,
      });
      expect(rejects[index]!.message, what).toMatch(words);
      // A flood is cut after 20 lines; what is shown has file, line and field.
      if (index < 20)
        expect(stderr).toContain(`events.jsonl:${2 * index + 1}: ${field || 'the line'} `);
    }
    expect(stderr).toMatch(/and 2 more invalid lines\. --rejects FILE/);
  });

  test('bytes that are no UTF-8: exit 6, and the rest is delivered', async () => {
    const workspace = await TestWorkspace.create();
    const input = Buffer.concat([
      Buffer.from(`${GOOD}\n`),
      Buffer.from([0xff, 0xc0, 0x0a]),
      Buffer.from(makeLine(2)),
    ]);
    const { code, stdout, stderr } = await workspace.run(['send', '-'], { input });
    expect(code, stdout).toBe(6);
    expect(stderr).toMatch(/stdin:2: the line is not UTF-8/);
    expect(workspace.sandbox.state.received()).toBe(2);
  });

  test('--strict: a file with one bad line sends nothing; a stream stops there', async () => {
    const workspace = await TestWorkspace.create();
    writeFileSync(join(workspace.cwd, 'good.jsonl'), GOOD);
    writeFileSync(join(workspace.cwd, 'bad.jsonl'), `${makeLine(2)}\n{\n`);
    const refused = await workspace.run(['send', 'good.jsonl', 'bad.jsonl', '--strict']);
    expect(refused.code, refused.stderr).toBe(6);
    expect(refused.stderr).toMatch(/bad.jsonl:2: the line is not JSON/);
    expect(workspace.sandbox.state.received()).toBe(0);
    expect(await workspace.logs('--all')).toEqual([]);
    const stopped = await workspace.run(['send', '-', '--strict', '--json'], {
      input: `${GOOD}\n{\n${makeLine(3)}\n`,
    });
    expect([stopped.code, readError(stopped.stderr).code]).toEqual([6, 'invalid_lines']);
    expect(workspace.sandbox.state.conversions().length).toBeLessThan(2);
    // What was read before the bad line is in the log: delivered, or found again.
    const rest = await workspace.send(`${GOOD}\n${makeLine(3)}\n`, 0, '--strict');
    expect(rest.delivered + (rest.skips['duplicate'] ?? 0)).toBe(2);
    expect(workspace.sandbox.state.received()).toBe(2);
  });
});

describe('inputs that cannot be read', () => {
  test.each([
    ['a missing file', 'nope.jsonl', 'input_not_found', /nope\.jsonl does not exist/],
    ['a directory', '.', 'input_is_directory', /is a directory; expected a file/],
    ['UTF-16', 'utf16.jsonl', 'not_utf8', /UTF-16 text; expected UTF-8/],
    ['no gzip', 'broken.jsonl.gz', 'input_broken_gzip', /not a complete gzip/],
  ])('%s: exit 6', async (_what, name, error, words) => {
    const workspace = await TestWorkspace.create();
    writeFileSync(join(workspace.cwd, 'utf16.jsonl'), Buffer.from(`\ufeff${GOOD}`, 'utf16le'));
    writeFileSync(join(workspace.cwd, 'broken.jsonl.gz'), gzipSync(GOOD).subarray(0, 40));
    const { code, stdout, stderr } = await workspace.run(['send', name, '--json']);
    expect([code, stdout]).toEqual([6, '']);
    expect(readError(stderr)).toMatchObject({
      code: error,
      exit: 6,
      message: expect.stringMatching(words) as string,
    });
  });

  test('the third name is checked before the first file is sent', async () => {
    const workspace = await TestWorkspace.create();
    writeFileSync(join(workspace.cwd, 'a.jsonl'), GOOD);
    expect((await workspace.run(['send', 'a.jsonl', 'a.jsonl', 'nope.jsonl'])).code).toBe(6);
    expect(workspace.sandbox.state.received()).toBe(0);
  });
});

describe('every shape of input', () => {
  const two = [makeLine(1), makeLine(2)] as const;
  test.each<[string, string, string | Buffer]>([
    ['a BOM', 'a.jsonl', `\ufeff${two.join('\n')}\n`],
    ['CRLF', 'a.jsonl', `${two.join('\r\n')}\r\n`],
    ['no line feed at the end', 'a.jsonl', two.join('\n')],
    ['blank lines', 'a.jsonl', `\n\r\n${two.join('\n\n  \n')}\n\n`],
    ['gzip', 'a.jsonl.gz', gzipSync(two.join('\n'))],
    [
      'gzip in two members',
      'a.jsonl.gz',
      Buffer.concat([gzipSync(`${two[0]}\n`), gzipSync(two[1])]),
    ],
    ['a name that looks like a flag', '--strict.jsonl', two.join('\n')],
  ])('%s', async (_what, name, content) => {
    const workspace = await TestWorkspace.create();
    writeFileSync(join(workspace.cwd, name), content);
    const { code, stdout, stderr } = await workspace.run(['send', '--json', '--', name]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ lines: 2, invalid: 0, delivered: 2 });
  });

  test('several files and stdin in one run, in order', async () => {
    const workspace = await TestWorkspace.create();
    writeFileSync(join(workspace.cwd, 'a.jsonl'), two[0]);
    writeFileSync(join(workspace.cwd, 'b.jsonl.gz'), gzipSync(two[1]));
    const input = `${makeLine(3)}\n${two[0]}`;
    const { stdout } = await workspace.run(['send', 'a.jsonl', '-', 'b.jsonl.gz', '--json'], {
      input,
    });
    expect(JSON.parse(stdout)).toMatchObject({ lines: 4, delivered: 3, skips: { duplicate: 1 } });
  });

  test.each([
    ['an empty file', ['send', 'empty.jsonl', '--json']],
    ['an empty pipe', ['send', '--json']],
  ])('%s: done, nothing to do', async (_what, args) => {
    const workspace = await TestWorkspace.create();
    writeFileSync(join(workspace.cwd, 'empty.jsonl'), '');
    const { code, stdout } = await workspace.run(args);
    expect([code, JSON.parse(stdout)]).toMatchObject([
      0,
      { lines: 0, events: 0, postbacks: 0, skips: {} },
    ]);
  });

  test('a pipe that starts late and pauses in the middle of a line', async () => {
    const { cwd, home, env, sandbox } = await TestWorkspace.create();
    const { child, finished } = await spawnPostback(['send', '--json'], { cwd, home, env });
    const text = `${two.join('\n')}\n`;
    for (const piece of [text.slice(0, 500), text.slice(500)]) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      child.stdin.write(piece);
    }
    child.stdin.end();
    const { code, stdout } = await finished;
    expect([code, (JSON.parse(stdout) as RunSummary).delivered]).toEqual([0, 2]);
    expect(sandbox.state.received()).toBe(2);
  });
});

describe('configuration that cannot be used', () => {
  const config = (version: number | string) => JSON.stringify({ version, workspaces: {} });
  test.each<[string, string, string, RegExp]>([
    ['a config file that is no JSON', 'config.json', '{"version":', /config\.json/],
    ['a config file from a newer version', 'config.json', config(99), /newer/],
    ['a credentials file that is no JSON', 'credentials.json', 'Atzr|secret', /credentials\.json/],
    ['a credentials file from a newer version', 'credentials.json', config(99), /newer/],
  ])('%s: exit 2, named, untouched, nothing sent', async (_what, name, content, words) => {
    const { home, run, sandbox } = await TestWorkspace.create();
    mkdirSync(join(home, 'config'), { mode: 0o700 });
    const file = join(home, 'config', name);
    writeFileSync(file, content, { mode: 0o600 });
    // Without the variables the store must be read; the client alone is not a set.
    const env = {
      POSTBACK_AMAZON_CLIENT_ID: '',
      POSTBACK_AMAZON_CLIENT_SECRET: '',
      POSTBACK_AMAZON_REFRESH_TOKEN: '',
    };
    const stored = { ...env, POSTBACK_AMAZON_REGION: '', POSTBACK_AMAZON_ACCOUNT: '' };
    const { code, stdout, stderr } = await run(['send', '-', '--json'], {
      env: stored,
      input: GOOD,
    });
    expect([code, stdout], stderr).toEqual([2, '']);
    const error = readError(stderr);
    expect(error.message).toMatch(words);
    expect(error.message).toContain(file);
    expect(stderr).not.toContain('Atzr');
    expect(readFileSync(file, 'utf8')).toBe(content);
    expect(sandbox.state.received()).toBe(0);
  });

  // A directory: permissions do not stop root, as which containers run.
  test.each(['config.json', 'credentials.json'])(
    '%s cannot be read: exit 2, named',
    async (name) => {
      const { home, run } = await TestWorkspace.create();
      const path = join(home, 'config', name);
      mkdirSync(path, { recursive: true });
      const variables = {
        POSTBACK_AMAZON_CLIENT_ID: '',
        POSTBACK_AMAZON_CLIENT_SECRET: '',
        POSTBACK_AMAZON_REGION: '',
      };
      const env = { ...variables, POSTBACK_AMAZON_REFRESH_TOKEN: '', POSTBACK_AMAZON_ACCOUNT: '' };
      const { code, stderr } = await run(['send', '-', '--json'], { input: GOOD, env });
      expect([code, readError(stderr).message]).toEqual([2, expect.stringContaining(path)]);
    },
  );

  test.each<[string, object | string, RegExp]>([
    ['no JSON', '{', /postback\.config\.json/],
    ['an unknown field', { goal: [] }, /goal/],
    ['a goal without event', { goals: [{ ...PURCHASE_GOAL, event: undefined }] }, /event/],
    [
      'a definition id with letters',
      { goals: [{ ...PURCHASE_GOAL, map: { amazon: '12ab' } }] },
      /12ab.*digits/s,
    ],
    [
      'a definition id as a number',
      { goals: [{ ...PURCHASE_GOAL, map: { amazon: 1234567891 } }] },
      /amazon/,
    ],
    ['a secret', { goals: [], settings: {}, clientSecret: 'hush' }, /clientSecret/],
    ['an unknown setting', { settings: { 'amazon.emailPlusses': 'drop' } }, /amazon\.emailPlus/],
  ])('a project file with %s: exit 2, nothing sent', async (_what, content, words) => {
    const { cwd, run, sandbox } = await TestWorkspace.create();
    writeFileSync(
      join(cwd, 'postback.config.json'),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
    const { code, stdout, stderr } = await run(['send', '-', '--json'], { input: GOOD });
    expect([code, stdout], stderr).toEqual([2, '']);
    expect(readError(stderr).message).toMatch(words);
    expect(stderr).not.toContain('hush');
    expect(sandbox.state.received()).toBe(0);
  });

  test('what is typed wrongly is named with what is right, and stores nothing: exit 2', async () => {
    const { home, run } = await TestWorkspace.create();
    const options = { cwd: home, input: GOOD };
    expect((await run(['goals', 'add', '--template', 'first-purchase'], options)).code).toBe(0);
    const file = join(home, 'config', 'config.json');
    const before = readFileSync(file, 'utf8');
    const map = ['map', 'first-purchase', 'amazon'];
    const cases: [string[], RegExp][] = [
      [[...map, '12a'], /"12a".*digits/],
      [[...map, ''], /digits/],
      [[...map, '--name=P', '--type=BUY', '--source=WEBSITE'], /BUY/],
      [
        ['map', 'first-purchas', 'amazon', '12'],
        /Unknown goal "first-purchas".*Did you mean first-purchase\?/,
      ],
      [['map', 'first-purchase', 'amazonn', '12'], /Unknown network "amazonn"/],
      [['send', '--goal', 'nope', '-'], /Unknown goal "nope"/],
      [['goals', 'enable', 'nope'], /Unknown goal "nope"/],
    ];
    for (const [args, words] of cases) {
      const { code, stdout, stderr } = await run([...args, '--json'], options);
      expect([code, stdout], stderr).toEqual([2, '']);
      expect(readError(stderr).message).toMatch(words);
    }
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});
