import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { makeFolder, runPostback } from '../kit/run.js';

let home: string;

beforeEach(async () => {
  home = await makeFolder();
  const goals = [
    { name: 'First Purchase', event: 'purchase' },
    { name: 'Sign Up', event: 'sign_up' },
  ];
  writeFileSync(join(home, 'goals.json'), JSON.stringify(goals));
  expect(await run('goals', 'import', 'goals.json')).toMatchObject({ code: 0 });
});

async function run(
  ...args: string[]
): Promise<{ code: number | null; result: unknown; stderr: string }> {
  const { code, stdout, stderr } = await runPostback([...args, '--json'], { home });
  return { code, result: stdout === '' ? undefined : JSON.parse(stdout), stderr };
}

const purchase = {
  goal: 'first-purchase',
  network: 'amazon',
  value: null,
  test: null,
  valid: false,
};
const signUp = { ...purchase, goal: 'sign-up' };

/** The rows of `map --json` at Amazon. */
async function listRows(): Promise<unknown[]> {
  const { result } = await run('map');
  return (result as { network: string }[]).filter(({ network }) => network === 'amazon');
}

test('an id of more digits than a number holds is kept as it is, and removed by unmap', async () => {
  expect(await listRows()).toEqual([purchase, signUp]);
  const mapped = { ...purchase, value: '12345678901234567890', valid: true };
  expect((await run('map', 'first-purchase', 'amazon', '12345678901234567890')).result).toEqual(
    mapped,
  );
  const both = { ...mapped, test: '42' };
  expect((await run('map', 'first-purchase', 'amazon', '42', '--test')).result).toEqual(both);
  expect(await listRows()).toEqual([both, signUp]);
  const { stdout } = await runPostback(['map', 'first-purchase'], { home });
  expect(stdout).toContain('first-purchase\tamazon\t12345678901234567890\t42\tmapped\n');
  expect((await run('unmap', 'first-purchase', 'amazon')).result).toMatchObject({
    map: {},
    testMap: {},
  });
  expect(await listRows()).toEqual([purchase, signUp]);
});

test("the Events API's four parts are one mapping", async () => {
  const value = { name: 'Sign Up', type: 'SIGN_UP', source: 'WEBSITE', dataset: 'site' };
  const flags = [
    '--name',
    value.name,
    '--type',
    value.type,
    '--source',
    value.source,
    '--dataset',
    value.dataset,
  ];
  expect((await run('map', 'sign-up', 'amazon', ...flags)).result).toEqual({
    ...signUp,
    value,
    valid: true,
  });
});

test('with the Events API chosen, definition ids are not valid', async () => {
  const env = { POSTBACK_AMAZON_API: 'events-api' };
  const { code, stderr } = await runPostback(['map', 'sign-up', 'amazon', '42'], { home, env });
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--name, --type') as string,
  });
});

test('a mapping that is wrong in the project file is shown as not valid', async () => {
  const goals = [{ name: 'Sign Up', event: 'sign_up', map: { amazon: '12x' } }];
  writeFileSync(join(home, 'postback.config.json'), JSON.stringify({ goals }));
  expect(await listRows()).toMatchObject([{ goal: 'sign-up', value: '12x', valid: false }]);
});

test.each([
  [
    ['map', 'first-purchase', 'amazon', '12a'],
    '"12a" is not a conversion definition id; expected 1 to 20 digits',
  ],
  [['map', 'first-purchase', 'amazon', '1.5'], 'expected 1 to 20 digits'],
  [['map', 'first-purchase', 'amazon', ''], 'expected 1 to 20 digits'],
  [
    ['map', 'first-purchas', 'amazon', '1'],
    'Unknown goal "first-purchas". Did you mean first-purchase?',
  ],
  [['map', 'first-purchase', 'amzon', '1'], 'Unknown network "amzon". Did you mean amazon?'],
  [['map', 'first-purchase', 'amazon'], 'requires a terminal: first-purchase at amazon'],
  [
    ['map', 'first-purchase', 'amazon', '1', '--name', 'x'],
    'A value cannot be combined with --name',
  ],
  [['map', 'first-purchase', 'amazon', '--name', 'x'], 'needs --name, --type and --source'],
  [
    ['map', 'sign-up', 'amazon', '--name', 'x', '--type', 'BUY', '--source', 'WEBSITE'],
    'unknown conversion type "BUY"',
  ],
  [['map', '--test'], 'A mapping needs a goal and a network.'],
  [['unmap', 'nothing', 'amazon'], 'Unknown goal "nothing".'],
  [['unmap', 'sign-up'], 'Missing argument: NETWORK'],
])('%j is refused', async (args, message) => {
  const { code, stderr } = await run(...args);
  expect(code).toBe(2);
  expect((JSON.parse(stderr) as { error: { message: string } }).error.message).toContain(message);
});
