import { Bits } from './bits.js';
import type { Reading } from './reading.js';
import { readTcf } from './tcf.js';
import { readUsPrivacy } from './us-privacy.js';
import { readUsSection, SECTION_IDS, type UsReading } from './us-sections.js';

const HEADER_TYPE = 3;
const HEADER_VERSION = 1;
/** The section that holds a TC string of the EU. */
const TCF_EU = 2;
/** The section that holds a US Privacy string. */
const US_PRIVACY = 6;
/** Longest list of applying sections that is looked at. */
const MAX_SID_LENGTH = 500;
/** There are some thirty sections: a header that names more of them is none. */
const MAX_SECTIONS = 500;

/**
 * Reads an IAB GPP string: the level that its EU section says, and the opt-outs of its US sections,
 * which say no level. `sid` names the sections that apply; those that it leaves out say nothing. A
 * US section that cannot be read is a problem only where no other section says anything.
 */
export function readGpp(text: string, sid: string | undefined): Reading {
  const [header = '', ...sections] = text.trim().split('~');
  const ids = readHeader(header);
  if (!ids || ids.length !== sections.length)
    return { problem: 'its header does not match its sections' };
  const applying = readSid(sid);
  const applies = (id: number): boolean => applying === undefined || applying.includes(id);
  const us = ids.flatMap((id, at) => (applies(id) ? readUs(id, sections[at] as string) : []));
  const optOuts = us.flatMap((one) =>
    'optOuts' in one && one.optOuts.length > 0 ? [describeOptOut(one)] : [],
  );
  const reading = readEu(ids, sections, applies);
  if (optOuts.length > 0) {
    const optOut = optOuts.join('; ');
    if ('problem' in reading) return { says: `${optOut}; ${reading.problem}`, optOut: true };
    return {
      ...reading,
      says: 'level' in reading ? `${reading.says}; ${optOut}` : optOut,
      optOut: true,
    };
  }
  const problem = us.find((one) => 'problem' in one);
  return problem !== undefined && 'says' in reading && !('level' in reading)
    ? { problem: problem.problem }
    : reading;
}

function readEu(
  ids: readonly number[],
  sections: readonly string[],
  applies: (id: number) => boolean,
): Reading {
  const section = sections[ids.indexOf(TCF_EU)];
  if (section === undefined) return { says: describeSections(ids) };
  if (!applies(TCF_EU)) return { says: 'gpp_sid says that the EU section does not apply' };
  return readTcf(section);
}

function describeSections(ids: readonly number[]): string {
  const named = ids.map((id) => SECTION_NAMES.get(id) ?? String(id));
  return ids.length === 0
    ? 'no section'
    : `sections ${named.join(', ')}, no opt-out and no EU section`;
}

const SECTION_NAMES: ReadonlyMap<number, string> = new Map(
  [...SECTION_IDS].map(([name, id]) => [id, name]),
);

function readUs(id: number, text: string): UsReading[] {
  if (id !== US_PRIVACY) {
    const reading = readUsSection(id, text);
    return reading === undefined ? [] : [reading];
  }
  const reading = readUsPrivacy(text);
  if ('problem' in reading) return [{ name: 'uspv1', problem: 'its section uspv1 cannot be read' }];
  return [{ name: 'uspv1', optOuts: reading.optOut ? ['sale'] : [] }];
}

function describeOptOut({ name, optOuts }: { name: string; optOuts: readonly string[] }): string {
  return `${name} opts out of ${optOuts.join(', ')}`;
}

/**
 * The sections that apply, by id or name (`7`, `2_6`, `usnat`); undefined where that is not known,
 * which -1 does not mean: it says that none applies. 0 says that it is not decided yet.
 */
function readSid(sid: string | undefined): number[] | undefined {
  const words = sid
    ?.slice(0, MAX_SID_LENGTH)
    .toLowerCase()
    .match(/-?\d+|[a-z][a-z0-9]+/g);
  const ids =
    words
      ?.map((word) => SECTION_IDS.get(word) ?? Number(word))
      .filter((id) => Number.isInteger(id)) ?? [];
  return ids.length === 0 || ids.includes(0) ? undefined : ids;
}

/** The ids of the sections in their order: Fibonacci-coded steps, one by one or as ranges. */
function readHeader(header: string): number[] | undefined {
  const bits = Bits.of(header);
  if (!bits) return undefined;
  try {
    if (bits.number(6) !== HEADER_TYPE || bits.number(6) !== HEADER_VERSION) return undefined;
    const ids: number[] = [];
    let last = 0;
    for (let left = bits.number(12); left > 0; left--) {
      const isRange = bits.bit() === 1;
      const first = last + bits.fibonacci();
      last = isRange ? first + bits.fibonacci() : first;
      if (last > MAX_SECTIONS) return undefined;
      for (let id = first; id <= last; id++) ids.push(id);
    }
    return ids;
  } catch {
    return undefined;
  }
}
