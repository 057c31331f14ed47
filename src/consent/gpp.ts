import { Bits } from './bits.js';
import type { Reading } from './reading.js';
import { readTcf } from './tcf.js';

const HEADER_TYPE = 3;
const HEADER_VERSION = 1;
/** The section that holds a TC string of the EU. */
const TCF_EU = 2;
/** There are some thirty sections: a header that names more of them is none. */
const MAX_SECTIONS = 500;

/**
 * The level that the EU section of an IAB GPP string says; the sections of other laws say no level. `gpp_sid` names the
 * sections that apply: where it leaves the EU's out, that says nothing either.
 */
export function readGpp(text: string, sid: string | undefined): Reading {
  const [header = '', ...sections] = text.trim().split('~');
  const ids = readHeader(header);
  if (!ids || ids.length !== sections.length) return { problem: 'its header does not fit its sections' };
  const section = sections[ids.indexOf(TCF_EU)];
  if (section === undefined) return { says: `sections ${ids.join(', ')}, none of the EU's` };
  if (sid !== undefined && !(sid.match(/-?\d+/g) ?? []).map(Number).includes(TCF_EU)) {
    return { says: "gpp_sid says that the EU's section does not apply" };
  }
  return readTcf(section);
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
