import type { SandboxSeed } from '../seed.js';

export const DATA_MANAGER_SCOPE = 'https://www.googleapis.com/auth/datamanager';

/** The registered application of the sandbox. These are public constants, not secrets. */
export const SANDBOX_GOOGLE_CLIENT_ID = '111111111111-sandbox.apps.googleusercontent.com';
export const SANDBOX_GOOGLE_CLIENT_SECRET = 'GOCSPX-sandbox-secret';
/** Its consent screen is in testing: grants end after 7 days. */
export const SANDBOX_GOOGLE_TESTING_CLIENT_ID = '222222222222-testing.apps.googleusercontent.com';
/** In its project the Data Manager API is not enabled. */
export const SANDBOX_GOOGLE_DISABLED_CLIENT_ID = '333333333333-disabled.apps.googleusercontent.com';

/** A refresh token that is granted from the start: user `one`, for CI and `--sandbox`. */
export const SANDBOX_GOOGLE_REFRESH_TOKEN = '1//0sandbox-refresh-token';

/** The customer of user `one`. */
export const SANDBOX_GOOGLE_CUSTOMER = '1234567890';
/** A customer that its user reaches through a manager account only. */
export const SANDBOX_GOOGLE_MANAGED_CUSTOMER = '2345678901';
export const SANDBOX_GOOGLE_MANAGER = '1112223333';

/** The grant of `--sandbox`, and conversion actions that the goal templates are mapped to there. */
export const GOOGLE_SEED: SandboxSeed = {
  connection: {
    network: 'google',
    account: SANDBOX_GOOGLE_CUSTOMER,
    accountName: 'Sandbox',
    clientId: SANDBOX_GOOGLE_CLIENT_ID,
    scopes: [DATA_MANAGER_SCOPE],
  },
  secrets: {
    clientSecret: SANDBOX_GOOGLE_CLIENT_SECRET,
    refreshToken: SANDBOX_GOOGLE_REFRESH_TOKEN,
  },
  mappings: {
    'first-purchase': '987654321',
    'wishlist-add': '987654322',
    'email-captured': '987654323',
  },
};

export interface SandboxGoogleClient {
  id: string;
  secret: string;
  isTesting?: true;
  isDisabled?: true;
}

const secret = SANDBOX_GOOGLE_CLIENT_SECRET;
export const CLIENTS: readonly SandboxGoogleClient[] = [
  { id: SANDBOX_GOOGLE_CLIENT_ID, secret },
  { id: SANDBOX_GOOGLE_TESTING_CLIENT_ID, secret, isTesting: true },
  { id: SANDBOX_GOOGLE_DISABLED_CLIENT_ID, secret, isDisabled: true },
];

/**
 * A person who can log in, and the customers that this person may send to: directly, or through a
 * manager.
 */
export interface SandboxGoogleUser {
  name: string;
  about: string;
  customers: readonly { customer: string; manager?: string }[];
}

const ONE = { customer: SANDBOX_GOOGLE_CUSTOMER };
const MANAGED = { customer: SANDBOX_GOOGLE_MANAGED_CUSTOMER, manager: SANDBOX_GOOGLE_MANAGER };

export const USERS: readonly SandboxGoogleUser[] = [
  { name: 'one', about: `customer ${SANDBOX_GOOGLE_CUSTOMER}`, customers: [ONE] },
  {
    name: 'manager',
    about: `customer ${SANDBOX_GOOGLE_MANAGED_CUSTOMER}, through manager ${SANDBOX_GOOGLE_MANAGER}`,
    customers: [MANAGED],
  },
  { name: 'none', about: 'no customer at all', customers: [] },
];

/** The refresh token that a user has granted from the start. */
export function seededRefreshToken(user: string): string {
  return user === 'one' ? SANDBOX_GOOGLE_REFRESH_TOKEN : `${SANDBOX_GOOGLE_REFRESH_TOKEN}-${user}`;
}
