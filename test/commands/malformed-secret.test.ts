import { expect, test } from 'vitest';
import { NETWORK_NAMES } from '../../src/networks/names.js';
import { makeLine, TestWorkspace } from '../kit/test-workspace.js';
import { makeRepeatableGoals, NETWORK_CLICKS, VISIT } from '../kit/networks.js';

/** One purchase for each network. */
function makeFile(): string {
  const lines = NETWORK_NAMES.map((network, index) => {
    const click = { utm_source: undefined, utm_medium: undefined, ...NETWORK_CLICKS[network] };
    return makeLine(index + 1, {}, { ...VISIT, ...click });
  });
  return `${lines.join('\n')}\n`;
}

test.each([
  [
    'reddit',
    'POSTBACK_REDDIT_ACCESS_TOKEN',
    'sandbox-reddit\u200B-token',
    'U+200B at position 15 of 21',
  ],
  ['meta', 'POSTBACK_META_ACCESS_TOKEN', 'EAAsandbox\r\nX-Other: 1', 'U+000D at position 11 of 22'],
  ['tiktok', 'POSTBACK_TIKTOK_ACCESS_TOKEN', '\u201Cabcdef\u201D', 'U+201C at position 1 of 8'],
  ['x', 'POSTBACK_X_PIXEL_TOKEN', 'sandbox x', 'U+0020 at position 8 of 9'],
  [
    'amazon',
    'POSTBACK_AMAZON_CLIENT_ID',
    'amzn1.application\u00A0id',
    'U+00A0 at position 18 of 20',
  ],
  [
    'google',
    'POSTBACK_GOOGLE_REFRESH_TOKEN',
    '1//sandbox\u{1F600}',
    'U+1F600 at position 11 of 11',
  ],
])(
  'A13: a malformed secret of %s ends that network with 4, and the others deliver',
  async (network, name, value, at) => {
    const env = { [name]: value };
    const workspace = await TestWorkspace.create({
      goals: makeRepeatableGoals(),
      networks: 'all',
      env,
    });
    const { code, stdout, stderr } = await workspace.run(['send', '-', '--wait'], {
      input: makeFile(),
    });
    expect(code, stderr).toBe(4);
    expect(stdout).toMatch(new RegExp(`Delivered\\s+${NETWORK_NAMES.length - 1} `));
    expect(stdout).toMatch(/Pending\s+1 postback\s+1 {2}credential/);
    expect(stderr).toContain(`${name} contains an invalid character: ${at}`);
    expect(stdout + stderr).not.toContain(value);
    expect(stderr).not.toMatch(/bug in postback/);
    expect(workspace.sandbox.state.conversions().map((one) => one.network)).not.toContain(network);
  },
);

test('A13: a malformed pasted token is refused before anything is sent', async () => {
  const workspace = await TestWorkspace.create();
  const args = ['connect', 'reddit', '--token-stdin', '--pixel', 'a2_sandboxgames', '--json'];
  const { code, stderr } = await workspace.run(args, {
    input: 'sandbox-reddit\u200B-conversion-token',
  });
  expect(code).toBe(2);
  expect(stderr).toContain('U+200B at position 15');
  expect(workspace.sandbox.state.lastRequests(9)).toEqual([]);
});
