import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PURCHASE_GOAL, TestWorkspace, type TestWorkspaceOptions } from '../kit/test-workspace.js';
import { PROGRAM } from '../kit/run.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SCRIPT = join(ROOT, 'examples/ci/check-postbacks.sh');

/**
 * Runs the example as a CI job does: in the folder of the project file, with the variables and
 * nothing else.
 */
async function runJob(
  parts: TestWorkspaceOptions,
): Promise<{ code: number; stdout: string; cwd: string }> {
  const { env, home, cwd } = await TestWorkspace.create(parts);
  const job = {
    ...env,
    CI: 'true',
    PATH: process.env['PATH'],
    POSTBACK_HOME: home,
    POSTBACK_PROGRAM: `${process.execPath} ${PROGRAM}`,
  };
  return new Promise((resolve) => {
    execFile('sh', [SCRIPT], { cwd, env: job }, (error, stdout) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, cwd });
    });
  });
}

const withTest = (id: string): TestWorkspaceOptions => ({
  goals: [{ ...PURCHASE_GOAL, testMap: { amazon: id } }],
});

test.skipIf(process.platform === 'win32')(
  'the CI example passes where postbacks arrive',
  async () => {
    const { code, stdout, cwd } = await runJob(withTest('1234567899'));
    expect(code, stdout).toBe(0);
    const { tests } = JSON.parse(readFileSync(join(cwd, 'test.json'), 'utf8')) as {
      tests: { status: string }[];
    };
    expect(tests.map(({ status }) => status)).toEqual(['delivered']);
  },
);

test.skipIf(process.platform === 'win32').each<[string, TestWorkspaceOptions, number, RegExp]>([
  ['a definition that is gone', withTest('4041234567'), 3, /4041234567 of purchase does not exist/],
  [
    'a grant that was revoked',
    { env: { POSTBACK_AMAZON_REFRESH_TOKEN: 'Atzr|revoked' } },
    4,
    /refused the refresh token/,
  ],
  ['no test mapping', {}, 2, /"refused"/],
])('it fails with the exit code of %s', async (_name, parts, exit, words) => {
  const { code, stdout } = await runJob(parts);
  expect(code, stdout).toBe(exit);
  expect(stdout).toMatch(words);
});

test('both pipelines run the script that is tested here, and docs/ci.md shows them', () => {
  const page = readFileSync(join(ROOT, 'docs/ci.md'), 'utf8');
  for (const name of ['github-actions.yml', 'gitlab-ci.yml']) {
    const pipeline = readFileSync(join(ROOT, 'examples/ci', name), 'utf8');
    expect(pipeline).toContain('check-postbacks.sh');
    expect(page).toContain(`../examples/ci/${name}`);
  }
  expect(page).toContain('../examples/ci/check-postbacks.sh');
});
