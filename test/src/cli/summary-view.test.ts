import { describe, expect, test } from 'vitest';
import { describeEnd, printSummary } from '../../../src/cli/summary-view.js';
import { FailureCauses } from '../../../src/delivery/failure-causes.js';
import { Tally } from '../../../src/delivery/tally.js';
import { amazon } from '../../../src/networks/amazon/amazon.js';
import type { Outcome, Outgoing } from '../../../src/networks/network.js';
import { makePostback } from '../../kit/outgoing.js';
import { createMemoryIO } from '../../kit/memory-io.js';

const NOT_FOUND: Outcome = {
  kind: 'configuration',
  reason: 'NOT_FOUND',
  message: 'conversionDefinitionId was not found',
  fix: { by: 'map' },
};

function makeOutgoing(): Outgoing {
  const outgoing = makePostback(amazon, {}, '4041234567');
  return { ...outgoing, postback: { ...outgoing.postback, goal: 'big-spender', eventId: 'e1' } };
}

/** A run of 30 failed postbacks, one skipped event and two skipped postbacks. */
function makeTally(): Tally {
  const tally = new Tally({
    ...{ run: 'r', command: 'send', workspace: 'game' },
    accounts: { amazon: '1234567890123' },
  });
  Object.assign(tally.summary, { lines: 40, invalid: 5, events: 35, durationMs: 1200 });
  for (let index = 0; index < 30; index++)
    tally.fail('amazon', 'configuration', { outgoing: makeOutgoing(), outcome: NOT_FOUND });
  tally.skip('no_goal', undefined);
  tally.skip('already_counted', 'amazon');
  tally.skip('already_counted', 'amazon');
  tally.filter(['big-spender', 'first']);
  tally.filter(['big-spender']);
  return tally;
}

async function print(tally: Tally, columns?: number): Promise<string> {
  const { io, stdout } = createMemoryIO(columns, { environment: { NO_COLOR: '1' } });
  await printSummary(io, tally.summary);
  return stdout.text;
}

describe('the summary of a run', () => {
  test('42: says why postbacks failed, and the command that fixes it', async () => {
    const text = await print(makeTally());
    expect(text).toContain('Failed     30 postbacks\n');
    expect(text).toContain(
      '       30  big-spender at amazon: NOT_FOUND, conversionDefinitionId was not found ' +
        '(mapped to 4041234567)\n',
    );
    expect(text).toContain('Next: postback map big-spender amazon DEFINITION_ID\n');
  });

  test('41: names its units, and counts the events that filters excluded', async () => {
    const text = await print(makeTally());
    expect(text).toContain('Lines      40 read: 35 events, 5 invalid\n');
    expect(text).toContain('Delivered  0 postbacks in 1.2 s');
    expect(text).toContain('Skipped    1 event, 2 postbacks\n');
    expect(text).toContain(
      'Filtered   events that a filter of the goal excluded: big-spender 2, first 1\n',
    );
  });

  test('43: explains each reason off a terminal too, each on one line', async () => {
    const text = await print(makeTally());
    expect(text).toContain('        2  already_counted  the goal counts once per player\n');
    expect(text).toContain(
      '        1  no_goal          no goal counts this event; run: postback goals add\n',
    );
  });

  test.each([60, 100])('wraps at %d columns, with no command across lines', async (columns) => {
    const tally = makeTally();
    tally.skip('consent_unknown', undefined);
    const lines = (await print(tally, columns)).split('\n');
    expect(lines.filter((line) => line.length > columns && !line.includes('postback '))).toEqual(
      [],
    );
    expect(lines.join('\n')).toMatch(/postback config set consent\.default anonymous$/m);
  });

  test('67: tail ends with the reasons of its skips', () => {
    const { io } = createMemoryIO();
    const tally = makeTally();
    tally.wait('amazon', 'throttled', 3);
    expect(describeEnd(io, tally.summary).split('\n')).toEqual([
      '40 lines: 0 delivered, 30 failed, 3 pending, 3 skipped.',
      expect.stringMatching(/^ +30 {2}big-spender at amazon: NOT_FOUND/),
      expect.stringMatching(/^ +3 {2}throttled {2}the network asked to slow down$/),
      expect.stringMatching(/^ +2 {2}already_counted/),
      expect.stringMatching(/^ +1 {2}no_goal/),
    ]);
  });
});

describe('the causes of failures', () => {
  test.each<[Partial<Outcome>, string]>([
    [{ fix: { by: 'map' } }, 'postback map big-spender amazon DEFINITION_ID'],
    [{ kind: 'configuration' }, 'postback doctor'],
    [{ kind: 'payload' }, 'postback explain e1'],
    [{ kind: 'expired' }, 'postback explain e1'],
  ])('42: %j is answered by %s', (outcome, next) => {
    const causes = new FailureCauses();
    causes.add({
      outgoing: makeOutgoing(),
      outcome: { kind: 'payload', reason: 'BAD', ...outcome },
    });
    expect(causes.list).toMatchObject([{ count: 1, reason: 'BAD', message: null, next }]);
  });

  test('42: the same reason of a goal is one cause, and the number of causes is bounded', () => {
    const causes = new FailureCauses();
    const fail = (message: string): void =>
      causes.add({
        outgoing: makeOutgoing(),
        outcome: { kind: 'payload', reason: 'BAD', message },
      });
    for (let index = 0; index < 100; index++) fail(`field ${index}`);
    fail('field 0');
    expect(causes.list).toHaveLength(20);
    expect(causes.list[0]).toMatchObject({ message: 'field 0', count: 2 });
  });
});
