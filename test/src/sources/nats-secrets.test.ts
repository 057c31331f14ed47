import { describe, expect, it } from 'vitest';

import { hasNats, TestNats } from '../../kit/brokers/nats.js';
import { makeLine, readError, TestWorkspace } from '../../kit/test-workspace.js';

const SECRET = 's3cret-of-the-broker';

describe.skipIf(!hasNats)('nats:// source with a password', () => {
  it('reads with the right one, and names the variables without it', async () => {
    const user = 'game';
    const nats = await TestNats.start(['--user', user, '--pass', SECRET], { user, pass: SECRET });
    try {
      await nats.addStream('EVENTS', 'events');
      await nats.publish('events', [makeLine(1), makeLine(2)]);
      const workspace = await TestWorkspace.create({ env: { POSTBACK_NATS_USERNAME: user } });
      const send = (url: string, password: string): ReturnType<typeof workspace.run> =>
        workspace.run(['send', url, '--json'], { env: { POSTBACK_NATS_PASSWORD: password } });

      const wrong = await send(nats.url('EVENTS'), 'wrong-secret');
      expect(wrong.code, wrong.stderr).toBe(6);
      const { code, hint } = readError(wrong.stderr);
      expect(code).toBe('source_refused');
      expect(hint).toContain('POSTBACK_NATS_PASSWORD');
      expect(wrong.stdout + wrong.stderr).not.toContain('wrong-secret');

      const inAddress = nats.url('EVENTS').replace('//', `//${user}:${SECRET}@`);
      const refused = await send(inAddress, SECRET);
      expect(refused.code, refused.stderr).toBe(2);
      expect(readError(refused.stderr).code).toBe('secret_in_address');
      expect(refused.stdout + refused.stderr).not.toContain(SECRET);

      const right = await send(nats.url('EVENTS'), SECRET);
      expect(right.code, right.stderr).toBe(0);
      expect(JSON.parse(right.stdout)).toMatchObject({ delivered: 2 });
      expect(right.stdout + right.stderr).not.toContain(SECRET);
    } finally {
      await nats.stop();
    }
  }, 200_000);
});
