import type { Click, ClickField } from '../events/conversion-event.js';
import type { ClickOwner } from './click-rules.js';
import { CLICK_ID_OWNERS, isPaidMedium, PAID_SOURCES, SOURCES_WITH_MEDIUM } from './click-rules.js';

/** Which network owns the click, and what says so. */
export interface Attribution {
  owner: ClickOwner;
  by: 'click_id' | 'utm';
  /** The parameter that decided. */
  field: ClickField;
}

/**
 * The network that owns a click, by what the line carries: a click id wins over UTM, comparison is lower-cased,
 * empty means absent (product-behaviour.md A8 to A10). Undefined for organic visits. Pure.
 */
export function attributeClick(click: Click): Attribution | undefined {
  const { fields } = click;
  const ranked = findFirst(fields);
  if (ranked !== undefined) {
    const [field, owner] = ranked;
    return { owner, by: 'click_id', field };
  }
  const source = fields.utm_source?.toLowerCase();
  const owner = source && (PAID_SOURCES.get(source) ?? ownerWithMedium(source, fields.utm_medium));
  if (owner) return { owner, by: 'utm', field: 'utm_source' };
  // The cookie of an earlier visit: any click of this one goes before it.
  return fields.fb_click_id === undefined ? undefined : { owner: 'meta', by: 'click_id', field: 'fb_click_id' };
}

const RANKS: ReadonlyMap<string, number> = new Map(CLICK_ID_OWNERS.map(([field], rank) => [field, rank]));

/** The first click id in the order of {@link CLICK_ID_OWNERS}; a click has few fields, and there are many ids. */
function findFirst(fields: Click['fields']): (typeof CLICK_ID_OWNERS)[number] | undefined {
  let first = CLICK_ID_OWNERS.length;
  for (const field in fields) {
    const rank = RANKS.get(field);
    if (rank !== undefined && rank < first && fields[field as ClickField] !== undefined) first = rank;
  }
  return CLICK_ID_OWNERS[first];
}

function ownerWithMedium(source: string, medium: string | undefined): ClickOwner | undefined {
  return medium !== undefined && isPaidMedium(medium.toLowerCase()) ? SOURCES_WITH_MEDIUM.get(source) : undefined;
}
