import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/json.js';
import { makePurchase } from '../kit/events.js';
import { PURCHASE_GOAL } from '../kit/test-workspace.js';
import { runPostback } from '../kit/run.js';
import { compileSchema } from '../kit/schema.js';

test.each([
  ['event', makePurchase(), makePurchase({ messageId: undefined })],
  ['goal', PURCHASE_GOAL, { ...PURCHASE_GOAL, trigger: 'often' }],
  ['config', { goals: [PURCHASE_GOAL], settings: {} }, { settings: { 'delivery.rate': 'fast' } }],
])(
  '%s: a schema of draft 2020-12 that takes what is right and refuses what is wrong',
  async (subject, right, wrong) => {
    const { code, stdout } = await runPostback(['schema', subject, '--json']);
    expect(code).toBe(0);
    const schema = JSON.parse(stdout) as JsonObject;
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    const accepts = compileSchema(schema);
    expect(accepts(JSON.parse(JSON.stringify(right)))).toBe(true);
    expect(accepts(JSON.parse(JSON.stringify(wrong)))).toBe(false);
  },
);

test('without a name it is the event, printed for people; another name is refused', async () => {
  const { stdout } = await runPostback(['schema']);
  expect(stdout).toMatch(/^\{\n {2}"\$schema"/);
  expect((JSON.parse(stdout) as JsonObject)['title']).toMatch(/event/);
  expect((await runPostback(['schema', 'people'])).code).toBe(2);
});
