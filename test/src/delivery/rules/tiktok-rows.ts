import { SANDBOX_TIKTOK_PIXEL } from '../../../../src/sandbox/tiktok/seed.js';
import type { WorkspaceRow } from './workspace-rows.js';
import { refusalOf, type RuleWorkspace } from './rule-workspace.js';

const SECOND = 'C0SANDBOXPIXEL000003';

function held({ store }: RuleWorkspace): unknown[] {
  const { account, accountName } = store.find('one', 'tiktok')?.connection ?? {};
  return [account, accountName];
}

/** Connecting TikTok, and what is asked before anything is stored. */
export const TIKTOK_ROWS: WorkspaceRow[] = [
  [
    'K11',
    'the account and the pixel come from a list',
    async (workspace) => (await workspace.connectTikTok('one', 'app'), held(workspace)),
    [SANDBOX_TIKTOK_PIXEL, 'Sandbox game site'],
  ],
  [
    'K11',
    'of several pixels none is guessed',
    async (workspace) => [
      await refusalOf(workspace.connectTikTok('two', 'app')),
      ...held(workspace),
    ],
    ['account_needed', undefined, undefined],
  ],
  [
    'K11',
    'one of them is named, in whichever account it is',
    async (workspace) => (
      await workspace.connectTikTok('two', 'app', { account: SECOND }),
      held(workspace)
    ),
    [SECOND, SECOND],
  ],
  [
    'K11',
    'a pasted token lists nothing: its pixel is named',
    async (workspace) => (
      await workspace.connectTikTok('one', 'pasted', { account: SANDBOX_TIKTOK_PIXEL }),
      held(workspace)
    ),
    [SANDBOX_TIKTOK_PIXEL, SANDBOX_TIKTOK_PIXEL],
  ],
  [
    'K12',
    'a pasted token and its pixel are checked with TikTok before they are saved',
    async (workspace) => [
      await refusalOf(
        workspace.connectTikTok('analyst', 'pasted', { account: SANDBOX_TIKTOK_PIXEL }),
      ),
      await refusalOf(workspace.connectTikTok('one', 'pasted', { account: SECOND })),
      ...held(workspace),
    ],
    ['account_refused', 'account_refused', undefined, undefined],
  ],
  [
    'K12',
    'and a check counts nothing',
    async (workspace) => {
      await workspace.connectTikTok('one', 'pasted', { account: SANDBOX_TIKTOK_PIXEL });
      return workspace.requests().filter((path) => path.includes('tiktok'));
    },
    ['business-api.tiktok.com/open_api/v1.3/event/track/'],
  ],
];
