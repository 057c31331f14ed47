import { PROFILES, type BuiltInName, type EndpointName, type NetworkName } from './profiles.js';

export type { BuiltInName, EndpointName, NetworkName } from './profiles.js';

/** The networks that have a folder each, in the order in which tables show them. */
export const NETWORK_NAMES: readonly BuiltInName[] = PROFILES.map(({ name }) => name);

/** Prefix of the name of an endpoint, which a template describes: `http:acme`. */
const ENDPOINT_PREFIX = 'http:';

/** A value for some networks. */
export type PerNetwork<T> = Partial<Record<BuiltInName, T>> & Record<EndpointName, T>;

const SLUG = '[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?';

/** What an endpoint may be called: it becomes part of variables, flags and rows of the log. */
export const ENDPOINT_SLUG = new RegExp(`^${SLUG}$`);

/** The form of an endpoint's name: its prefix and its slug. */
export const ENDPOINT_NAME = new RegExp(`^${ENDPOINT_PREFIX}${SLUG}$`);

/** Whether `text` names a network. Whether an endpoint of that name exists is not checked. */
export function isNetworkName(text: string): text is NetworkName {
  return isBuiltInName(text) || isEndpointName(text);
}

/** Whether `text` names a network that has a folder. */
export function isBuiltInName(text: string): text is BuiltInName {
  return (NETWORK_NAMES as readonly string[]).includes(text);
}

/** Whether `text` has the form of an endpoint's name, such as `http:acme`. */
export function isEndpointName(text: string): text is EndpointName {
  return ENDPOINT_NAME.test(text);
}

/** The network name of the endpoint that is called `slug`. */
export function endpointNameOf(slug: string): EndpointName {
  return `${ENDPOINT_PREFIX}${slug}`;
}

/** The endpoint's own name: `acme` of `http:acme`. */
export function endpointSlugOf(name: EndpointName): string {
  return name.slice(ENDPOINT_PREFIX.length);
}
