import { AuthError } from '../../errors.js';
import type { Connection } from '../network.js';
import { CUSTOMER_ID_WORDS, isCustomerId, toCustomerId } from './customer-id.js';

/** The customer that receives conversions and the login customer. */
export interface GoogleTarget {
  /** The account that owns the conversion actions, digits only. */
  customer: string;
  /** The manager account through which it is reached, where it is another one. */
  manager?: string;
}

/** The target of a connection. @throws AuthError when one of its ids cannot be one. */
export function readTarget({ account, loginAccount }: Connection): GoogleTarget {
  const customer = readId(account, 'customer id');
  const manager =
    loginAccount === undefined ? undefined : readId(loginAccount, 'login customer id');
  // Google wants the login account only where a different one is used.
  return manager === undefined || manager === customer ? { customer } : { customer, manager };
}

function readId(text: string, what: string): string {
  const id = toCustomerId(text);
  if (isCustomerId(id)) return id;
  throw new AuthError(
    'incomplete_connection',
    `The Google connection has an invalid ${what}; expected ${CUSTOMER_ID_WORDS}.`,
    { hint: 'Connect again. Goals and mappings are kept.', next: 'postback connect google' },
  );
}
