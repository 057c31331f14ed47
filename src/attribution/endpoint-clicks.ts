import type { Click } from '../events/conversion-event.js';
import { addClickNames } from '../events/click-fields.js';
import type { EndpointName } from '../networks/names.js';

/** Which clicks belong to an endpoint: a click parameter that it owns, or a UTM source. */
export interface EndpointClicks {
  owner: EndpointName;
  fields: readonly string[];
  utmSources: readonly string[];
}

/** The endpoints of this process's workspace by what names their clicks. */
let byField: ReadonlyMap<string, readonly EndpointClicks[]> = new Map();
let bySource: ReadonlyMap<string, readonly EndpointClicks[]> = new Map();

/**
 * Says which endpoints there are, in place of those said before. A process works with one
 * workspace: its endpoints decide how every click of the process is read and attributed, in the
 * parser, in the planner and where the delivery log remembers clicks
 * (docs/development/decisions/http-endpoints.md).
 */
export function setEndpointClicks(endpoints: readonly EndpointClicks[]): void {
  byField = group(endpoints, ({ fields }) => fields);
  bySource = group(endpoints, ({ utmSources }) => utmSources);
  addClickNames([...byField.keys()]);
}

function group(
  endpoints: readonly EndpointClicks[],
  keysOf: (one: EndpointClicks) => readonly string[],
): Map<string, EndpointClicks[]> {
  const grouped = new Map<string, EndpointClicks[]>();
  for (const one of endpoints) {
    for (const key of keysOf(one)) grouped.set(key, [...(grouped.get(key) ?? []), one]);
  }
  return grouped;
}

/** The endpoint that owns a click, and the field that says so. */
export interface EndpointAttribution {
  owner: EndpointName;
  by: 'click_id' | 'utm';
  field: string;
}

/**
 * The endpoint that owns a click by a click id, else by `utm_source`. A name that several endpoints
 * own says nothing by itself: the other one decides, and without it the click is nobody's, because
 * a conversion must not reach the wrong endpoint. Undefined where no endpoint owns it.
 */
export function attributeToEndpoint(fields: Click['fields']): EndpointAttribution | undefined {
  if (byField.size === 0 && bySource.size === 0) return undefined;
  const source = fields.utm_source?.toLowerCase();
  const bySourceToo = source === undefined ? [] : (bySource.get(source) ?? []);
  for (const field in fields) {
    const owners = byField.get(field);
    if (owners === undefined) continue;
    const owner = pickOwner(owners, bySourceToo);
    if (owner !== undefined) return { owner, by: 'click_id', field };
  }
  const owner = bySourceToo.length === 1 ? bySourceToo[0]?.owner : undefined;
  return owner === undefined ? undefined : { owner, by: 'utm', field: 'utm_source' };
}

function pickOwner(
  owners: readonly EndpointClicks[],
  others: readonly EndpointClicks[],
): EndpointName | undefined {
  const both = owners.length === 1 ? owners : owners.filter((one) => others.includes(one));
  return both.length === 1 ? both[0]?.owner : undefined;
}
