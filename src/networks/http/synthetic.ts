import type { JsonObject } from '../../json.js';
import { SYNTHETIC_CLICK } from '../profile.js';
import { compileTemplate } from './compile.js';
import type { EndpointTemplate } from './template.js';

/**
 * Fields of a synthetic event for macros that a template requires. RFC 2606 and 5737 reserve them.
 */
const VALUES: Readonly<Record<string, JsonObject>> = {
  transaction_id: { transaction_id: SYNTHETIC_CLICK },
  country: { country: 'US' },
  ip: { ip: '192.0.2.1' },
  user_agent: { user_agent: 'postback' },
  'user_id|sha256': { external_id: SYNTHETIC_CLICK },
  'email|sha256': { email: 'test@example.com' },
  'phone|sha256': { phone: '+12025550100' },
  maid: { maid: '00000000-0000-4000-8000-000000000001' },
  item_id: { item_id: SYNTHETIC_CLICK },
  quantity: { quantity: 1 },
};

/** The properties that an ordinary line needs at an endpoint: its click, and what it requires. */
export function makeSyntheticProperties(template: EndpointTemplate): JsonObject {
  const { fields = [], utmSources = [] } = template.clickId ?? {};
  const properties: JsonObject = {};
  if (fields[0] !== undefined) properties[fields[0]] = SYNTHETIC_CLICK;
  if (utmSources[0] !== undefined) properties['utm_source'] = utmSources[0];
  for (const { source } of compileTemplate(template).required)
    if (source.from === 'event') Object.assign(properties, VALUES[source.key]);
  return properties;
}
