import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { ConfigFile } from '../../../src/config/config-file.js';
import { ConfigError } from '../../../src/errors.js';
import { makeChildScript } from '../../kit/child-script.js';

interface Content {
  names: string[];
  [key: string]: unknown;
}

const writeKeys = await makeChildScript(new URL('write-keys.ts', import.meta.url));
const pausedWriter = await makeChildScript(new URL('paused-writer.ts', import.meta.url));
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'postback-config-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function open(directory = join(root, 'config')): ConfigFile<Content> {
  return new ConfigFile<Content>({
    directory,
    name: 'file',
    version: 2,
    defaults: { names: [] },
    check: (content) =>
      Array.isArray(content.names ?? []) ? undefined : 'its field names is not a list',
  });
}

function write(text: string | Buffer): ConfigFile<Content> {
  writeFileSync(join(root, 'file.json'), text);
  return open(root);
}

/** Eight processes at once, each with keys of its own. */
async function runEightWriters(directory: string): Promise<Record<string, unknown>> {
  const writers = Array.from({ length: 8 }, (_, index) => `writer${index}`);
  await Promise.all(
    writers.map((name) => promisify(execFile)(process.execPath, [writeKeys, directory, name])),
  );
  return JSON.parse(readFileSync(join(directory, 'shared.json'), 'utf8')) as Record<
    string,
    unknown
  >;
}

describe('reading', () => {
  test('gives the defaults while there is no file, and makes nothing', () => {
    const file = open();
    expect(file.read()).toEqual({ names: [] });
    expect(file.exists()).toBe(false);
    expect(readdirSync(root)).toEqual([]);
  });

  test('gives a copy of the defaults', () => {
    const file = open();
    file.read().names.push('changed');
    expect(file.read()).toEqual({ names: [] });
  });

  test.each([
    ['an older format', '{"version":1,"names":["a"]}'],
    ['no version', '{"names":["a"]}'],
    ['a byte order mark', '\uFEFF{"version":2,"names":["a"]}'],
  ])('reads a file with %s', (_, text) => {
    expect(write(text).read()).toEqual({ names: ['a'] });
  });

  test.each([
    ['a newer format', '{"version":3}', 'config_newer', 'newer postback (format 3'],
    ['a version that is not a number', '{"version":"2"}', 'config_broken', 'version'],
    ['broken JSON', '{"names":["token-abc"', 'config_broken', 'not valid JSON'],
    ['nothing in it', ' \n', 'config_broken', 'empty'],
    ['a list at the top', '[1]', 'config_broken', 'JSON object'],
    ['null at the top', 'null', 'config_broken', 'JSON object'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 'config_unreadable', 'UTF-8'],
    ['a wrong field', '{"version":2,"names":1}', 'config_invalid', 'its field names is not a list'],
  ])('refuses and never overwrites a file with %s', async (_, text, code, words) => {
    const file = write(text);
    const refusal = expect.objectContaining({
      code,
      message: expect.stringContaining(words) as string,
    });
    expect(() => file.read()).toThrow(refusal);
    expect(() => file.read()).toThrow(file.path);
    await expect(file.update((draft) => void draft.names.push('b'))).rejects.toThrow(refusal);
    expect(readFileSync(file.path)).toEqual(Buffer.from(text));
    expect(readdirSync(root)).toEqual(['file.json']);
  });

  test('never quotes a broken file, not even in the cause', () => {
    try {
      write('{"token":"secret-text"x').read();
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect(`${String(error)} ${String((error as Error).cause)}`).not.toContain('secret');
    }
  });

  test.each([
    [
      'a directory in its place',
      () => mkdirSync(join(root, 'config', 'file.json'), { recursive: true }),
      'directory',
    ],
    [
      'a file in place of its folder',
      () => writeFileSync(join(root, 'config'), ''),
      'part of its path is a file',
    ],
  ])('refuses %s', async (_, arrange, words) => {
    arrange();
    const refusal = expect.objectContaining({ message: expect.stringContaining(words) as string });
    expect(() => open().read()).toThrow(refusal);
    await expect(open().update((draft) => void draft.names.push('b'))).rejects.toThrow(refusal);
  });
});

describe('updating', () => {
  test('makes folder and file for the owner only, with the version in front', async () => {
    const file = open();
    const after = await file.update((draft) => void draft.names.push('a'));
    expect(after).toEqual({ names: ['a'] });
    expect(readFileSync(file.path, 'utf8')).toBe(
      '{\n  "version": 2,\n  "names": [\n    "a"\n  ]\n}\n',
    );
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    expect(statSync(join(root, 'config')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(root, 'config'))).toEqual(['file.json', 'file.json.write']);
  });

  test('takes another object instead of the draft, keeps unknown fields, raises the version', async () => {
    const file = write('\uFEFF{"version":1,"names":["a"],"later":{"x":1}}');
    await file.update((draft) => ({ ...draft, names: ['b'] }));
    expect(JSON.parse(readFileSync(file.path, 'utf8'))).toEqual({
      version: 2,
      names: ['b'],
      later: { x: 1 },
    });
  });

  test('writes nothing when nothing changes or the change throws', async () => {
    const file = open();
    await file.update(() => undefined);
    await expect(
      file.update(() => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(existsSync(file.path)).toBe(false);
    await file.update((draft) => void draft.names.push('a'));
    expect(file.read().names).toEqual(['a']);
  });

  test('eight processes with 100 keys each lose none', async () => {
    const content = await runEightWriters(join(root, 'new'));
    expect(Object.keys(content)).toHaveLength(801);
    expect(readdirSync(join(root, 'new'))).toEqual(['shared.json', 'shared.json.write']);
  });

  test('eight processes that find the lock of a killed one lose none either', async () => {
    mkdirSync(join(root, 'shared.json.lock'));
    utimesSync(join(root, 'shared.json.lock'), new Date(0), new Date(0));
    expect(Object.keys(await runEightWriters(root))).toHaveLength(801);
  });

  test('C10: a process that was paused and lost the lock keeps what another has written meanwhile', async () => {
    const child = spawn(process.execPath, [pausedWriter, root]);
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    // As after ten seconds without a renewal.
    utimesSync(join(root, 'shared.json.lock'), new Date(0), new Date(0));
    const file = new ConfigFile<Record<string, number>>({
      directory: root,
      name: 'shared',
      version: 1,
      defaults: {},
    });
    await file.update((draft) => {
      draft['other'] = 1;
    });
    child.kill('SIGCONT');
    expect(await ended).toEqual([0, null]);
    expect(file.read()).toEqual({ other: 1, paused: 2 });
  });

  test('C10: a lock that is dated in the future has no holder', async () => {
    mkdirSync(join(root, 'file.json.lock'));
    const future = new Date(Date.now() + 3_600_000);
    utimesSync(join(root, 'file.json.lock'), future, future);
    const file = open(root);
    await file.update((draft) => void draft.names.push('a'));
    expect(file.read().names).toEqual(['a']);
  });
});
