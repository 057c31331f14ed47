import { describe, expect, test } from 'vitest';
import { adviseOnSecrets } from '../../src/ci-secrets.js';

const NAMES = ['POSTBACK_META_ACCESS_TOKEN', 'POSTBACK_META_PIXEL_ID'];

describe('adviseOnSecrets', () => {
  test.each<[Record<string, string>, RegExp]>([
    [{ GITHUB_ACTIONS: 'true' }, /secrets of the repository .*\$\{\{ secrets\.POSTBACK_META_ACC/],
    [{ GITLAB_CI: 'true', CI: 'true' }, /masked variables of the project \(Settings > CI\/CD/],
    [{ CI: '1' }, /^Add POSTBACK_META_ACCESS_TOKEN, POSTBACK_META_PIXEL_ID to the secrets of the/],
  ])('names them in the words of the service: %o', (variables, words) => {
    const advice = adviseOnSecrets(NAMES, variables);
    expect(advice?.hint).toMatch(words);
    for (const name of NAMES) expect(advice?.hint).toContain(name);
    expect(advice?.next).toBe('postback help environment');
  });

  test.each([{}, { CI: 'false' }, { GITHUB_ACTIONS: '', CI: '' }])(
    'says nothing: %o',
    (variables) => {
      expect(adviseOnSecrets(NAMES, variables)).toBeUndefined();
    },
  );
});
