import { Bits } from './bits.js';

/** Where a section of US law holds what a person opted out of. */
interface UsSection {
  name: string;
  /** Meaning of each two-bit field, in order, from {@link offset} on. */
  optOuts: readonly string[];
  /** Number of bits before the first of them, version included. */
  offset: number;
  /** Whether further segments begin with their type, one of which is Global Privacy Control. */
  hasTypedSegments: boolean;
}

/** Version 6 bits, then notices of 2 bits each, then sale and targeted advertising. */
function section(name: string, notices: number, hasTypedSegments = true): UsSection {
  return {
    name,
    optOuts: ['sale', 'targeted advertising'],
    offset: 6 + 2 * notices,
    hasTypedSegments,
  };
}

/**
 * The US sections of IAB GPP by id, as their specifications lay out the core segment. Usnat has the
 * same fields in versions 1 and 2 as far as they are read. Source:
 * https://github.com/InteractiveAdvertisingBureau/Global-Privacy-Platform/tree/main/Sections (read
 * 2026-11-30).
 */
const US_SECTIONS: ReadonlyMap<number, UsSection> = new Map([
  [7, { ...section('usnat', 6), optOuts: ['sale', 'sharing', 'targeted advertising'] }],
  [8, { ...section('usca', 3), optOuts: ['sale', 'sharing'] }],
  [9, section('usva', 3)],
  [10, section('usco', 3)],
  [11, section('usut', 4)],
  [12, section('usct', 3)],
  [13, section('usfl', 3)],
  [14, section('usmt', 3)],
  [15, section('usor', 3)],
  [16, section('ustx', 3)],
  [17, section('usde', 3)],
  [18, section('usia', 4)],
  [19, section('usne', 3)],
  [20, section('usnh', 3)],
  [21, section('usnj', 3)],
  [22, section('ustn', 3)],
  [23, section('usmn', 3)],
  [24, section('usmd', 5)],
  // The second segment of these holds sensitive data, without a type.
  [25, section('usin', 5, false)],
  [26, section('usky', 5, false)],
  [27, section('usri', 5, false)],
]);

/**
 * Section ids that hold the US Privacy string (6) and the EU's TC string (2), by the names
 * that GPP's API uses.
 */
const OTHER_NAMES: readonly (readonly [string, number])[] = [
  ['tcfeuv2', 2],
  ['tcfcav1', 5],
  ['uspv1', 6],
];

/** Section ids by the prefixes of GPP's API, such as `usnat`. */
export const SECTION_IDS: ReadonlyMap<string, number> = new Map([
  ...OTHER_NAMES,
  ...[...US_SECTIONS].map(([id, { name }]) => [name, id] as const),
]);

const OPTED_OUT = 1;
const GPC_SEGMENT = 1;
/** Highest version that a specification describes (usnat 2, 2024). */
const MAX_VERSION = 2;

/** Reading of a US section: the opt-outs (may be empty), or why it cannot be read. */
export type UsReading = { name: string; optOuts: string[] } | { name: string; problem: string };

/** Reads one US section of a GPP string; undefined where `id` is not a US section. */
export function readUsSection(id: number, text: string): UsReading | undefined {
  const known = US_SECTIONS.get(id);
  if (known === undefined) return undefined;
  const { name } = known;
  const [core = '', ...segments] = text.split('.');
  const optOuts = readCore(core, known);
  if (optOuts === undefined) return { name, problem: `its section ${name} cannot be read` };
  if (known.hasTypedSegments && segments.some(hasGpc)) optOuts.push('Global Privacy Control');
  return { name, optOuts };
}

function readCore(core: string, { offset, optOuts }: UsSection): string[] | undefined {
  const bits = Bits.of(core);
  if (!bits) return undefined;
  try {
    const version = bits.number(6);
    if (version < 1 || version > MAX_VERSION) return undefined;
    bits.skip(offset - 6);
    return optOuts.filter(() => bits.number(2) === OPTED_OUT);
  } catch {
    return undefined;
  }
}

/** Two bits of type, then one for Global Privacy Control. */
function hasGpc(segment: string): boolean {
  const bits = Bits.of(segment);
  try {
    return bits !== undefined && bits.number(2) === GPC_SEGMENT && bits.bit() === 1;
  } catch {
    return false;
  }
}
