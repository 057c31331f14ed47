import fc from '../../../kit/property.js';
import { describe, expect, it } from 'vitest';

import type { Entry } from '../../../../src/log/entry.js';
import {
  packDetails,
  packEntries,
  packIds,
  packPeople,
  unpackDetails,
  unpackEntries,
  unpackIds,
} from '../../../../src/log/packed/packing.js';

const HEX_PLACES = [8, 4, 4, 4, 12].map((length) => `[0-9a-f]{${length}}`).join('-');

/**
 * Ids as they are packed, in so many words: one that is not a lower-case UUID, and all are JSON.
 */
function packSlowly(ids: readonly string[]): Buffer | string {
  const isUuid = (id: string): boolean => id.match(HEX_PLACES)?.[0] === id;
  return ids.every(isUuid)
    ? Buffer.concat(ids.map((id) => Buffer.from(id.replaceAll('-', ''), 'hex')))
    : JSON.stringify(ids);
}

describe('packIds', () => {
  it('takes 16 bytes for each UUID', () => {
    const ids = ['7f1f2b0e-6a54-4f0a-9d55-0c3b2f4f9a10', '00000000-0000-4000-8000-000000000001'];
    const packed = packIds(ids);
    expect(packed).toHaveLength(32);
    expect(unpackIds(packed)).toEqual(ids);
  });

  it('gives back any ids, also those that only look like a UUID', () => {
    const id = fc.oneof(
      fc.string(),
      fc.uuid(),
      fc.uuid().map((uuid) => uuid.toUpperCase()),
    );
    fc.assert(
      fc.property(fc.array(id, { minLength: 1 }), (ids) => {
        expect(unpackIds(packIds(ids))).toEqual(ids);
      }),
    );
  });

  it('has the bytes of each UUID, one after the other, and the JSON of everything else', () => {
    const uuid = fc.oneof(
      fc.uuid(),
      fc.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
    );
    const almost = fc.oneof(
      uuid.map((text) => text.toUpperCase()),
      uuid.map((text) => text.replaceAll('-', '')),
      uuid.map((text) => `${text}\n`),
      uuid.map((text) => text.replace('-', '\u2010')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(
        fc.array(uuid),
        fc.array(almost, { maxLength: 2 }),
        fc.nat(),
        (ids, others, place) => {
          const mixed = [...ids];
          mixed.splice(place % (ids.length + 1), 0, ...others);
          for (const some of [ids, mixed]) {
            expect(packIds(some)).toEqual(packSlowly(some));
            expect(unpackIds(packIds(some))).toEqual(some);
          }
        },
      ),
    );
  });
});

it('has 16 bytes for each person, and none where nobody is known', () => {
  const person = fc.option(fc.stringMatching(/^[0-9a-f]{32}$/), { nil: undefined });
  fc.assert(
    fc.property(fc.array(person), (people) => {
      const bytes = people.map((one) => Buffer.from(one ?? '0'.repeat(32), 'hex'));
      const isNobody = people.every((one) => one === undefined);
      expect(packPeople(people)).toEqual(isNobody ? null : Buffer.concat(bytes));
    }),
  );
});

it('gives back the details of any request', () => {
  const detail = fc.record(
    {
      kind: fc.nat(),
      eventTimeMs: fc.nat({ max: 2 ** 45 }),
      value: fc.constantFrom('9.99', '0', '-3', '12345678901234567890.12'),
      attempt: fc.integer({ min: 1, max: 40 }),
    },
    { requiredKeys: ['kind', 'eventTimeMs', 'attempt'] },
  );
  fc.assert(
    fc.property(fc.array(detail), fc.nat({ max: 2 ** 45 }), (details, startedMs) => {
      expect(unpackDetails(packDetails(details, startedMs), startedMs)).toEqual(details);
    }),
  );
});

describe('packEntries', () => {
  const key = fc.stringMatching(/^[0-9a-f]{32}$/);
  const postback = fc
    .record(
      {
        id: key,
        dedupeId: key,
        goal: fc.string(),
        goalName: fc.string(),
        event: fc.string(),
        eventId: fc.oneof(fc.string(), fc.uuid()),
        eventTimeMs: fc.integer(),
        test: fc.boolean(),
        facts: fc
          .dictionary(fc.string(), fc.jsonValue())
          .map((facts) => JSON.parse(JSON.stringify(facts)) as object),
        value: fc.constantFrom('9.99', '0'),
        currency: fc.constantFrom('USD', 'EUR'),
        person: key,
        once: fc.boolean(),
        membership: fc.record({ list: fc.string(), member: key }),
        members: fc.array(fc.oneof(key, fc.string())),
      },
      {
        requiredKeys: [
          'id',
          'dedupeId',
          'goal',
          'goalName',
          'event',
          'eventId',
          'eventTimeMs',
          'test',
          'facts',
        ],
      },
    )
    .map((fields) => ({ ...fields, network: 'amazon' as const }));
  const isSame = fc.boolean();
  const entry: fc.Arbitrary<Entry> = fc
    .record(
      { postback, attempts: fc.nat(), stored: fc.constant(true) },
      { requiredKeys: ['postback', 'attempts'] },
    )
    .chain((made) =>
      fc.tuple(isSame, isSame).map(([isOwnId, isFirst]) => {
        // As they mostly are: the dedupe id is the id, the person is one of the names on the line.
        if (isOwnId) made.postback.dedupeId = made.postback.id;
        const [first] = made.postback.members ?? [];
        if (isFirst && first !== undefined) made.postback.person = first;
        return made;
      }),
    );

  it('gives back any entries', () => {
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        expect(unpackEntries(packEntries(entries), 'amazon')).toEqual(entries);
      }),
    );
  });

  it('has ids and keys after the JSON, 16 bytes each', () => {
    const id = '5fedf7034590133df80918ed8e45016c';
    const goal = { goal: 'g', goalName: 'Goal', event: 'purchase', test: false };
    const names = {
      id,
      dedupeId: id,
      eventId: '7f1f2b0e-6a54-4f0a-9d55-0c3b2f4f9a10',
      members: [id, id],
    };
    const postback = { ...goal, ...names, network: 'amazon' as const, eventTimeMs: 1, facts: {} };
    const packed = packEntries([{ postback, attempts: 0 }]) as Buffer;
    const digits = packed.subarray(4 + packed.readUInt32LE()).toString('hex');
    expect(digits).toBe([id, names.eventId.replaceAll('-', ''), id, id].join(''));
  });

  it('is text where what looks like a key is none', () => {
    const id = 'this id is text of 32 characters';
    const goal = { goal: 'g', goalName: 'Goal', event: 'purchase', test: false, eventId: 'e-1' };
    const postback = {
      ...goal,
      id,
      dedupeId: id,
      network: 'amazon' as const,
      eventTimeMs: 1,
      facts: {},
    };
    const packed = packEntries([{ postback, attempts: 0 }]);
    expect(packed).toBeTypeOf('string');
    expect(unpackEntries(packed, 'amazon')).toEqual([{ postback, attempts: 0 }]);
  });

  it('reads a batch whose ids are kept as text', () => {
    const written =
      '{"kinds":[["g","Goal","purchase",false,"USD",true]],"entries":[[0,"5fedf7034590133df80918ed8e45016c","e-1",' +
      '1795476247695,2,{"a":1},["m1","m2"],1,"1.99",{"stored":true}]]}';
    const id = '5fedf7034590133df80918ed8e45016c';
    const goal = {
      goal: 'g',
      goalName: 'Goal',
      event: 'purchase',
      test: false,
      currency: 'USD',
      once: true,
    };
    const fields = {
      eventId: 'e-1',
      eventTimeMs: 1795476247695,
      facts: { a: 1 },
      value: '1.99',
      person: 'm2',
    };
    expect(unpackEntries(written, 'amazon')).toEqual([
      {
        postback: {
          id,
          dedupeId: id,
          network: 'amazon',
          ...goal,
          ...fields,
          members: ['m1', 'm2'],
        },
        attempts: 2,
        stored: true,
      },
    ]);
  });
});
