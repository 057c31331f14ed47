import type { JsonObject } from '../../json.js';
import type { Draft } from '../draft.js';
import { findField, type SnowplowPart, type SnowplowParts } from './snowplow-parts.js';

/**
 * What the action of Snowplow's e-commerce plugin is: a `transaction`, a `refund`, an `add_to_cart`
 * and so on; undefined for another event
 * (https://docs.snowplow.io/docs/events/ootb-data/ecommerce-events/, 2026-11-30).
 */
export function readEcommerceAction({
  payload,
}: SnowplowParts): { type: unknown; path: string } | undefined {
  if (!payload?.name.endsWith('_ecommerce_action')) return undefined;
  const found = findField(payload.data, 'type');
  return found && { type: found.value, path: `${payload.path}.${found.key}` };
}

const isEntity =
  (name: string) =>
  (part: SnowplowPart): boolean =>
    part.name.endsWith(`ecommerce_${name}`);

const MONEY = [
  ['revenue', 'value'],
  ['currency', 'currency'],
  ['transaction_id', 'transaction_id'],
] as const;
const USER = [['email', 'email']] as const;
const PRODUCT = [
  ['id', 'item_id'],
  ['name', 'item_name'],
  ['quantity', 'quantity'],
] as const;

/**
 * Sets what the entities of an e-commerce action say: money and order, the person, and the product
 * where it is one.
 */
export function putEcommerce(draft: Draft, contexts: readonly SnowplowPart[]): void {
  const order = contexts.find(isEntity('transaction'));
  if (order) putFields(draft, order, MONEY);
  const user = contexts.find(isEntity('user'));
  if (user) {
    putFields(draft, user, USER);
    const id = findField(user.data, 'id');
    if (id) draft.set('userId', id.value, `${user.path}.${id.key}`);
  }
  const products = contexts.filter(isEntity('product'));
  // An order of several products has no one item.
  if (products[0] && products.length === 1) putFields(draft, products[0], PRODUCT);
}

function putFields(
  draft: Draft,
  { data, path }: { data: JsonObject; path: string },
  fields: readonly (readonly [name: string, property: string])[],
): void {
  for (const [name, property] of fields) {
    const found = findField(data, name);
    if (found) draft.put(property, found.value, `${path}.${found.key}`);
  }
}
