import type { InvalidLine } from '../events/conversion-event.js';
import type { Input } from '../events/input.js';
import { readLines } from '../events/input.js';
import type { Line } from '../events/line-splitter.js';
import type { AudienceList } from '../log/audience-lists.js';
import type { StagedPerson } from '../log/membership-stage.js';
import type { People } from '../log/people.js';
import { prepareAudienceContent } from '../networks/amazon/audience-facts.js';
import type { IdVault, Skip } from '../networks/network.js';
import type { Settings } from '../config/settings.js';
import { parsePeople } from '../people/person-parser.js';
import type { Person } from '../people/person.js';

export interface StagingParts {
  list: AudienceList;
  /** Of the connection. */
  region: string;
  settings: Settings;
  people: People;
  vault: IdVault;
}

/** What became of the lines of one read. */
export interface StagedLines {
  people: StagedPerson[];
  invalid: { line: number; problem: InvalidLine }[];
  /** People whom a rule keeps out of the list. */
  skipped: { line: number; member: string; skip: Skip }[];
  /** Messages that say nothing of an audience. */
  others: number;
}

/** The lines of an input, each read whole: parsed, hashed, sealed. Nothing is kept in plain text. */
export async function* stageInput(input: Input, parts: StagingParts, signal: AbortSignal): AsyncGenerator<StagedLines> {
  for await (const lines of readLines(input, signal)) yield stageLines(lines, parts);
}

function stageLines(lines: readonly Line[], parts: StagingParts): StagedLines {
  const staged: StagedLines = { people: [], invalid: [], skipped: [], others: 0 };
  for (const line of lines) {
    for (const parsed of parsePeople(line)) {
      if ('other' in parsed) {
        staged.others++;
      } else if ('invalid' in parsed) {
        staged.invalid.push({ line: parsed.invalid.line ?? line.number, problem: parsed.invalid });
        if (parsed.about !== undefined) staged.people.push(keepAsIs(parts.people.keys.ofId(parsed.about)));
      } else {
        stagePerson(parsed.person, line.number, parts, staged);
      }
    }
  }
  return staged;
}

function stagePerson(person: Person, line: number, parts: StagingParts, staged: StagedLines): void {
  const { people, vault, settings, list, region } = parts;
  const { keys } = people;
  const member = keys.ofId(person.externalId);
  const names = namesOf(person, people);
  const isErased = person.action === 'CREATE' && isSuppressed([member, ...names], people);
  const defaults = list.country === undefined ? { region } : { region, country: list.country };
  const content = isErased ? ERASED : prepareAudienceContent(person, settings, defaults);
  if ('reason' in content) {
    staged.skipped.push({ line, member, skip: content });
    return;
  }
  const text = JSON.stringify(content);
  staged.people.push({
    member,
    action: content.action,
    digest: keys.ofContent(text),
    names,
    sealed: vault.seal(person.externalId),
    content: text,
  });
}

const ERASED: Skip = { reason: 'suppressed', message: 'the person was erased' };

/** The keys of everything on the line that names the person beside the external id. */
function namesOf({ otherIds, identifiers }: Person, { keys }: People): string[] {
  const names = otherIds.map((id) => keys.ofId(id));
  const { plain, hashed } = identifiers;
  if (plain.email !== undefined) names.push(keys.ofEmail(plain.email));
  if (hashed.email !== undefined) names.push(keys.ofEmailHash(hashed.email));
  return names;
}

function isSuppressed(members: readonly string[], { suppressions, aliases }: People): boolean {
  return suppressions.has(members) || suppressions.has(members.map((member) => aliases.personOf(member)));
}

/** A line that cannot be read and names somebody: that is no reason to take the person out of the list. */
function keepAsIs(member: string): StagedPerson {
  return { member, action: 'KEEP', digest: '', names: [], sealed: '', content: '{}' };
}
