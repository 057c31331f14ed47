import { reddit } from '../../../../src/networks/reddit/reddit.js';
import {
  SANDBOX_REDDIT_PIXEL,
  SANDBOX_REDDIT_PIXELS,
  SANDBOX_REDDIT_TOKEN,
} from '../../../../src/sandbox/reddit/seed.js';
import { SANDBOX_X_FOREIGN_PIXEL, SANDBOX_X_PIXEL, SANDBOX_X_PIXEL_TOKEN } from '../../../../src/sandbox/x/seed.js';
import { x } from '../../../../src/networks/x/x.js';
import { refusalOf, type Office } from './office.js';
import type { OfficeRow } from './office-rows.js';
import { goal, NO_CLICK } from './row.js';

const RDT = { ...NO_CLICK, rdt_cid: 'click-1' };
const DELIVERED = `success delivered ${SANDBOX_REDDIT_PIXEL}`;

/** A game with a goal that has a name of its own at Reddit, connected by a token that has been deleted since. */
async function settle(office: Office): Promise<void> {
  await office.keep([goal('Purchase', { map: { reddit: 'LEAD' } })]);
  await office.paste(reddit, SANDBOX_REDDIT_TOKEN, SANDBOX_REDDIT_PIXEL);
}

const TWCLID = { ...NO_CLICK, twclid: 'click-1' };

/** Connected to X by a pixel token, with goals that are mapped so. */
async function settleX(office: Office, ...tags: (string | undefined)[]): Promise<void> {
  const goals = tags.map((tag, index) => goal(`Goal ${index + 1}`, { map: tag === undefined ? {} : { x: tag } }));
  await office.keep(goals);
  await office.paste(x, SANDBOX_X_PIXEL_TOKEN, SANDBOX_X_PIXEL);
}

/** Networks that are connected by pasted tokens. */
export const TOKEN_ROWS: OfficeRow[] = [
  [
    'K15',
    'a token is replaced by another: mappings and pixel stay',
    async (office) => {
      await settle(office);
      const before = await office.plan('one', RDT);
      await office.paste(reddit, SANDBOX_REDDIT_TOKEN, SANDBOX_REDDIT_PIXEL);
      return [before, await office.plan('one', RDT), await office.send('one', RDT)];
    },
    [['purchase@reddit:LEAD'], ['purchase@reddit:LEAD'], DELIVERED],
  ],
  [
    'K15',
    'what the network does not take replaces nothing',
    async (office) => {
      await settle(office);
      return [
        await refusalOf(office.paste(reddit, 'other', SANDBOX_REDDIT_PIXEL)),
        await refusalOf(office.paste(reddit, SANDBOX_REDDIT_TOKEN, 'a2_sandboxsolo')),
        await refusalOf(office.paste(reddit, SANDBOX_REDDIT_TOKEN, 'a2_sandboxsolo', { replaces: true })),
        await office.send('one', RDT),
      ];
    },
    ['token_refused', 'account_differs', 'no_account_found', DELIVERED],
  ],
  [
    'K15',
    'nor is one that is refused later renewed: it waits for another',
    async (office) => {
      await settle(office);
      await office.revoke('conversion_events');
      return [await office.send('one', RDT), office.store.find('one', 'reddit')?.refused?.status];
    },
    [`failed credential unauthorized ${SANDBOX_REDDIT_PIXEL}`, 401],
  ],
  [
    'K1',
    'another pixel takes the place of the first when it may',
    async (office) => {
      await settle(office);
      await office.paste(reddit, SANDBOX_REDDIT_TOKEN, SANDBOX_REDDIT_PIXELS.events, { replaces: true });
      return office.store.find('one', 'reddit')?.connection.account;
    },
    SANDBOX_REDDIT_PIXELS.events,
  ],
  [
    'K9',
    "a pasted pixel id; one that is not the token's is not saved",
    async (office) => [
      await refusalOf(office.paste(x, SANDBOX_X_PIXEL_TOKEN, SANDBOX_X_FOREIGN_PIXEL)),
      await refusalOf(office.paste(x, SANDBOX_X_PIXEL_TOKEN, 'o9aaa')),
      await refusalOf(office.paste(x, 'other', SANDBOX_X_PIXEL)),
      office.store.find('one', 'x'),
    ],
    ['no_account_found', 'no_account_found', 'token_refused', undefined],
  ],
  [
    'K9',
    'goals without an event tag are not forwarded',
    async (office) => (await settleX(office, undefined), office.plan('one', TWCLID)),
    ['-unmapped_goal goal-1@x'],
  ],
  [
    'K9',
    'two goals on one event, each with a tag of its own',
    async (office) => (await settleX(office, 'tw-o8z6j-o87ne', 'o87nf'), office.plan('one', TWCLID)),
    ['goal-1@x:tw-o8z6j-o87ne', 'goal-2@x:o87nf'],
  ],
  [
    'K9',
    'a tag that the pixel does not have: the network tells, and the log',
    async (office) => (await settleX(office, 'zzzzz'), office.send('one', TWCLID)),
    `failed configuration NOT_FOUND ${SANDBOX_X_PIXEL}`,
  ],
];
