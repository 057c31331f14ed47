import { type InvalidLine } from '../events/conversion-event.js';
import { describeType, FieldProblem } from '../events/field-problem.js';
import { readSegment } from '../events/formats/segment.js';
import type { Line } from '../events/line-splitter.js';
import { parseRecord } from '../events/parse-record.js';
import { splitRun } from '../events/split-run.js';
import { InexactNumber, mayBeInexact, parseExactNumbers } from '../events/scalars.js';
import { isJsonObject, type JsonObject } from '../json.js';
import type { MembershipAction, Person } from './person.js';
import { EXTERNAL_ID_NAMES, readExternalId, readPersonRecord } from './person-fields.js';

/**
 * One record of a file of people. `other`: a message that says nothing of an audience. An invalid
 * one may still name a person: `about` is that id.
 */
export type ParsedPerson =
  { person: Person } | { invalid: InvalidLine; about?: string } | { other: true };

/** Segment events for entering or leaving an audience. */
const ACTIONS: ReadonlyMap<unknown, MembershipAction> = new Map([
  ['Audience Entered', 'CREATE'],
  ['Audience Exited', 'DELETE'],
]);

/** Parses the records of a line: one, or those of a batch. Never throws for invalid content. */
export function parsePeople(line: Line): ParsedPerson[] {
  if (line.note) return [];
  if (line.invalid) return [{ invalid: locate(line.invalid, line) }];
  let record: JsonObject;
  try {
    record = parseRecord(line.text);
    if (mayBeInexact(line.text)) record = parseExactNumbers(line.text) as JsonObject;
  } catch (error) {
    return splitRun(line)?.flatMap(parsePeople) ?? [explain(error, {}, line)];
  }
  try {
    return readRecords(record, line);
  } catch (error) {
    if (!(error instanceof InexactNumber)) throw error;
    // A number has lost digits that matter: the record is read again from its text.
    return readRecords(parseExactNumbers(line.text) as JsonObject, line);
  }
}

function readRecords(record: JsonObject, line: Line): ParsedPerson[] {
  const { batch } = record;
  if (!Array.isArray(batch) || record['type'] !== undefined) return [readRecord(record, line)];
  return batch.map((element: unknown, index) => {
    const at = { ...line, element: index + 1 };
    if (isJsonObject(element)) return readRecord(element, at);
    const message = `is ${describeType(element)}; expected a JSON object`;
    return { invalid: locate({ code: 'not_an_object', field: '', message }, at) };
  });
}

function readRecord(record: JsonObject, line: Line): ParsedPerson {
  try {
    if (
      EXTERNAL_ID_NAMES.some((name) => record[name] !== undefined) ||
      record['type'] === undefined
    ) {
      return { person: readPersonRecord(record) };
    }
    const action = record['type'] === 'track' ? ACTIONS.get(record['event']) : undefined;
    return action === undefined
      ? { other: true }
      : { person: readSegmentMembership(record, action) };
  } catch (error) {
    return explain(error, record, line);
  }
}

/** The user id is the external id, as in Segment's own destination. */
function readSegmentMembership(record: JsonObject, action: MembershipAction): Person {
  const { identifiers, consentLevel, consent, properties, anonymousId } = readSegment(
    record,
    () => undefined,
  );
  return {
    externalId: readExternalId(record, 'userId', 'userId'),
    action,
    identifiers,
    consentLevel,
    consent,
    properties,
    otherIds: anonymousId === undefined ? [] : [anonymousId],
  };
}

function explain(error: unknown, record: JsonObject, line: Line): ParsedPerson {
  if (!(error instanceof FieldProblem)) throw error;
  const about = [...EXTERNAL_ID_NAMES, 'userId']
    .map((name) => record[name])
    .find((id) => typeof id === 'string');
  const invalid = locate(error.toInvalidLine(), line);
  return about === undefined ? { invalid } : { invalid, about };
}

function locate(invalid: InvalidLine, { element, column }: Line): InvalidLine {
  return {
    ...invalid,
    ...(element === undefined ? {} : { element }),
    ...(column === undefined ? {} : { column }),
  };
}
