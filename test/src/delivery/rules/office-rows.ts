import { statSync } from 'node:fs';
import { askForGoal } from '../../../../commands/_face/goal-wizard.js';
import { setMapping } from '../../../../src/goals/mapping.js';
import { createMappingCheck } from '../../../../src/networks/mapping-check.js';
import { SANDBOX_ACCOUNTS, SANDBOX_TERMS_ACCOUNT } from '../../../../src/sandbox/amazon/seed.js';
import { answerPrompts } from '../../../kit/prompts.js';
import { refusalOf, type Office } from './office.js';
import { COUNTED, goal } from './row.js';
import { TIKTOK_ROWS } from './tiktok-rows.js';

/** Rule, what, what is done with the files and the network, and what comes of it. */
export type OfficeRow = readonly [
  rule: string,
  what: string,
  show: (office: Office) => Promise<unknown>,
  gives: unknown,
];

const BUY = [goal('Purchase')];
const HOURS_MS = 2 * 3_600_000;
const { na, eu } = SANDBOX_ACCOUNTS;
const ENTER = '\r';
const check = createMappingCheck({ amazon: 'capi-v1' });

/** A game that is connected and sends. */
async function settle(office: Office, user = 'na', goals = BUY): Promise<void> {
  await office.connect(user);
  await office.keep(goals);
}

/** Runs the wizard for an event; a question too many or too few ends it. */
function askFor(event: string, answers: [string, string][]): () => Promise<unknown> {
  const asked: [string, string][] = [['called?', `Mine${ENTER}`], ...answers, ['Save it?', ENTER]];
  return async () => {
    const made = await answerPrompts(asked, (context) => askForGoal(context, { event, trigger: 'repeatable' }));
    return made?.filters;
  };
}

export const OFFICE_ROWS: OfficeRow[] = [
  ['G2', 'the goal of a game counts in it', async (office) => (await settle(office), office.plan()), COUNTED],
  [
    'G2',
    'and is not seen in another',
    async (office) => {
      await settle(office);
      await office.connect('na', {}, { game: 'two' });
      return office.plan('two');
    },
    ['-no_goal @amazon'],
  ],
  [
    'G4',
    'event, filter, review',
    askFor('purchase', [
      ['Only when', `value>10${ENTER}`],
      ['no further filter', ENTER],
    ]),
    ['value>10'],
  ],
  ['G4', 'event, review, where there is nothing to filter by', askFor('email_acquired', []), []],
  [
    'K1',
    'one connection a game: another account is refused unless it may take its place',
    async (office) => {
      await settle(office);
      const refused = await refusalOf(office.connect('eu'));
      return [refused, await office.send(), office.store.find('one', 'amazon')?.connection.account];
    },
    ['account_differs', `success delivered ${na}`, na],
  ],
  [
    'K1',
    'one connection a game: another account takes its place when it may',
    async (office) => {
      await settle(office);
      await office.connect('eu', {}, { replaces: true });
      return [await office.send(), office.store.find('one', 'amazon')?.connection.account];
    },
    [`success delivered ${eu}`, eu],
  ],
  [
    'K1',
    'another game keeps its own',
    async (office) => {
      await settle(office);
      await office.connect('eu', {}, { game: 'two' });
      return ['one', 'two'].map((game) => office.store.find(game, 'amazon')?.connection.account);
    },
    [na, eu],
  ],
  [
    'K2',
    'switched off, and on again',
    async (office) => {
      await settle(office);
      await office.store.setEnabled('one', 'amazon', false);
      const off = await office.plan();
      await office.store.setEnabled('one', 'amazon', true);
      return [off, await office.plan()];
    },
    [['-network_disabled purchase@amazon'], COUNTED],
  ],
  [
    'K2',
    'off in one game is not off in another',
    async (office) => {
      await settle(office);
      await office.connect('na', {}, { game: 'two' });
      await office.keep(BUY, 'two');
      await office.store.setEnabled('two', 'amazon', false);
      return office.plan();
    },
    COUNTED,
  ],
  [
    'K3',
    'grants belong to whoever runs the program: nobody else reads them',
    async (office) => (await settle(office), (statSync(office.store.path).mode & 0o777).toString(8)),
    '600',
  ],
  [
    'K4',
    'the region is found after consent',
    async (office) => (await settle(office, 'fe'), office.store.find('one', 'amazon')?.connection.region),
    'fe',
  ],
  [
    'K4',
    'and pinned: later postbacks go there, also with a new token',
    async (office) => {
      await settle(office, 'eu');
      await office.send();
      office.clock.advance(HOURS_MS);
      await office.send();
      return office.requests().filter((request) => request.endsWith('/eventData'));
    },
    Array.from({ length: 2 }, () => `advertising-api-eu.amazon.com/accounts/${eu}/dsp/conversionDefinitions/eventData`),
  ],
  ['K4', 'two regions: the operator says which', async (office) => refusalOf(office.connect('two')), 'account_needed'],
  [
    'K4',
    'and that one is pinned',
    async (office) => (
      await office.connect('two', { region: 'eu' }),
      office.store.find('one', 'amazon')?.connection.region
    ),
    'eu',
  ],
  [
    'K5',
    'without the terms every event is refused, and the log says why',
    async (office) => (await settle(office, 'terms'), office.send()),
    `failed credential terms_not_accepted ${SANDBOX_TERMS_ACCOUNT}`,
  ],
  ...['12a', 'abc', '12 34', '-1', '1.5', '1e9', '', '١٢', '123456789012345678901'].map((id): OfficeRow => [
    'K6',
    `"${id}" is not saved`,
    async (office) => {
      await settle(office);
      const target = { goal: 'purchase', network: 'amazon', kind: 'map' } as const;
      return [await refusalOf(office.change((goals) => setMapping(goals, target, id, check))), await office.plan()];
    },
    ['mapping_invalid', COUNTED],
  ]),
  [
    'K6',
    'digits are',
    async (office) => {
      await settle(office);
      const target = { goal: 'purchase', network: 'amazon', kind: 'map' } as const;
      await office.change((goals) => setMapping(goals, target, '007', check));
      return office.plan();
    },
    ['purchase@amazon:007'],
  ],
  [
    'K6',
    'letters in a file that somebody edited stop the run before its first event',
    async (office) => (
      await settle(office, 'na', [goal('Purchase', { map: { amazon: '12a' } })]),
      refusalOf(office.plan())
    ),
    'invalid_mapping',
  ],
  [
    'K8',
    'digits that are no definition of the account: the network tells, and the log',
    async (office) => (await settle(office, 'na', [goal('Purchase', { map: { amazon: '404' } })]), office.send()),
    `failed configuration NOT_FOUND ${na}`,
  ],
  [
    'K12',
    'what the network does not take is not stored',
    async (office) => [await refusalOf(office.connect('nobody')), office.store.find('one', 'amazon')],
    ['grant_refused', undefined],
  ],
  [
    'K12',
    'nor put in place of what works',
    async (office) => (await settle(office), [await refusalOf(office.connect('nobody')), await office.send()]),
    ['grant_refused', `success delivered ${na}`],
  ],
  [
    'K12',
    'nor a user without an advertiser',
    async (office) => [await refusalOf(office.connect('none')), office.store.find('one', 'amazon')],
    ['no_account_found', undefined],
  ],
  [
    'K13',
    'an access token that has ended is refreshed on the way',
    async (office) => {
      await settle(office);
      const before = office.store.find('one', 'amazon')?.accessToken?.reveal();
      office.clock.advance(HOURS_MS);
      const sent = await office.send();
      return [sent, office.store.find('one', 'amazon')?.accessToken?.reveal() === before];
    },
    [`success delivered ${na}`, false],
  ],
  [
    'K14',
    'revoked: the connection says so; connected again, with the mappings it had',
    async (office) => {
      await settle(office);
      await office.revoke();
      const sent = await office.send();
      const refused = office.store.find('one', 'amazon')?.refused?.status;
      await office.connect('all', { account: na });
      return [sent, refused, office.store.find('one', 'amazon')?.refused, await office.plan(), await office.send()];
    },
    [`failed credential unauthorized ${na}`, 400, undefined, COUNTED, `success delivered ${na}`],
  ],
  [
    'K14',
    'connected again, a switch that is off stays off',
    async (office) => {
      await settle(office);
      await office.store.setEnabled('one', 'amazon', false);
      await office.connect('na');
      return office.plan();
    },
    ['-network_disabled purchase@amazon'],
  ],
  [
    'K14',
    'disconnecting is another thing: nothing is connected then, and the mappings wait',
    async (office) => {
      await settle(office);
      await office.store.remove('one', 'amazon');
      const gone = await office.plan();
      await office.connect('na');
      return [gone, await office.plan()];
    },
    [['-not_connected purchase@amazon'], COUNTED],
  ],
  ...TIKTOK_ROWS,
];
