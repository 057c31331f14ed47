import type { JsonObject } from '../../json.js';
import { isJsonObject } from '../../json.js';
import { isPresent } from '../field-values.js';
import type { Warn } from '../warnings.js';

/**
 * Event types of IAB ECAPI 1.0: 28 standard, 17 additional
 * (docs/reference/formats.md#iab-ecapi-10).
 */
export const EVENT_TYPES: readonly string[] = (
  'purchase page_view ad_impression add_to_wishlist add_to_cart viewed_cart viewed_item ' +
  'begin_checkout add_payment_info remove_from_cart refund generate_lead qualify_lead ' +
  'close_convert_lead disqualify_lead close_unconvert_lead sign_up search unlock_achievement ' +
  'install customize_product contact donate find_location schedule start_trial subscribe ' +
  'custom add_shipping_info share select_content select_item select_promotion view_item_list ' +
  'view_promotion view_search_results spend_virtual_currency earn_virtual_currency ' +
  'working_lead login join_group level_up post_score tutorial_begin tutorial_complete'
).split(' ');

/**
 * Names in the sample of ECAPI's own README that its specification does not have, and those that it
 * has.
 */
const USER_ALIASES = {
  email_addresses: 'email_address',
  addresses: 'address',
  customer_segment: 'customer_segments',
  timezone: 'utcoffset',
  opt_out: 'mmt_only',
} as const;
const PROPERTY_ALIASES = {
  method: 'login_method',
  level: 'character_level',
  score: 'post_score',
} as const;
const ITEM_ALIASES = {
  items_coupon: 'item_coupon',
  items_list_id: 'item_list_id',
  items_list_name: 'item_list_name',
  items_item_variant: 'item_item_variant',
  items_location_id: 'item_location_id',
} as const;

/** `user_data` by the names of the specification; each alias is warned about. */
export function resolveUserAliases(user: JsonObject, warn: Warn): JsonObject {
  return rename(user, USER_ALIASES, 'user_data.', warn);
}

/** `properties` by the names of the specification; each alias is warned about. */
export function resolveAliases(properties: JsonObject, warn: Warn): JsonObject {
  const resolved = rename(properties, PROPERTY_ALIASES, 'properties.', warn);
  const { items } = resolved;
  if (!Array.isArray(items)) return resolved;
  const renamed = (items as unknown[]).map((item) =>
    isJsonObject(item) ? rename(item, ITEM_ALIASES, 'properties.items.', warn) : item,
  );
  return { ...resolved, items: renamed };
}

function rename(
  from: JsonObject,
  aliases: Readonly<Record<string, string>>,
  path: string,
  warn: Warn,
): JsonObject {
  let resolved = from;
  for (const [alias, name] of Object.entries(aliases)) {
    const value = from[alias];
    if (!isPresent(value)) continue;
    warn({
      code: 'alias_field',
      field: path + alias,
      message: `is called ${name} in ECAPI 1.0; read as that`,
    });
    if (!isPresent(resolved[name])) resolved = { ...resolved, [name]: value };
  }
  return resolved;
}
