import { statSync } from 'node:fs';
import { askForGoal } from '../../../../src/cli/goal-wizard.js';
import { setMapping } from '../../../../src/goals/mapping.js';
import { createMappingCheck } from '../../../../src/networks/mapping-check.js';
import { SANDBOX_ACCOUNTS, SANDBOX_TERMS_ACCOUNT } from '../../../../src/sandbox/amazon/seed.js';
import { answerPrompts } from '../../../kit/prompts.js';
import { refusalOf, type RuleWorkspace } from './rule-workspace.js';
import { COUNTED, goal } from './row.js';
import { TIKTOK_ROWS } from './tiktok-rows.js';

/** Rule, what, what is done with the files and the network, and what comes of it. */
export type WorkspaceRow = readonly [
  rule: string,
  what: string,
  show: (workspace: RuleWorkspace) => Promise<unknown>,
  gives: unknown,
];

const BUY = [goal('Purchase')];
const HOURS_MS = 2 * 3_600_000;
const { na, eu } = SANDBOX_ACCOUNTS;
const ENTER = '\r';
const check = createMappingCheck({ amazon: 'capi-v1' });

/** A game that is connected and sends. */
async function connectAndMap(workspace: RuleWorkspace, user = 'na', goals = BUY): Promise<void> {
  await workspace.connect(user);
  await workspace.keep(goals);
}

/** Runs the wizard for an event; a question too many or too few ends it. */
function askFor(event: string, answers: [string, string][]): () => Promise<unknown> {
  const asked: [string, string][] = [['called?', `Mine${ENTER}`], ...answers, ['Save it?', ENTER]];
  return async () => {
    const made = await answerPrompts(asked, (context) =>
      askForGoal(context, { event, trigger: 'repeatable' }),
    );
    return made?.filters;
  };
}

export const WORKSPACE_ROWS: WorkspaceRow[] = [
  [
    'G2',
    'the goal of a game counts in it',
    async (workspace) => (await connectAndMap(workspace), workspace.plan()),
    COUNTED,
  ],
  [
    'G2',
    'and is not seen in another',
    async (workspace) => {
      await connectAndMap(workspace);
      await workspace.connect('na', {}, { game: 'two' });
      return workspace.plan('two');
    },
    ['-no_goal @amazon'],
  ],
  [
    'G4',
    'event, filter, review',
    askFor('purchase', [
      ['Filter,', `value>10${ENTER}`],
      ['no further filter', ENTER],
    ]),
    ['value>10'],
  ],
  ['G4', 'event, review, where there is nothing to filter by', askFor('email_acquired', []), []],
  [
    'K1',
    'one connection a game: another account is refused unless it may take its place',
    async (workspace) => {
      await connectAndMap(workspace);
      const refused = await refusalOf(workspace.connect('eu'));
      return [
        refused,
        await workspace.send(),
        workspace.store.find('one', 'amazon')?.connection.account,
      ];
    },
    ['account_differs', `success delivered ${na}`, na],
  ],
  [
    'K1',
    'one connection a game: another account takes its place when it may',
    async (workspace) => {
      await connectAndMap(workspace);
      await workspace.connect('eu', {}, { replaces: true });
      return [await workspace.send(), workspace.store.find('one', 'amazon')?.connection.account];
    },
    [`success delivered ${eu}`, eu],
  ],
  [
    'K1',
    'another game keeps its own',
    async (workspace) => {
      await connectAndMap(workspace);
      await workspace.connect('eu', {}, { game: 'two' });
      return ['one', 'two'].map((game) => workspace.store.find(game, 'amazon')?.connection.account);
    },
    [na, eu],
  ],
  [
    'K2',
    'switched off, and on again',
    async (workspace) => {
      await connectAndMap(workspace);
      await workspace.store.setEnabled('one', 'amazon', false);
      const off = await workspace.plan();
      await workspace.store.setEnabled('one', 'amazon', true);
      return [off, await workspace.plan()];
    },
    [['-network_disabled purchase@amazon'], COUNTED],
  ],
  [
    'K2',
    'off in one game is not off in another',
    async (workspace) => {
      await connectAndMap(workspace);
      await workspace.connect('na', {}, { game: 'two' });
      await workspace.keep(BUY, 'two');
      await workspace.store.setEnabled('two', 'amazon', false);
      return workspace.plan();
    },
    COUNTED,
  ],
  [
    'K3',
    'grants belong to the user who runs the program: nobody else reads them',
    async (workspace) => (
      await connectAndMap(workspace),
      (statSync(workspace.store.path).mode & 0o777).toString(8)
    ),
    '600',
  ],
  [
    'K4',
    'the region is found after consent',
    async (workspace) => (
      await connectAndMap(workspace, 'fe'),
      workspace.store.find('one', 'amazon')?.connection.region
    ),
    'fe',
  ],
  [
    'K4',
    'and pinned: later postbacks go there, also with a new token',
    async (workspace) => {
      await connectAndMap(workspace, 'eu');
      await workspace.send();
      workspace.clock.advance(HOURS_MS);
      await workspace.send();
      return workspace.requests().filter((request) => request.endsWith('/eventData'));
    },
    Array.from(
      { length: 2 },
      () => `advertising-api-eu.amazon.com/accounts/${eu}/dsp/conversionDefinitions/eventData`,
    ),
  ],
  [
    'K4',
    'two regions: the operator says which',
    async (workspace) => refusalOf(workspace.connect('two')),
    'account_needed',
  ],
  [
    'K4',
    'and that one is pinned',
    async (workspace) => (
      await workspace.connect('two', { region: 'eu' }),
      workspace.store.find('one', 'amazon')?.connection.region
    ),
    'eu',
  ],
  [
    'K5',
    'without the terms every event is refused, and the log says why',
    async (workspace) => (await connectAndMap(workspace, 'terms'), workspace.send()),
    `failed credential terms_not_accepted ${SANDBOX_TERMS_ACCOUNT}`,
  ],
  ...['12a', 'abc', '12 34', '-1', '1.5', '1e9', '', '١٢', '123456789012345678901'].map(
    (id): WorkspaceRow => [
      'K6',
      `"${id}" is not saved`,
      async (workspace) => {
        await connectAndMap(workspace);
        const target = { goal: 'purchase', network: 'amazon', kind: 'map' } as const;
        return [
          await refusalOf(workspace.change((goals) => setMapping(goals, target, id, check))),
          await workspace.plan(),
        ];
      },
      ['mapping_invalid', COUNTED],
    ],
  ),
  [
    'K6',
    'digits are',
    async (workspace) => {
      await connectAndMap(workspace);
      const target = { goal: 'purchase', network: 'amazon', kind: 'map' } as const;
      await workspace.change((goals) => setMapping(goals, target, '007', check));
      return workspace.plan();
    },
    ['purchase@amazon:007'],
  ],
  [
    'K6',
    'letters in a file that somebody edited stop the run before its first event',
    async (workspace) => (
      await connectAndMap(workspace, 'na', [goal('Purchase', { map: { amazon: '12a' } })]),
      refusalOf(workspace.plan())
    ),
    'invalid_mapping',
  ],
  [
    'K8',
    'digits that are not a definition of the account: the network and the log report it',
    async (workspace) => (
      await connectAndMap(workspace, 'na', [goal('Purchase', { map: { amazon: '404' } })]),
      workspace.send()
    ),
    `failed configuration NOT_FOUND ${na}`,
  ],
  [
    'K12',
    'what the network does not take is not stored',
    async (workspace) => [
      await refusalOf(workspace.connect('nobody')),
      workspace.store.find('one', 'amazon'),
    ],
    ['grant_refused', undefined],
  ],
  [
    'K12',
    'nor put in place of what works',
    async (workspace) => (
      await connectAndMap(workspace),
      [await refusalOf(workspace.connect('nobody')), await workspace.send()]
    ),
    ['grant_refused', `success delivered ${na}`],
  ],
  [
    'K12',
    'nor a user without an advertiser',
    async (workspace) => [
      await refusalOf(workspace.connect('none')),
      workspace.store.find('one', 'amazon'),
    ],
    ['no_account_found', undefined],
  ],
  [
    'K13',
    'an access token that has ended is refreshed on the way',
    async (workspace) => {
      await connectAndMap(workspace);
      const before = workspace.store.find('one', 'amazon')?.accessToken?.reveal();
      workspace.clock.advance(HOURS_MS);
      const sent = await workspace.send();
      return [sent, workspace.store.find('one', 'amazon')?.accessToken?.reveal() === before];
    },
    [`success delivered ${na}`, false],
  ],
  [
    'K14',
    'revoked: the connection says so; connected again, with the mappings it had',
    async (workspace) => {
      await connectAndMap(workspace);
      await workspace.revoke();
      const sent = await workspace.send();
      const refused = workspace.store.find('one', 'amazon')?.refused?.status;
      await workspace.connect('all', { account: na });
      return [
        sent,
        refused,
        workspace.store.find('one', 'amazon')?.refused,
        await workspace.plan(),
        await workspace.send(),
      ];
    },
    [`failed credential unauthorized ${na}`, 400, undefined, COUNTED, `success delivered ${na}`],
  ],
  [
    'K14',
    'connected again, a switch that is off stays off',
    async (workspace) => {
      await connectAndMap(workspace);
      await workspace.store.setEnabled('one', 'amazon', false);
      await workspace.connect('na');
      return workspace.plan();
    },
    ['-network_disabled purchase@amazon'],
  ],
  [
    'K14',
    'disconnecting is another thing: nothing is connected then, and the mappings wait',
    async (workspace) => {
      await connectAndMap(workspace);
      await workspace.store.remove('one', 'amazon');
      const gone = await workspace.plan();
      await workspace.connect('na');
      return [gone, await workspace.plan()];
    },
    [['-not_connected purchase@amazon'], COUNTED],
  ],
  ...TIKTOK_ROWS,
];
