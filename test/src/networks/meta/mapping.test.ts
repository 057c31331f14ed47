import { expect, test } from 'vitest';
import type { Mapping } from '../../../../src/goals/goal.js';
import { checkMetaMapping, findMetaDefault } from '../../../../src/networks/meta/mapping.js';
import { EVENT_DESCRIPTION } from '../../../kit/amazon.js';

test.each([
  ['purchase', 'Purchase'],
  ['wishlist_add', 'AddToWishlist'],
  ['wishlist_remove', 'wishlist_remove'],
  ['email_acquired', 'CompleteRegistration'],
  ['sign_up', 'sign_up'],
  ['constructor', 'constructor'],
])('%s goes by the name %s', (event, name) => {
  expect(findMetaDefault(event)).toBe(name);
});

test.each<[Mapping, RegExp | undefined]>([
  ['Purchase', undefined],
  ['level_reached', undefined],
  ['x'.repeat(50), undefined],
  ['purchase', /the standard event of Meta is Purchase; "purchase" would be a custom event/],
  ['ADDTOCART', /AddToCart/],
  ['', /1 to 50 characters/],
  ['   ', /1 to 50 characters/],
  ['x'.repeat(51), /1 to 50 characters/],
  ['a\nb', /1 to 50 characters/],
  [EVENT_DESCRIPTION, /expected one, such as Purchase/],
])('%j', (mapping, problem) => {
  const found = checkMetaMapping(mapping);
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(problem);
});
