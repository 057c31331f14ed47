import type { Postback } from '../networks/network.js';

/** A goal's one conversion of one player, and the postback that counts for it. */
export type OnceLock = Pick<Postback, 'goal' | 'test' | 'id'> & { person: string };

/** Returns the lock that a postback needs; undefined where its goal counts every conversion. */
export function lockOf({ goal, test, id, person, once }: Postback): OnceLock | undefined {
  return once && person !== undefined ? { goal, test, id, person } : undefined;
}
