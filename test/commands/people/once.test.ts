import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { killWhen } from '../../kit/durability-harness.js';
import { ciVariables, makeLine, PURCHASE_GOAL, TestWorkspace } from '../../kit/test-workspace.js';
import { makeUuid } from '../../kit/events.js';
import { spawnPostback } from '../../kit/run.js';
import { SEED } from '../../kit/seed.js';
import { makeSeededRandom } from '../../kit/seeded-random.js';

const ONCE = { ...PURCHASE_GOAL, id: 'first', name: 'First', trigger: 'once' };

/** Two purchases of one player. */
function twice(one: object, two: object): string {
  return `${makeLine(1, { ...one })}\n${makeLine(2, { ...two })}\n`;
}

describe('a goal that counts once per player', () => {
  const cases: [string, string, number][] = [
    [
      'counts the first purchase of a user only',
      twice({ userId: 'u' }, { userId: 'u', anonymousId: 'other' }),
      1,
    ],
    ['counts each user', twice({ userId: 'u' }, { userId: 'v' }), 2],
    [
      'knows an anonymous player by the anonymous id',
      twice({ userId: undefined, anonymousId: 'a' }, { userId: undefined, anonymousId: 'a' }),
      1,
    ],
    [
      'joins ids by alias messages, wherever in the file they are',
      twice({ userId: undefined, anonymousId: 'a' }, { userId: 'u' }) +
        `${makeLine(3, { type: 'alias', eventName: undefined, fromId: 'a', toId: 'u', userId: undefined, anonymousId: undefined })}\n`,
      1,
    ],
    [
      'joins ids by identify messages',
      `${makeLine(3, { type: 'identify', eventName: undefined, anonymousId: 'a', userId: 'u' })}\n` +
        twice({ userId: undefined, anonymousId: 'a' }, { userId: 'u' }),
      1,
    ],
    [
      'does not spend the slot on an organic purchase',
      twice({ userId: 'u' }, { userId: 'u' }).replace('amazon_ads', 'mail'),
      1,
    ],
  ];
  it.each(cases)('%s', async (_, text, delivered) => {
    const workspace = await TestWorkspace.create({ goals: [ONCE] });
    const file = join(workspace.cwd, 'events.jsonl');
    writeFileSync(file, text);
    const { stdout } = await workspace.run(['send', file, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ delivered });
    expect(workspace.sandbox.state.conversions()).toHaveLength(delivered);
  });

  it('remembers the player from run to run, and counts test events apart', async () => {
    const workspace = await TestWorkspace.create({
      goals: [{ ...ONCE, testMap: { amazon: '1234567894' } }],
    });
    expect(await workspace.send(makeLine(1, { userId: 'u' }), 0)).toMatchObject({ delivered: 1 });
    const again = await workspace.send(makeLine(2, { userId: 'u' }), 0);
    expect(again).toMatchObject({ delivered: 0, skips: { already_counted: 1 } });
    expect(await workspace.send(makeLine(3, { userId: 'u', test: true }), 0)).toMatchObject({
      delivered: 1,
    });
  });

  it('gives the slot back when the delivery finally fails', async () => {
    const workspace = await TestWorkspace.create({
      goals: [{ ...ONCE, map: { amazon: '4040000001' } }],
    });
    expect(await workspace.send(makeLine(1, { userId: 'u' }), 3)).toMatchObject({ failed: 1 });
    writeFileSync(join(workspace.cwd, 'postback.config.json'), JSON.stringify({ goals: [ONCE] }));
    expect(await workspace.send(makeLine(2, { userId: 'u' }), 0)).toMatchObject({ delivered: 1 });
    const { stdout } = await workspace.run(['replay', '--yes', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ delivered: 0 });
  });

  it('counts each player once under four senders and kill -9', { timeout: 300_000 }, async () => {
    const workspace = await TestWorkspace.create({
      goals: [ONCE],
      sandbox: { faults: [{ match: 'eventData', latencyMs: 15 }] },
    });
    const random = makeSeededRandom(SEED);
    const players = 400;
    const files = Array.from({ length: 4 }, (_, sender) => {
      const file = join(workspace.cwd, `events-${sender}.jsonl`);
      const lines = Array.from({ length: 2_000 }, (__, index) => {
        const number = sender * 2_000 + index;
        return makeLine(number, {
          messageId: makeUuid(number),
          userId: `player-${(index * 7 + sender) % players}`,
        });
      });
      writeFileSync(file, `${lines.join('\n')}\n`);
      return file;
    });
    const options = {
      cwd: workspace.cwd,
      home: workspace.home,
      env: { ...ciVariables(workspace.sandbox), POSTBACK_RATE: '0' },
    };
    for (let round = 1; round <= 4; round++) {
      await Promise.all(
        files.map(async (file) => {
          const moment = ((round - random()) / 5) * players;
          const running = await spawnPostback(['send', file], options);
          return killWhen(running, () => workspace.sandbox.state.received() >= moment);
        }),
      );
    }
    const codes = await Promise.all(
      files.map(async (file) => (await workspace.run(['send', file])).code),
    );
    await workspace.run(['replay', '--state', 'pending', '--all', '--yes']);
    expect(codes).toEqual([0, 0, 0, 0]);
    expect(workspace.sandbox.state.conversions()).toHaveLength(players);
  });
});
