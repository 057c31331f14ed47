import type { ConsentUser } from '../oauth/pages.js';
import type { SandboxSeed } from '../seed.js';

/** The registered application of the sandbox. These are public constants, not secrets. */
export const SANDBOX_REDDIT_CLIENT_ID = 'sandbox-reddit-app';
export const SANDBOX_REDDIT_CLIENT_SECRET = 'sandbox-reddit-secret';

/**
 * A conversion token that is there from the start: for the pixels of Sandbox Games, and for
 * conversions alone.
 */
export const SANDBOX_REDDIT_TOKEN =
  'eyJhbGciOiJSUzI1NiIsImtpZCI6IlNhbmRib3gifQ.eyJzdWIiOiJzYW5kYm94LWdhbWVzIn0.c2FuZGJveDAxMjM0NTY3ODk';
/** The same token as scripts have it that were written for an earlier sandbox. */
export const SANDBOX_REDDIT_OLD_TOKEN = 'sandbox-reddit-conversion-token';

/** The pixel of Sandbox Games that answers as v3 does. */
export const SANDBOX_REDDIT_PIXEL = 'a2_sandboxgames';

/** An id of the test area; the sandbox takes any other as well. */
export const SANDBOX_REDDIT_TEST_ID = 't2_sandboxtest';

/** What `--sandbox` is connected to. Reddit has names of its own for goals: no mappings. */
export const REDDIT_SEED: SandboxSeed = {
  connection: {
    network: 'reddit',
    account: SANDBOX_REDDIT_PIXEL,
    accountName: 'Game site',
    testCode: SANDBOX_REDDIT_TEST_ID,
  },
  secrets: { accessToken: SANDBOX_REDDIT_TOKEN },
};

/**
 * How a pixel refuses events: each form has been seen, and clients have to understand all of them.
 */
export interface Refusal {
  status: 400 | 403;
  /**
   * `fields` as v3 does, with a path for each; `events` as v2 did, repeating them; `sentence`: only
   * how many; `explanation`: v2's `{success:false,error:{reason:"UNAUTHORIZED",explanation}}` for a
   * schema error (rudderlabs/rudder-transformer, test/integrations/destinations/reddit/network.ts,
   * 2026-11-30).
   */
  form: 'fields' | 'events' | 'sentence' | 'explanation';
}

export interface SandboxPixel {
  id: string;
  name: string;
  refusal: Refusal;
}

export interface SandboxAdAccount {
  id: string;
  name: string;
  pixels: readonly SandboxPixel[];
}

export interface SandboxBusiness {
  id: string;
  name: string;
  accounts: readonly SandboxAdAccount[];
}

const V3: Refusal = { status: 400, form: 'fields' };

/** Pixels of Sandbox Games that refuse as others do. */
export const SANDBOX_REDDIT_PIXELS = {
  /** v2's list of events, without positions. */
  events: 'a2_sandboxv2',
  /** No list at all. */
  sentence: 'a2_sandboxterse',
  /** 403 for what is wrong with events. */
  forbidden: 'a2_sandbox403',
  /** 403 with the reason UNAUTHORIZED for a schema error. */
  unauthorized: 'a2_sandboxschema',
} as const;

const GAMES: SandboxBusiness = {
  id: '11111111-aaaa-4aaa-8aaa-000000000001',
  name: 'Sandbox Games',
  accounts: [
    {
      id: 'a2_sandboxgames',
      name: 'Sandbox Games',
      pixels: [
        { id: SANDBOX_REDDIT_PIXEL, name: 'Game site', refusal: V3 },
        {
          id: SANDBOX_REDDIT_PIXELS.events,
          name: 'Refuses as v2',
          refusal: { status: 400, form: 'events' },
        },
        {
          id: SANDBOX_REDDIT_PIXELS.sentence,
          name: 'Refuses tersely',
          refusal: { status: 400, form: 'sentence' },
        },
        {
          id: SANDBOX_REDDIT_PIXELS.forbidden,
          name: 'Refuses with 403',
          refusal: { status: 403, form: 'fields' },
        },
        {
          id: SANDBOX_REDDIT_PIXELS.unauthorized,
          name: 'Refuses as unauthorized',
          refusal: { status: 403, form: 'explanation' },
        },
      ],
    },
  ],
};
const ONE: SandboxBusiness = {
  id: '11111111-aaaa-4aaa-8aaa-000000000002',
  name: 'Sandbox Solo',
  accounts: [
    {
      id: 'a2_sandboxsolo',
      name: 'Solo',
      pixels: [{ id: 'a2_sandboxsolo', name: 'Solo site', refusal: V3 }],
    },
  ],
};
const AGENCY: SandboxBusiness = {
  id: '11111111-aaaa-4aaa-8aaa-000000000003',
  name: 'Sandbox Agency',
  accounts: Array.from({ length: 12 }, (_, index) => {
    const id = `a2_sandboxclient${String(index + 1).padStart(2, '0')}`;
    return {
      id,
      name: `Client ${index + 1}`,
      pixels: [{ id, name: `Site of client ${index + 1}`, refusal: V3 }],
    };
  }),
};
const BARE: SandboxBusiness = {
  id: '11111111-aaaa-4aaa-8aaa-000000000004',
  name: 'Sandbox Newcomer',
  accounts: [{ id: 'a2_sandboxbare', name: 'No pixel yet', pixels: [] }],
};

export const REDDIT_BUSINESSES: readonly SandboxBusiness[] = [GAMES, ONE, AGENCY, BARE];

export interface SandboxRedditUser extends ConsentUser {
  businesses: readonly SandboxBusiness[];
}

export const REDDIT_USERS: readonly SandboxRedditUser[] = [
  { name: 'one', about: 'one business with one pixel', businesses: [ONE] },
  {
    name: 'games',
    about: 'Sandbox Games, with five pixels that refuse differently',
    businesses: [GAMES],
  },
  { name: 'many', about: 'an agency with twelve clients', businesses: [AGENCY, ONE] },
  { name: 'bare', about: 'a business without a pixel', businesses: [BARE] },
  { name: 'none', about: 'no business at all', businesses: [] },
];

/** Who made {@link SANDBOX_REDDIT_TOKEN}. */
export const TOKEN_USER = 'games';
