import type { ConsentUser } from '../oauth/pages.js';
import type { SandboxSeed } from '../seed.js';

/** The registered application of the sandbox. These are public constants, not secrets. */
export const SANDBOX_TIKTOK_APP_ID = '7000000000000000001';
export const SANDBOX_TIKTOK_APP_SECRET = 'sandbox-tiktok-secret';

/** A token that is granted from the start, to the user `one`: 40 hex digits, as TikTok's are. */
export const SANDBOX_TIKTOK_TOKEN = 'd0c0ffee00000000000000000000000000000001';

/** The pixel of the user `one`. */
export const SANDBOX_TIKTOK_PIXEL = 'C0SANDBOXPIXEL000001';

/** A code of the test area; the sandbox takes any other as well, as TikTok seems to. */
export const SANDBOX_TIKTOK_TEST_CODE = 'TEST12345';

/** The grant of `--sandbox`; goals need no mapping here. */
export const TIKTOK_SEED: SandboxSeed = {
  connection: {
    network: 'tiktok',
    account: SANDBOX_TIKTOK_PIXEL,
    accountName: 'Sandbox game site',
    testCode: SANDBOX_TIKTOK_TEST_CODE,
  },
  secrets: { accessToken: SANDBOX_TIKTOK_TOKEN },
};

export interface SandboxPixel {
  code: string;
  id: string;
  name: string;
}

/** An advertiser account, and the web pixels that it owns. */
export interface SandboxAdvertiser {
  id: string;
  name: string;
  pixels: readonly SandboxPixel[];
}

export interface SandboxTikTokUser extends ConsentUser {
  advertisers: readonly SandboxAdvertiser[];
  /** Whether the user is an admin or operator, and not an analyst only. */
  mayReport: boolean;
}

function makePixel(number: number, name: string): SandboxPixel {
  const digits = String(number).padStart(6, '0');
  return { code: `C0SANDBOXPIXEL${digits}`, id: `7100000000000${digits}`, name };
}

function makeAdvertiser(
  number: number,
  name: string,
  pixels: readonly SandboxPixel[],
): SandboxAdvertiser {
  return { id: `7200000000000${String(number).padStart(6, '0')}`, name, pixels };
}

const GAMES = makeAdvertiser(1, 'Sandbox Games', [makePixel(1, 'Sandbox game site')]);
const STUDIO = makeAdvertiser(2, 'Sandbox Studio', [
  makePixel(2, 'Studio shop'),
  makePixel(3, 'Studio blog'),
]);
const AGENCY = makeAdvertiser(
  3,
  'Sandbox Agency',
  Array.from({ length: 23 }, (_, index) => makePixel(101 + index, `Client site ${index + 1}`)),
);
const BARE = makeAdvertiser(4, 'Sandbox Newcomer', []);

export const TIKTOK_USERS: readonly SandboxTikTokUser[] = [
  { name: 'one', about: 'one advertiser with one pixel', advertisers: [GAMES], mayReport: true },
  {
    name: 'two',
    about: 'two advertisers with three pixels',
    advertisers: [GAMES, STUDIO],
    mayReport: true,
  },
  { name: 'many', about: 'an agency with 23 pixels', advertisers: [AGENCY], mayReport: true },
  {
    name: 'analyst',
    about: 'may look at the pixel, but not report for it',
    advertisers: [GAMES],
    mayReport: false,
  },
  { name: 'bare', about: 'an advertiser without a pixel', advertisers: [BARE], mayReport: true },
  { name: 'none', about: 'no advertiser at all', advertisers: [], mayReport: true },
];

/** The access token that a user has granted from the start. */
export function seededTikTokToken(user: string): string {
  const index = TIKTOK_USERS.findIndex(({ name }) => name === user);
  return `${SANDBOX_TIKTOK_TOKEN.slice(0, -1)}${index + 1}`;
}
