import fc from '../../kit/property.js';
import { describe, expect, test } from 'vitest';
import type { ConversionEvent } from '../../../src/events/conversion-event.js';
import { meetsCondition, parseCondition } from '../../../src/goals/filter.js';
import { makePurchase } from './conversion.js';

function meets(filter: string, event: ConversionEvent): boolean {
  const parsed = parseCondition(filter);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return meetsCondition(event, parsed.condition);
}

const properties = {
  level: 7,
  code: '010',
  premium: true,
  nothing: null,
  empty: '',
  platform: 'steam, deck',
  tags: ['rpg', 'coop', 3],
  game: { id: 'g-1', price: '5.00' },
  'dotted.name': 'x',
  'a-b': 1,
  größe: 2,
};
const event = makePurchase({
  properties,
  quantity: 2,
  transactionId: 'T-1',
  itemId: 'starter',
  itemName: 'Gold "Pack"',
  identifiers: { plain: {}, hashed: {}, country: 'DE' },
});

describe('meetsCondition', () => {
  test.each<[string, boolean]>([
    ['value>9.98', true],
    ['value > 9.99', false],
    ['value>=9.990', true],
    ['value<10', true],
    ['value<=9.98', false],
    ['value=999e-2', true],
    ['value!=9.99', false],
    ['value!=9.990000000000000001', true],
    ['value>-5', true],
    ['currency=USD', true],
    ['currency=usd', false],
    ['currency!=EUR', true],
    ['currency in EUR, USD', true],
    ['currency IN (EUR,GBP)', false],
    ['quantity in 1, 2.0', true],
    ['country=DE', true],
    ['transaction_id exists', true],
    ['item_id in [starter, "big, pack"]', true],
    ['item_name="Gold \\"Pack\\""', true],
    ['item_name contains Gold', true],
    ['item_name contains gold', false],
    ['level>=7', true],
    ['level=7.0', true],
    ['level="7.0"', false],
    ['code=10', true],
    ['code="010"', true],
    ['code="10"', false],
    ['premium=true', true],
    ['premium>0', false],
    ['nothing exists', false],
    ['nothing!=1', false],
    ['empty exists', false],
    ['empty=""', true],
    ['missing exists', false],
    ['missing!=x', false],
    ['missing<1', false],
    ['platform="steam, deck"', true],
    ['platform in "steam, deck", xbox', true],
    ['platform>1', false],
    ['tags contains coop', true],
    ['tags contains 3.0', true],
    ['tags contains co', false],
    ['tags=rpg', false],
    ['game.id=g-1', true],
    ['game.price<5.01', true],
    ['game.id.deeper exists', false],
    ['game exists', true],
    ['dotted.name=x', true],
    ['a-b=1', true],
    ['größe>1', true],
    ['constructor exists', false],
    ['tags.length exists', false],
  ])('%s is %s', (filter, expected) => {
    expect(meets(filter, event)).toBe(expected);
  });

  test("reads money from the event's own text before the properties", () => {
    const exact = makePurchase({ value: '0.30000000000000001', properties: { value: 0.3 } });
    expect(meets('value>0.3', exact)).toBe(true);
    expect(meets('value>0.3', makePurchase({ ...exact, value: undefined }))).toBe(false);
  });

  test('orders any two amounts as whole cents do', () => {
    const cents = fc.integer({ min: -1_000_000, max: 1_000_000 });
    fc.assert(
      fc.property(cents, cents, (a, b) => {
        const paid = makePurchase({ value: (a / 100).toFixed(2) });
        expect(meets(`value>${(b / 100).toFixed(2)}`, paid)).toBe(a > b);
        expect(meets(`value<=${(b / 100).toFixed(2)}`, paid)).toBe(a <= b);
      }),
    );
  });
});

describe('parseCondition', () => {
  test.each([
    ['', 'cannot be read'],
    ['value', 'cannot be read'],
    ['>10', 'cannot be read'],
    ['10>value', 'cannot be read'],
    ['value is 10', 'cannot be read'],
    ['two words=1', 'cannot be read'],
    ['value>', 'no value to compare with'],
    ['value contains', 'no value to compare with'],
    ['currency in EUR,,USD', 'no value to compare with'],
    ['value>ten', 'needs a number after >'],
    ['value<="10"', 'needs a number after <='],
    ['value==10', 'two operators'],
    ['value=>10', 'did you mean >=?'],
    ['value=<10', 'did you mean <=?'],
    ['item_id="open', 'quote'],
    ['item_id in "a" b', 'quote'],
    ['value exists now', 'after exists'],
  ])('refuses %j: %s', (filter, words) => {
    expect(parseCondition(filter)).toEqual({ problem: expect.stringContaining(words) as string });
  });

  test('never throws, and gives back what it read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const parsed = parseCondition(text);
        if ('condition' in parsed) {
          expect(parsed.condition.text).toBe(text.trim());
          meetsCondition(event, parsed.condition);
        }
      }),
    );
  });
});
