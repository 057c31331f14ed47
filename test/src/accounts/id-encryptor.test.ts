import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openIdEncryptor } from '../../../src/accounts/id-encryptor.js';
import { testRandom } from '../../kit/seeded-random.js';
import { makeFolder } from '../../kit/log.js';

const KEY_FILE = 'audience-ids.key';

describe('the encryptor of external ids', () => {
  test('opens what it sealed, in another process too, and seals the same id differently', () => {
    const folder = join(makeFolder(), 'config');
    const encrypted = ['player-1', 'player-1', 'x'.repeat(128)].map((id) =>
      openIdEncryptor(folder, testRandom).seal(id),
    );
    expect(new Set(encrypted).size).toBe(3);
    expect(encrypted.join('')).not.toContain('player');
    expect(encrypted.map((text) => openIdEncryptor(folder, testRandom).open(text))).toEqual([
      'player-1',
      'player-1',
      'x'.repeat(128),
    ]);
  });

  test('keeps its key to its owner, in a folder that is private too', () => {
    const folder = join(makeFolder(), 'config');
    openIdEncryptor(folder, testRandom).seal('a');
    expect(statSync(join(folder, KEY_FILE)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(folder, KEY_FILE), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  });

  test('makes no key until one is needed', () => {
    const folder = makeFolder();
    openIdEncryptor(folder, testRandom);
    expect(() => statSync(join(folder, KEY_FILE))).toThrow(/ENOENT/);
  });

  test.each<[string, (path: string) => void]>([
    ['lost and created again', (path) => writeFileSync(path, `${'0'.repeat(64)}\n`)],
    ['cut off', (path) => writeFileSync(path, 'abc')],
  ])('says so when its key was %s', (_name, spoil) => {
    const folder = makeFolder();
    const encrypted = openIdEncryptor(folder, testRandom).seal('a');
    spoil(join(folder, KEY_FILE));
    const open = (): string => openIdEncryptor(folder, testRandom).open(encrypted);
    expect(open).toThrow(expect.objectContaining({ code: 'audience_key_lost' }));
  });

  test('tells what was tampered with from what it sealed', () => {
    const encryptor = openIdEncryptor(makeFolder(), testRandom);
    const encrypted = encryptor.seal('player-1');
    expect(() => encryptor.open(`A${encrypted.slice(1, -1)}A`)).toThrow(
      expect.objectContaining({ code: 'audience_key_lost' }),
    );
    expect(() => encryptor.open('')).toThrow(
      expect.objectContaining({ code: 'audience_key_lost' }),
    );
  });

  test.skipIf(process.getuid?.() === 0)('says so when the folder cannot be written', () => {
    const folder = makeFolder();
    chmodSync(folder, 0o500);
    const seal = (): string => openIdEncryptor(folder, testRandom).seal('a');
    expect(seal).toThrow(expect.objectContaining({ code: 'audience_key_unusable' }));
    chmodSync(folder, 0o700);
  });
});
