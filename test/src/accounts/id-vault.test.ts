import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openIdVault } from '../../../src/accounts/id-vault.js';
import { systemRandom } from '../../../src/random.js';
import { makeFolder } from '../../kit/log.js';

const KEY_FILE = 'audience-ids.key';

describe('the vault of external ids', () => {
  test('opens what it sealed, in another process too, and seals the same id differently', () => {
    const folder = join(makeFolder(), 'config');
    const sealed = ['player-1', 'player-1', 'x'.repeat(128)].map((id) => openIdVault(folder, systemRandom).seal(id));
    expect(new Set(sealed).size).toBe(3);
    expect(sealed.join('')).not.toContain('player');
    expect(sealed.map((text) => openIdVault(folder, systemRandom).open(text))).toEqual([
      'player-1',
      'player-1',
      'x'.repeat(128),
    ]);
  });

  test('keeps its key to its owner, in a folder that is private too', () => {
    const folder = join(makeFolder(), 'config');
    openIdVault(folder, systemRandom).seal('a');
    expect(statSync(join(folder, KEY_FILE)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(folder, KEY_FILE), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  });

  test('makes no key until one is needed', () => {
    const folder = makeFolder();
    openIdVault(folder, systemRandom);
    expect(() => statSync(join(folder, KEY_FILE))).toThrow(/ENOENT/);
  });

  test.each<[string, (path: string) => void]>([
    ['lost and made anew', (path) => writeFileSync(path, `${'0'.repeat(64)}\n`)],
    ['cut off', (path) => writeFileSync(path, 'abc')],
  ])('says so when its key was %s', (_name, spoil) => {
    const folder = makeFolder();
    const sealed = openIdVault(folder, systemRandom).seal('a');
    spoil(join(folder, KEY_FILE));
    const open = (): string => openIdVault(folder, systemRandom).open(sealed);
    expect(open).toThrow(expect.objectContaining({ code: 'audience_key_lost' }));
  });

  test('tells what was tampered with from what it sealed', () => {
    const vault = openIdVault(makeFolder(), systemRandom);
    const sealed = vault.seal('player-1');
    expect(() => vault.open(`A${sealed.slice(1, -1)}A`)).toThrow(
      expect.objectContaining({ code: 'audience_key_lost' }),
    );
    expect(() => vault.open('')).toThrow(expect.objectContaining({ code: 'audience_key_lost' }));
  });

  test.skipIf(process.getuid?.() === 0)('says so when the folder cannot be written', () => {
    const folder = makeFolder();
    chmodSync(folder, 0o500);
    const seal = (): string => openIdVault(folder, systemRandom).seal('a');
    expect(seal).toThrow(expect.objectContaining({ code: 'audience_key_unusable' }));
    chmodSync(folder, 0o700);
  });
});
