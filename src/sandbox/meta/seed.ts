import type { ConsentUser } from '../oauth/pages.js';
import type { SandboxSeed } from '../seed.js';

/** The registered app of the sandbox. These are public constants, not secrets. */
export const SANDBOX_META_APP_ID = '1112223334445556';
export const SANDBOX_META_APP_SECRET = 'sandbox-meta-secret';

/**
 * A system user's token that is granted from the start and never ends: the user `one`, for CI and
 * `--sandbox`.
 */
export const SANDBOX_META_TOKEN = 'EAASandboxSystemUserToken';

/**
 * A token as Events Manager makes it: it may send to {@link SANDBOX_META_PIXEL}, and read nothing.
 */
export const SANDBOX_META_SENDER_TOKEN = 'EAASandboxEventsManagerToken';

/** The pixel of the user `one`. */
export const SANDBOX_META_PIXEL = '1234567890123456';

/** A code of Test Events; the sandbox takes any other as well, as Meta does. */
export const SANDBOX_META_TEST_CODE = 'TEST12345';

export const META_SCOPES = ['ads_management', 'business_management', 'ads_read'];

export interface SandboxPixel {
  id: string;
  name: string;
}

export interface SandboxAdAccount {
  /** `act_…`. */
  id: string;
  name: string;
  pixels: readonly SandboxPixel[];
  /** Whether the user may look into it. */
  isOpen: boolean;
}

export interface SandboxMetaUser extends ConsentUser {
  adAccounts: readonly SandboxAdAccount[];
  /** Whether the user may send, and not only look. */
  mayReport: boolean;
}

function makeAdAccount(
  number: number,
  name: string,
  pixels: readonly SandboxPixel[],
  isOpen = true,
): SandboxAdAccount {
  return { id: `act_10000000000${String(number).padStart(4, '0')}`, name, pixels, isOpen };
}

const SITE = { id: SANDBOX_META_PIXEL, name: 'Sandbox game site' };
const SHOP = { id: '2345678901234567', name: 'Studio shop' };
const BLOG = { id: '3456789012345678', name: 'Studio blog' };
const GAMES = makeAdAccount(1, 'Sandbox Games', [SITE]);
const STUDIO = makeAdAccount(2, 'Sandbox Studio', [SITE, SHOP, BLOG]);
const CLOSED = makeAdAccount(3, 'Sandbox Partner', [], false);
const BARE = makeAdAccount(4, 'Sandbox Newcomer', []);
const AGENCY = Array.from({ length: 23 }, (_, index) => {
  const pixel = { id: String(4_567_890_123_456_001 + index), name: `Client site ${index + 1}` };
  return makeAdAccount(101 + index, `Client ${index + 1}`, [pixel]);
});

export const META_USERS: readonly SandboxMetaUser[] = [
  { name: 'one', about: 'one ad account with one pixel', adAccounts: [GAMES], mayReport: true },
  {
    name: 'two',
    about: 'three ad accounts, of which one is closed',
    adAccounts: [GAMES, STUDIO, CLOSED],
    mayReport: true,
  },
  { name: 'many', about: 'an agency with 23 ad accounts', adAccounts: AGENCY, mayReport: true },
  {
    name: 'analyst',
    about: 'may look at the pixel, but not report for it',
    adAccounts: [GAMES],
    mayReport: false,
  },
  { name: 'bare', about: 'an ad account without a pixel', adAccounts: [BARE], mayReport: true },
  { name: 'none', about: 'no ad account at all', adAccounts: [], mayReport: true },
];

/** The pixels of a user, each once. */
export function listPixels({ adAccounts }: SandboxMetaUser): SandboxPixel[] {
  const pixels = adAccounts.flatMap((account) => account.pixels);
  return pixels.filter(({ id }, index) => pixels.findIndex((pixel) => pixel.id === id) === index);
}

/** What the embedded sandbox is connected with. */
export const META_SEED: SandboxSeed = {
  connection: {
    network: 'meta',
    account: SANDBOX_META_PIXEL,
    accountName: SITE.name,
    scopes: META_SCOPES,
    testCode: SANDBOX_META_TEST_CODE,
  },
  secrets: { accessToken: SANDBOX_META_TOKEN },
};
