import type { Click, ClickField } from '../events/conversion-event.js';
import type { ClickOwner } from './click-rules.js';
import {
  CLICK_ID_OWNERS,
  isPaidMedium,
  LATE_CLICK_IDS,
  PAID_SOURCES,
  SOURCES_WITH_MEDIUM,
} from './click-rules.js';
import { attributeToEndpoint } from './endpoint-clicks.js';

/** Which network owns the click, and what says so. */
export interface Attribution {
  owner: ClickOwner;
  by: 'click_id' | 'utm';
  /** The parameter that decided. */
  field: string;
}

/**
 * The network that owns a click, by what the line carries: a click id wins over UTM, comparison is
 * lower-cased, empty means absent. Undefined for organic visits.
 * Pure.
 */
export function attributeClick(click: Click): Attribution | undefined {
  const { fields } = click;
  const ranked = findFirst(fields);
  const isServed = ranked !== undefined && ranked[1] !== 'other';
  // An endpoint may own what is another's click id otherwise, such as Microsoft's.
  const endpoint = isServed ? undefined : attributeToEndpoint(fields);
  if (endpoint !== undefined && (ranked === undefined || endpoint.by === 'click_id'))
    return endpoint;
  if (ranked !== undefined) {
    const [field, owner] = ranked;
    return { owner, by: 'click_id', field };
  }
  const source = fields.utm_source?.toLowerCase();
  const owner = source && (PAID_SOURCES.get(source) ?? ownerWithMedium(source, fields.utm_medium));
  if (owner) return { owner, by: 'utm', field: 'utm_source' };
  const late = LATE_CLICK_IDS.find(([field]) => fields[field] !== undefined);
  return late && { owner: late[1], by: 'click_id', field: late[0] };
}

const RANKS: ReadonlyMap<string, number> = new Map(
  CLICK_ID_OWNERS.map(([field], rank) => [field, rank]),
);

/**
 * The first click id in the order of {@link CLICK_ID_OWNERS}; a click has few fields, and there are
 * many ids.
 */
function findFirst(fields: Click['fields']): (typeof CLICK_ID_OWNERS)[number] | undefined {
  let first = CLICK_ID_OWNERS.length;
  for (const field in fields) {
    const rank = RANKS.get(field);
    if (rank !== undefined && rank < first && fields[field as ClickField] !== undefined)
      first = rank;
  }
  return CLICK_ID_OWNERS[first];
}

function ownerWithMedium(source: string, medium: string | undefined): ClickOwner | undefined {
  return medium !== undefined && isPaidMedium(medium.toLowerCase())
    ? SOURCES_WITH_MEDIUM.get(source)
    : undefined;
}
