import { describe, expect, it, test } from 'vitest';
import { attributeClick } from '../../../src/attribution/attribute.js';
import { makeSyntheticEvent } from '../../../src/delivery/synthetic-event.js';
import { compileGoals, matchGoals } from '../../../src/goals/match.js';
import { NETWORK_NAMES } from '../../../src/networks/names.js';
import { PURCHASE } from '../../kit/plan-context.js';

const OPTIONS = { unique: 'a1', nowMs: Date.UTC(2026, 10, 18), test: true };

describe('a made-up conversion', () => {
  test.each([
    [[]],
    [['value>10']],
    [['value>=10', 'value<10.5']],
    [['value<0.5']],
    [['value>9007199254740993']],
    [['value=0']],
    [['value!=1']],
    [['currency in EUR, GBP', 'value>100']],
    [['country=DE']],
    [['quantity>2']],
    [['transaction_id exists', 'item_id exists']],
    [['item_name contains gold', 'item_name != gold']],
    [['game.mode=ranked', 'source=shop']],
    [['flag=true', 'level>=3']],
  ])('meets %j', (filters) => {
    const goal = { ...PURCHASE, filters };
    const made = makeSyntheticEvent(goal, 'amazon', OPTIONS);
    if ('problem' in made) throw new Error(made.problem);
    expect(matchGoals(made.event, compileGoals([goal])).matched).toEqual([goal]);
  });

  it('cannot be one that nothing can be', () => {
    const made = makeSyntheticEvent(
      { ...PURCHASE, filters: ['value>10', 'value<5'] },
      'amazon',
      OPTIONS,
    );
    expect(made).toEqual({
      problem: expect.stringContaining('nothing meets value>10 and value<5') as string,
    });
  });

  test.each(NETWORK_NAMES)('belongs to %s', (network) => {
    const made = makeSyntheticEvent(PURCHASE, network, OPTIONS);
    expect('event' in made && attributeClick(made.event.click)?.owner).toBe(network);
  });

  it('is plainly made up, a test event unless it is to be real, and another one each time', () => {
    const [one, live] = [OPTIONS, { ...OPTIONS, unique: 'a2', test: false }].map((options) =>
      makeSyntheticEvent({ ...PURCHASE, event: 'email_acquired' }, 'amazon', options),
    );
    expect(one).toMatchObject({
      message: { messageId: 'postback-test-a1', test: true },
      event: {
        id: 'postback-test-a1',
        name: 'email_acquired',
        test: true,
        anonymousId: 'postback-test-a1',
        timeMs: OPTIONS.nowMs,
        identifiers: { plain: { email: 'test@example.com' }, country: 'US' },
      },
    });
    expect(live).toMatchObject({ event: { id: 'postback-test-a2', test: false } });
    expect('message' in live! && live.message).not.toHaveProperty('test');
  });
});
