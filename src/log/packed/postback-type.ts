import type { Postback } from '../../networks/network.js';

/** What many postbacks have in common: kept once, named by number. */
export interface PostbackType {
  goal: string;
  event: string;
  currency: string;
  test: boolean;
  /** They are changes of an audience list, not conversions. */
  isForList: boolean;
}

/** Returns the type of a postback. */
export function typeOf({ goal, event, currency = '', test, membership }: Postback): PostbackType {
  return { goal, event, currency, test, isForList: membership !== undefined };
}

/** The type of a number that the log does not explain. */
export const UNKNOWN_TYPE: PostbackType = {
  goal: '',
  event: '',
  currency: '',
  test: false,
  isForList: false,
};
