import type { AudienceList, StagedPerson } from '../log/audience-records.js';
import type { InvalidLine } from '../events/conversion-event.js';
import type { Input } from '../events/input.js';
import { readLines } from '../events/input.js';
import type { Line } from '../events/line-splitter.js';
import type { AudienceStore } from '../log/audience-store.js';
import type { MemberKeys } from '../people/member.js';
import type { AudienceApi } from '../networks/audience-network.js';
import type { IdEncryptor, Skip } from '../networks/network.js';
import type { Settings } from '../config/settings.js';
import { parsePeople } from '../people/person-parser.js';
import type { Person } from '../people/person.js';

export interface StagingParts {
  list: AudienceList;
  /** Of the connection. */
  region: string;
  settings: Settings;
  store: AudienceStore;
  encryptor: IdEncryptor;
  api: Pick<AudienceApi, 'prepare'>;
}

/** Result of the lines of one read. */
export interface StagedLines {
  people: StagedPerson[];
  invalid: { line: number; problem: InvalidLine }[];
  /** People whom a rule keeps out of the list. */
  skipped: { line: number; member: string; skip: Skip }[];
  /** Messages that say nothing of an audience. */
  others: number;
}

/**
 * The lines of an input, each read whole: parsed, hashed, sealed. Nothing is kept in plain text.
 */
export async function* stageInput(
  input: Input,
  parts: StagingParts,
  signal: AbortSignal,
): AsyncGenerator<StagedLines> {
  for await (const lines of readLines(input, signal)) yield await stageLines(lines, parts);
}

interface ReadPerson {
  person: Person;
  line: number;
  member: string;
  names: string[];
}

async function stageLines(lines: readonly Line[], parts: StagingParts): Promise<StagedLines> {
  const staged: StagedLines = { people: [], invalid: [], skipped: [], others: 0 };
  const keys = parts.store.memberKeys;
  const found: (ReadPerson | StagedPerson)[] = [];
  for (const line of lines) {
    for (const parsed of parsePeople(line)) {
      if ('other' in parsed) {
        staged.others++;
      } else if ('invalid' in parsed) {
        staged.invalid.push({ line: parsed.invalid.line ?? line.number, problem: parsed.invalid });
        if (parsed.about !== undefined) found.push(keepAsIs(keys.ofId(parsed.about)));
      } else {
        const { person } = parsed;
        const member = keys.ofId(person.externalId);
        found.push({ person, line: line.number, member, names: namesOf(person, keys) });
      }
    }
  }
  const added = found.filter(
    (one): one is ReadPerson => 'person' in one && one.person.action === 'CREATE',
  );
  const areErased = await parts.store.findSuppressed(
    added.map(({ member, names }) => [member, ...names]),
  );
  const erased = new Set(added.filter((_, index) => areErased[index]));
  for (const one of found) {
    if ('person' in one) stagePerson(one, erased.has(one), parts, staged);
    else staged.people.push(one);
  }
  return staged;
}

function stagePerson(
  { person, line, member, names }: ReadPerson,
  isErased: boolean,
  { store, encryptor, settings, list, region, api }: StagingParts,
  staged: StagedLines,
): void {
  const defaults = list.country === undefined ? { region } : { region, country: list.country };
  const content = isErased ? ERASED : api.prepare(person, settings, defaults);
  if ('reason' in content) {
    staged.skipped.push({ line, member, skip: content });
    return;
  }
  const text = JSON.stringify(content);
  staged.people.push({
    member,
    action: content.action,
    digest: store.memberKeys.ofContent(text),
    names,
    encrypted: encryptor.seal(person.externalId),
    content: text,
  });
}

const ERASED: Skip = { reason: 'suppressed', message: 'the person was erased' };

/** Returns the keys of all identifiers of the person other than the external id. */
function namesOf({ otherIds, identifiers }: Person, keys: MemberKeys): string[] {
  const names = otherIds.map((id) => keys.ofId(id));
  const { plain, hashed } = identifiers;
  if (plain.email !== undefined) names.push(keys.ofEmail(plain.email));
  if (hashed.email !== undefined) names.push(keys.ofEmailHash(hashed.email));
  return names;
}

/**
 * Returns the staged form of an invalid line that names a person, so that the person stays in the
 * list.
 */
function keepAsIs(member: string): StagedPerson {
  return { member, action: 'KEEP', digest: '', names: [], encrypted: '', content: '{}' };
}
