import fc from '../../../kit/property.js';
import { describe, expect, it } from 'vitest';
import {
  checkAmount,
  checkFields,
  checkList,
  checkMoment,
  checkText,
  checkWhole,
  type Check,
  type Problem,
} from '../../../../src/sandbox/amazon/field-checks.js';

function judge(check: Check, value: unknown): Problem[] {
  const problems: Problem[] = [];
  check(value, 'x', problems);
  return problems;
}

describe('checkMoment', () => {
  it.each([
    '2026-03-10T12:00:00Z',
    '2026-03-10T12:00:00.5Z',
    '2026-03-10T12:00:00+05:30',
    '2026-03-10T12:00:00-0800',
    '2024-02-29T23:59:59Z',
  ])('takes %s', (text) => {
    expect(judge(checkMoment(), text)).toEqual([]);
  });

  it.each([
    '2026-03-10',
    '2026-03-10 12:00:00Z',
    '2026-03-10T12:00Z',
    '2026-03-10T24:00:00Z',
    '2026-03-10T12:60:00Z',
    '2026-13-10T12:00:00Z',
    '2026-00-10T12:00:00Z',
    '2026-02-30T12:00:00Z',
    '2026-03-10T12:00:00+24:00',
    'now',
    1773140400000,
    null,
  ])('refuses %j', (value) => {
    expect(judge(checkMoment(), value).map(({ code }) => code)).toEqual(['BAD_REQUEST']);
  });

  it('reads a moment as JavaScript does, whatever the offset', () => {
    const year2000 = Date.UTC(2000, 0, 1);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10 ** 9 }),
        fc.integer({ min: -840, max: 840 }),
        (seconds, offsetMinutes) => {
          const local = new Date(year2000 + seconds * 1000 + offsetMinutes * 60_000)
            .toISOString()
            .slice(0, 19);
          const [hours, minutes] = [
            Math.trunc(Math.abs(offsetMinutes) / 60),
            Math.abs(offsetMinutes) % 60,
          ];
          const two = (part: number): string => String(part).padStart(2, '0');
          const text = `${local}${offsetMinutes < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
          let seen: number | undefined;
          judge(
            checkMoment((timeMs) => void (seen = timeMs)),
            text,
          );
          expect(seen).toBe(year2000 + seconds * 1000);
        },
      ),
    );
  });
});

describe('checkAmount', () => {
  it('takes every amount of cents up to its limit, and no other', () => {
    fc.assert(
      fc.property(fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }), (cents) => {
        expect(judge(checkAmount(9_999_999_999_999.99), cents / 100)).toEqual([]);
      }),
    );
  });

  it.each([0.001, 1e-7, 10, -10, Number.NaN, '1', null])('refuses %j beyond 9.99', (value) => {
    expect(judge(checkAmount(9.99), value)).toHaveLength(1);
  });
});

describe('checkFields', () => {
  const check = checkFields(
    { name: checkText(3) },
    { units: checkWhole(1, 9), tags: checkList(1, 2, checkText()) },
  );

  it.each<[unknown, [string, string][]]>([
    [{ name: 'abc', units: 9, tags: ['a'] }, []],
    [{}, [['FIELD_VALUE_IS_NULL', 'x.name']]],
    [{ name: null }, [['FIELD_VALUE_IS_NULL', 'x.name']]],
    [{ name: '' }, [['FIELD_VALUE_IS_EMPTY', 'x.name']]],
    [{ name: 'abcd' }, [['FIELD_SIZE_IS_ABOVE_MAXIMUM_LIMIT', 'x.name']]],
    [{ name: 'a', units: 10 }, [['FIELD_VALUE_IS_OUT_OF_RANGE', 'x.units']]],
    [{ name: 'a', tags: ['a', 'b', 'c'] }, [['FIELD_SIZE_IS_OUT_OF_RANGE', 'x.tags']]],
    [{ name: 'a', tags: ['a', 2] }, [['FIELD_VALUE_IS_INVALID', 'x.tags[1]']]],
    [{ name: 'a', toString: 1 }, [['BAD_REQUEST', 'x.toString']]],
    [[], [['FIELD_VALUE_IS_INVALID', 'x']]],
    [null, [['FIELD_VALUE_IS_INVALID', 'x']]],
  ])('finds in %j: %j', (value, expected) => {
    expect(judge(check, value).map(({ code, field }) => [code, field])).toEqual(expected);
  });

  it('never throws, whatever JSON it is given', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void judge(check, value)));
  });
});
