/** The networks by name, in the order in which tables show them. */
export const NETWORK_NAMES = ['amazon', 'meta', 'tiktok', 'google', 'reddit', 'x'] as const;

export type NetworkName = (typeof NETWORK_NAMES)[number];

/** Whether `text` names a network. */
export function isNetworkName(text: string): text is NetworkName {
  return (NETWORK_NAMES as readonly string[]).includes(text);
}
