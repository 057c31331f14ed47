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
  for (const [field, owner] of CLICK_ID_OWNERS) {
    if (fields[field] !== undefined) return { owner, by: 'click_id', field };
  }
  const source = fields.utm_source?.toLowerCase();
  if (source === undefined) return undefined;
  const owner = PAID_SOURCES.get(source) ?? ownerWithMedium(source, fields.utm_medium);
  return owner === undefined ? undefined : { owner, by: 'utm', field: 'utm_source' };
}

function ownerWithMedium(source: string, medium: string | undefined): ClickOwner | undefined {
  return medium !== undefined && isPaidMedium(medium.toLowerCase()) ? SOURCES_WITH_MEDIUM.get(source) : undefined;
}
