import { carriesClick } from '../../../attribution/click-carriers.js';
import type { ConversionEvent } from '../../../events/conversion-event.js';
import type { MemberKeys } from '../../../people/member.js';
import type { PgSession } from '../connection/pg-database.js';

/** A member key: it may stand in the text of a statement. */
const KEY = /^[0-9a-f]{32}$/;

/** Returns the person that each member belongs to: the member itself where nothing joined it. */
export async function findPersons(
  session: PgSession,
  members: readonly string[],
): Promise<Map<string, string>> {
  const persons = new Map(members.map((member) => [member, member]));
  if (members.length === 0) return persons;
  for (const row of await session.rows(
    'SELECT member, person FROM @alias WHERE member = ANY($1::text[])',
    [members],
  ))
    persons.set(String(row['member']), String(row['person']));
  return persons;
}

/**
 * Records what events say of people: who is who, then which paid clicks brought them. Call inside a
 * transaction.
 */
export async function recordPeople(
  session: PgSession,
  keys: MemberKeys,
  events: readonly ConversionEvent[],
): Promise<void> {
  const pairs = events.flatMap((event) => pairOf(event, keys));
  if (pairs.length > 0) await joinAll(session, pairs);
  const clicks = events.filter(carriesClick);
  if (clicks.length > 0) await recordClicks(session, keys, clicks);
}

type Pair = readonly [one: string, two: string];

/** The ids that an alias or identify message joins. */
function pairOf(event: ConversionEvent, keys: MemberKeys): Pair[] {
  const { type, alias, userId, anonymousId } = event;
  if (alias) return [[keys.ofId(alias.from), keys.ofId(alias.to)]];
  if (type !== 'identify' || userId === undefined || anonymousId === undefined) return [];
  return [[keys.ofId(userId), keys.ofId(anonymousId)]];
}

/**
 * Joins pairs of members and all that they were joined with. Only one transaction joins at a time,
 * so that two that join the same people see each other's work.
 */
async function joinAll(session: PgSession, pairs: readonly Pair[]): Promise<void> {
  const members = [...new Set(pairs.flat())];
  const known = await findPersons(session, members);
  // Most messages say what is known already.
  if (pairs.every(([one, two]) => known.get(one) === known.get(two))) return;
  await session.script('LOCK TABLE @alias IN SHARE ROW EXCLUSIVE MODE');
  const persons = await findPersons(session, members);
  for (const [one, two] of pairs) {
    const [first, second] = [persons.get(one) as string, persons.get(two) as string];
    if (first === second) continue;
    const kept = await join(session, { one, two, first, second });
    for (const [member, person] of persons)
      if (person === first || person === second) persons.set(member, kept);
  }
}

/**
 * Joins two persons. The one with fewer members takes the name of the other: a member changes its
 * person log2(n) times at most, so that joining many to one person stays linear.
 * @returns the name that is kept
 */
async function join(
  session: PgSession,
  { one, two, first, second }: Record<'one' | 'two' | 'first' | 'second', string>,
): Promise<string> {
  const [counts] = await session.rows(
    `SELECT (SELECT count(*) FROM @alias WHERE person = $1) AS first, (SELECT count(*) FROM @alias
       WHERE person = $2) AS second`,
    [first, second],
  );
  const isSecondLarger = Number(counts?.['second']) > Number(counts?.['first']);
  const [kept, left] = isSecondLarger ? [second, first] : [first, second];
  if (![one, two, kept, left].every((key) => KEY.test(key)))
    throw new TypeError('not a member key');
  const moved = ['click', 'once_lock'].map((table) => {
    const key = table === 'click' ? 'at, fields' : 'goal, test, postback';
    return `INSERT INTO @${table} (person, ${key}) SELECT '${kept}', ${key} FROM @${table}
        WHERE person = '${left}' ON CONFLICT DO NOTHING;
      DELETE FROM @${table} WHERE person = '${left}';`;
  });
  await session.script(
    `UPDATE @alias SET person = '${kept}' WHERE person = '${left}';
     INSERT INTO @alias (member, person) SELECT DISTINCT unnest(ARRAY['${one}', '${two}',
       '${left}']), '${kept}'
       ON CONFLICT (member) DO UPDATE SET person = excluded.person;
     ${moved.join('\n')}
     UPDATE @postback SET person = '${kept}' WHERE person = '${left}';
     INSERT INTO @suppression SELECT '${kept}', at FROM @suppression WHERE member = '${left}'
       ON CONFLICT DO NOTHING`,
  );
  return kept;
}

async function recordClicks(
  session: PgSession,
  keys: MemberKeys,
  events: readonly ConversionEvent[],
): Promise<void> {
  const idsOf = ({ userId, anonymousId }: ConversionEvent): string[] =>
    [userId, anonymousId].filter((id) => id !== undefined).map((id) => keys.ofId(id));
  const persons = await findPersons(session, [...new Set(events.flatMap(idsOf))]);
  const found = new Map<string, { person: string; atMs: number; fields: string }>();
  for (const event of events) {
    const atMs = event.click.timeMs ?? event.timeMs;
    for (const id of idsOf(event)) {
      const person = persons.get(id) as string;
      found.set(`${person} ${atMs}`, { person, atMs, fields: JSON.stringify(event.click.fields) });
    }
  }
  const clicks = [...found.keys()].sort().map((key) => found.get(key)!);
  await session.change(
    `INSERT INTO @click (person, at, fields) SELECT * FROM unnest($1::text[], $2::bigint[],
       $3::text[])
     ON CONFLICT (person, at) DO UPDATE SET fields = excluded.fields`,
    [
      clicks.map(({ person }) => person),
      clicks.map(({ atMs }) => atMs),
      clicks.map(({ fields }) => fields),
    ],
  );
}
