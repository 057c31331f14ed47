import { PROFILES } from '../networks/profiles.js';

/** The networks in a sentence: `amazon, meta or x`. */
export const NETWORK_CHOICES = enumerate(
  PROFILES.map(({ name }) => name),
  'or',
);

/** What the networks of a list have in common when they are connected. */
export type ConnectTrait =
  'browser' | 'token' | '--account' | '--pixel' | '--customer' | 'test code' | 'api';

/** The networks that are connected in this way, by name: `meta, tiktok`. */
export function namesOf(trait: ConnectTrait): string {
  return PROFILES.filter(({ connect: { by, accountFlag, hasTestCode, apis } }) => {
    if (trait === 'test code') return hasTestCode;
    return trait === 'api' ? apis : trait === by || trait === accountFlag;
  })
    .map(({ name }) => name)
    .join(', ');
}

/** Every contract that `--api` may name. */
export const CONNECT_APIS = [...new Set(PROFILES.flatMap(({ connect }) => connect.apis ?? []))];

/** What a goal is mapped to at each network, in sentences. */
export function describeMappings(): string {
  const needed = PROFILES.filter(({ mappingWords }) => mappingWords !== undefined).map(
    ({ brand, mappingWords }) => `${brand} takes ${mappingWords}.`,
  );
  const named = PROFILES.filter(({ mappingWords }) => mappingWords === undefined);
  const brands = enumerate(
    named.map(({ brand }) => brand),
    'and',
  );
  return `${needed.join(' ')} ${brands} have default names, which a value overrides.`;
}

function enumerate(words: readonly string[], joiner: 'and' | 'or'): string {
  const [last = '', ...others] = [...words].reverse();
  return others.length === 0 ? last : `${others.reverse().join(', ')} ${joiner} ${last}`;
}
