import { SANDBOX_TIKTOK_PIXEL } from '../../../../src/sandbox/tiktok/seed.js';
import type { OfficeRow } from './office-rows.js';
import { refusalOf, type Office } from './office.js';

const SECOND = 'C0SANDBOXPIXEL000003';

function held({ store }: Office): unknown[] {
  const { account, accountName } = store.find('one', 'tiktok')?.connection ?? {};
  return [account, accountName];
}

/** Connecting TikTok, and what is asked before anything is stored. */
export const TIKTOK_ROWS: OfficeRow[] = [
  [
    'K11',
    'the account and the pixel come from a list',
    async (office) => (await office.connectTikTok('one', 'app'), held(office)),
    [SANDBOX_TIKTOK_PIXEL, 'Sandbox game site'],
  ],
  [
    'K11',
    'of several pixels none is guessed',
    async (office) => [await refusalOf(office.connectTikTok('two', 'app')), ...held(office)],
    ['account_needed', undefined, undefined],
  ],
  [
    'K11',
    'one of them is named, in whichever account it is',
    async (office) => (await office.connectTikTok('two', 'app', { account: SECOND }), held(office)),
    [SECOND, SECOND],
  ],
  [
    'K11',
    'a pasted token lists nothing: its pixel is named',
    async (office) => (await office.connectTikTok('one', 'pasted', { account: SANDBOX_TIKTOK_PIXEL }), held(office)),
    [SANDBOX_TIKTOK_PIXEL, SANDBOX_TIKTOK_PIXEL],
  ],
  [
    'K12',
    'a pasted token and its pixel are checked with TikTok before they are saved',
    async (office) => [
      await refusalOf(office.connectTikTok('analyst', 'pasted', { account: SANDBOX_TIKTOK_PIXEL })),
      await refusalOf(office.connectTikTok('one', 'pasted', { account: SECOND })),
      ...held(office),
    ],
    ['account_refused', 'account_refused', undefined, undefined],
  ],
  [
    'K12',
    'and a check counts nothing',
    async (office) => {
      await office.connectTikTok('one', 'pasted', { account: SANDBOX_TIKTOK_PIXEL });
      return office.requests().filter((path) => path.includes('tiktok'));
    },
    ['business-api.tiktok.com/open_api/v1.3/event/track/'],
  ],
];
