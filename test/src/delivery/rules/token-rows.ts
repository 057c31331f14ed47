import { reddit } from '../../../../src/networks/reddit/reddit.js';
import {
  SANDBOX_REDDIT_PIXEL,
  SANDBOX_REDDIT_PIXELS,
  SANDBOX_REDDIT_TOKEN,
} from '../../../../src/sandbox/reddit/seed.js';
import {
  SANDBOX_X_FOREIGN_PIXEL,
  SANDBOX_X_PIXEL,
  SANDBOX_X_PIXEL_TOKEN,
} from '../../../../src/sandbox/x/seed.js';
import { x } from '../../../../src/networks/x/x.js';
import { refusalOf, type RuleWorkspace } from './rule-workspace.js';
import type { WorkspaceRow } from './workspace-rows.js';
import { goal, NO_CLICK } from './row.js';

const RDT = { ...NO_CLICK, rdt_cid: 'click-1' };
const DELIVERED = `success delivered ${SANDBOX_REDDIT_PIXEL}`;

/**
 * A game with a goal that has a name of its own at Reddit, connected by a token that has been
 * deleted since.
 */
async function connectAndMap(workspace: RuleWorkspace): Promise<void> {
  await workspace.keep([goal('Purchase', { map: { reddit: 'LEAD' } })]);
  await workspace.paste(reddit, SANDBOX_REDDIT_TOKEN, SANDBOX_REDDIT_PIXEL);
}

const TWCLID = { ...NO_CLICK, twclid: 'click-1' };

/** Connected to X by a pixel token, with goals that are mapped so. */
async function connectX(workspace: RuleWorkspace, ...tags: (string | undefined)[]): Promise<void> {
  const goals = tags.map((tag, index) =>
    goal(`Goal ${index + 1}`, { map: tag === undefined ? {} : { x: tag } }),
  );
  await workspace.keep(goals);
  await workspace.paste(x, SANDBOX_X_PIXEL_TOKEN, SANDBOX_X_PIXEL);
}

/** Networks that are connected by pasted tokens. */
export const TOKEN_ROWS: WorkspaceRow[] = [
  [
    'K15',
    'a token is replaced by another: mappings and pixel stay',
    async (workspace) => {
      await connectAndMap(workspace);
      const before = await workspace.plan('one', RDT);
      await workspace.paste(reddit, SANDBOX_REDDIT_TOKEN, SANDBOX_REDDIT_PIXEL);
      return [before, await workspace.plan('one', RDT), await workspace.send('one', RDT)];
    },
    [['purchase@reddit:LEAD'], ['purchase@reddit:LEAD'], DELIVERED],
  ],
  [
    'K15',
    'what the network does not take replaces nothing',
    async (workspace) => {
      await connectAndMap(workspace);
      return [
        await refusalOf(workspace.paste(reddit, 'other', SANDBOX_REDDIT_PIXEL)),
        await refusalOf(workspace.paste(reddit, SANDBOX_REDDIT_TOKEN, 'a2_sandboxsolo')),
        await refusalOf(
          workspace.paste(reddit, SANDBOX_REDDIT_TOKEN, 'a2_sandboxsolo', { replaces: true }),
        ),
        await workspace.send('one', RDT),
      ];
    },
    ['token_refused', 'account_differs', 'no_account_found', DELIVERED],
  ],
  [
    'K15',
    'nor is one that is refused later renewed: it waits for another',
    async (workspace) => {
      await connectAndMap(workspace);
      await workspace.revoke('conversion_events');
      return [
        await workspace.send('one', RDT),
        workspace.store.find('one', 'reddit')?.refused?.status,
      ];
    },
    [`failed credential unauthorized ${SANDBOX_REDDIT_PIXEL}`, 401],
  ],
  [
    'K1',
    'another pixel takes the place of the first when it may',
    async (workspace) => {
      await connectAndMap(workspace);
      await workspace.paste(reddit, SANDBOX_REDDIT_TOKEN, SANDBOX_REDDIT_PIXELS.events, {
        replaces: true,
      });
      return workspace.store.find('one', 'reddit')?.connection.account;
    },
    SANDBOX_REDDIT_PIXELS.events,
  ],
  [
    'K9',
    "a pasted pixel id; one that is not the token's is not saved",
    async (workspace) => [
      await refusalOf(workspace.paste(x, SANDBOX_X_PIXEL_TOKEN, SANDBOX_X_FOREIGN_PIXEL)),
      await refusalOf(workspace.paste(x, SANDBOX_X_PIXEL_TOKEN, 'o9aaa')),
      await refusalOf(workspace.paste(x, 'other', SANDBOX_X_PIXEL)),
      workspace.store.find('one', 'x'),
    ],
    ['no_account_found', 'no_account_found', 'token_refused', undefined],
  ],
  [
    'K9',
    'goals without an event tag are not forwarded',
    async (workspace) => (await connectX(workspace, undefined), workspace.plan('one', TWCLID)),
    ['-unmapped_goal goal-1@x'],
  ],
  [
    'K9',
    'two goals on one event, each with a tag of its own',
    async (workspace) => (
      await connectX(workspace, 'tw-o8z6j-o87ne', 'o87nf'),
      workspace.plan('one', TWCLID)
    ),
    ['goal-1@x:tw-o8z6j-o87ne', 'goal-2@x:o87nf'],
  ],
  [
    'K9',
    'a tag that the pixel does not have: the network tells, and the log',
    async (workspace) => (await connectX(workspace, 'zzzzz'), workspace.send('one', TWCLID)),
    `failed configuration NOT_FOUND ${SANDBOX_X_PIXEL}`,
  ],
];
