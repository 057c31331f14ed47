import { expect, test } from 'vitest';
import { NETWORK_NAMES } from '../../src/networks/names.js';
import { makeErrand, makeLine } from '../kit/errand.js';
import { connectAllBySandbox, makeRepeatableGoals, NETWORK_CLICKS, VISIT } from '../kit/networks.js';

/** One purchase for each network. */
function makeFile(): string {
  const lines = NETWORK_NAMES.map((network, index) => {
    const click = { utm_source: undefined, utm_medium: undefined, ...NETWORK_CLICKS[network] };
    return makeLine(index + 1, {}, { ...VISIT, ...click });
  });
  return `${lines.join('\n')}\n`;
}

test.each([
  ['reddit', 'POSTBACK_REDDIT_ACCESS_TOKEN', 'sandbox-reddit\u200B-token', 'U+200B at position 15 of 21'],
  ['meta', 'POSTBACK_META_ACCESS_TOKEN', 'EAAsandbox\r\nX-Other: 1', 'U+000D at position 11 of 22'],
  ['tiktok', 'POSTBACK_TIKTOK_ACCESS_TOKEN', '\u201Cabcdef\u201D', 'U+201C at position 1 of 8'],
  ['x', 'POSTBACK_X_PIXEL_TOKEN', 'sandbox x', 'U+0020 at position 8 of 9'],
  ['amazon', 'POSTBACK_AMAZON_CLIENT_ID', 'amzn1.application\u00A0id', 'U+00A0 at position 18 of 20'],
  ['google', 'POSTBACK_GOOGLE_REFRESH_TOKEN', '1//sandbox\u{1F600}', 'U+1F600 at position 11 of 11'],
])(
  'A13: a malformed secret of %s ends that network with 4, and the others deliver',
  async (network, name, value, at) => {
    const errand = await makeErrand({ goals: makeRepeatableGoals() });
    Object.assign(errand.env, connectAllBySandbox(errand.sandbox.url), { [name]: value });
    const { code, stdout, stderr } = await errand.run(['send', '-', '--wait'], { input: makeFile() });
    expect(code, stderr).toBe(4);
    expect(stdout).toMatch(/Delivered\s+5 /);
    expect(stdout).toMatch(/Pending\s+1 {2}credential 1/);
    expect(stderr).toContain(`${name} holds a character that it cannot have: ${at}`);
    expect(stdout + stderr).not.toContain(value);
    expect(stderr).not.toMatch(/fault of postback/);
    expect(errand.sandbox.state.conversions().map((one) => one.network)).not.toContain(network);
  },
);

test('A13: a malformed pasted token is refused before anything is sent', async () => {
  const errand = await makeErrand();
  const args = ['connect', 'reddit', '--token-stdin', '--pixel', 'a2_sandboxgames', '--json'];
  const { code, stderr } = await errand.run(args, { input: 'sandbox-reddit\u200B-conversion-token' });
  expect(code).toBe(2);
  expect(stderr).toContain('U+200B at position 15');
  expect(errand.sandbox.state.lastRequests(9)).toEqual([]);
});
