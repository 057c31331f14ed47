import type { JsonObject } from '../../../../src/json.js';
import { GOAL_TEMPLATES } from '../../../../src/goals/templates.js';
import { alias, buy, identify, PLAYER, track, VISITOR } from './messages.js';
import { COUNTED, goal, NO_CLICK, type Row } from './row.js';

const FIRST = goal('First', { trigger: 'once', testMap: { amazon: '77' } });
const FIRST_COUNTED = ['first@amazon:1234567891'];
const ALREADY = ['-already_counted first@amazon'];
const ONLY_VISITOR: JsonObject = { userId: undefined };
const ONLY_PLAYER: JsonObject = { anonymousId: undefined };
const EVERY = goal('Every', { map: { amazon: '1' } });
const BIG = goal('Big', { map: { amazon: '2' }, filters: ['value>10'] });
const NOT_BIG = ['-filter_not_met @amazon'];

const PARTS: Row[] = [
  [
    'G1',
    'a goal has a name, a description, an event, a trigger and a filter',
    {
      goals: [goal('Fan', { description: 'buys', trigger: 'once', filters: ['value>5'] })],
      sends: { name: 'Fan', conversionDefinitionId: '1234567891' },
    },
    ['fan@amazon:1234567891'],
  ],
  [
    'G1',
    'description and filter may be missing',
    { goals: [goal('Fan')] },
    ['fan@amazon:1234567891'],
  ],
  ['G1', 'no goal without a name', { goals: [{ event: 'purchase' }] }, ['!goal goals[0].name']],
  ['G1', 'no goal without an event', { goals: [{ name: 'Fan' }] }, ['!goal goals[0].event']],
  [
    'G1',
    'two triggers, no third',
    { goals: [goal('Fan', { trigger: 'daily' })] },
    ['!goal goals[0].trigger'],
  ],
  [
    'G1',
    'a filter that says nothing',
    { goals: [goal('Fan', { filters: ['value>'] })] },
    ['!goal goals[0].filters[0]'],
  ],
  ['G1', 'the same name twice', { goals: [EVERY, EVERY] }, ['every@amazon:1', 'every-2@amazon:1']],
];

const TEMPLATES: Row[] = GOAL_TEMPLATES.flatMap((template): Row[] => {
  const { id, event: eventName } = template;
  const [counted, again] = [{ ...template, map: { amazon: '5' } }, { of: { eventName } }];
  const before = [{ delivered: buy({ eventName }) }];
  return [
    [
      'G3',
      `${template.name} counts ${eventName}`,
      { ...again, goals: [counted] },
      [`${id}@amazon:5`],
    ],
    [
      'G3',
      `${template.name} counts once`,
      { ...again, before, goals: [counted] },
      [`-already_counted ${id}@amazon`],
    ],
    [
      'G3',
      `${template.name} can be edited: repeatable`,
      { ...again, before, goals: [{ ...counted, trigger: 'repeatable' }] },
      [`${id}@amazon:5`],
    ],
  ];
});

const ONCE: Row[] = [
  ['G5', 'the first counts', { goals: [FIRST] }, FIRST_COUNTED],
  ['G5', 'the second does not', { goals: [FIRST], before: [{ delivered: buy() }] }, ALREADY],
  [
    'G5',
    "another player's does",
    { goals: [FIRST], before: [{ delivered: buy({ userId: 'player-1' }) }] },
    FIRST_COUNTED,
  ],
  [
    'G5',
    'who has no user id is the anonymous id',
    { of: ONLY_VISITOR, goals: [FIRST], before: [{ delivered: buy(ONLY_VISITOR) }] },
    ALREADY,
  ],
  [
    'G5',
    'the user id comes before the anonymous id',
    { of: { userId: 'player-2' }, goals: [FIRST], before: [{ delivered: buy() }] },
    FIRST_COUNTED,
  ],
  [
    'G5',
    'joined by an alias before',
    {
      of: ONLY_PLAYER,
      goals: [FIRST],
      before: [{ read: [alias(VISITOR, PLAYER)] }, { delivered: buy(ONLY_VISITOR) }],
    },
    ALREADY,
  ],
  [
    'G5',
    'joined by an alias after the first has counted',
    {
      of: ONLY_PLAYER,
      goals: [FIRST],
      before: [{ delivered: buy(ONLY_VISITOR) }, { read: [alias(VISITOR, PLAYER)] }],
    },
    ALREADY,
  ],
  [
    'G5',
    'joined by a chain of aliases, in any order',
    {
      of: ONLY_PLAYER,
      goals: [FIRST],
      before: [
        { read: [alias('mail-3', PLAYER), alias(VISITOR, 'mail-3')] },
        { delivered: buy(ONLY_VISITOR) },
      ],
    },
    ALREADY,
  ],
  [
    'G5',
    'joined by signing in',
    {
      of: ONLY_PLAYER,
      goals: [FIRST],
      before: [{ delivered: buy(ONLY_VISITOR) }, { read: [identify(PLAYER)] }],
    },
    ALREADY,
  ],
  [
    'G5',
    'not joined: another player',
    { of: ONLY_PLAYER, goals: [FIRST], before: [{ delivered: buy(ONLY_VISITOR) }] },
    FIRST_COUNTED,
  ],
  [
    'G5',
    'each goal has a slot of its own',
    {
      goals: [FIRST, goal('Other', { trigger: 'once', filters: ['quantity=3'] })],
      with: { quantity: 3 },
      before: [{ delivered: buy() }],
    },
    ['other@amazon:1234567891', ...ALREADY],
  ],
  [
    'G5',
    'what failed gives its slot back',
    { goals: [FIRST], before: [{ failed: buy() }] },
    FIRST_COUNTED,
  ],
  ['G5', 'what is pending keeps it', { goals: [FIRST], before: [{ pending: buy() }] }, ALREADY],
  [
    'G5',
    'what is pending has it itself',
    {
      message: buy({ messageId: 'm-1' }),
      goals: [FIRST],
      before: [{ pending: buy({ messageId: 'm-1' }) }],
    },
    ['first@amazon:1234567891 resumed'],
  ],
  [
    'G5',
    'the same line again is a duplicate',
    {
      of: { messageId: 'm-1' },
      goals: [FIRST],
      before: [{ delivered: buy({ messageId: 'm-1' }) }],
    },
    ['-duplicate first@amazon'],
  ],
  ...(
    [
      ['organic', [{}, NO_CLICK]],
      ['without consent', [{ consentLevel: 'none' }]],
      ['without match key', [{}, { email: undefined }]],
      ['too old', [{ eventTimestamp: '2026-11-01T00:00:00Z' }]],
      ["another network's", [{}, { ttclid: 't' }]],
    ] as [string, [JsonObject, JsonObject?]][]
  ).map(([what, message]): Row => [
    'G5',
    `what is stopped takes no slot: ${what}`,
    { goals: [FIRST], before: [{ stopped: buy(...message) }] },
    FIRST_COUNTED,
  ]),
  [
    'G5',
    'a test event takes no real slot',
    { goals: [FIRST], before: [{ delivered: buy({ test: true }) }] },
    FIRST_COUNTED,
  ],
  [
    'G5',
    'nor a real one that of tests',
    { of: { test: true }, goals: [FIRST], before: [{ delivered: buy() }] },
    ['first@amazon:77'],
  ],
  [
    'G5',
    'tests count once too',
    { of: { test: true }, goals: [FIRST], before: [{ delivered: buy({ test: true }) }] },
    ALREADY,
  ],
  [
    'G6',
    'repeatable: each counts',
    { before: [{ delivered: buy() }, { delivered: buy() }] },
    COUNTED,
  ],
  [
    'G6',
    'repeatable next to once',
    { goals: [EVERY, FIRST], before: [{ delivered: buy() }] },
    ['every@amazon:1', ...ALREADY],
  ],
  [
    'G6',
    'the trigger where none is given',
    { goals: [EVERY], before: [{ delivered: buy() }] },
    ['every@amazon:1'],
  ],
];

/** Condition, properties, whether it holds. */
const FILTERS: [filter: string, properties: JsonObject, holds: boolean][] = [
  ['value>10', { value: '10.01' }, true],
  ['value>10', { value: '10' }, false],
  ['value>10', { value: '9.99' }, false],
  ['value>10', { value: '10.000000000000000001' }, true],
  ['value>=10', { value: 10 }, true],
  ['value<0.3', { value: '0.29999999999999999' }, true],
  ['value<=0.3', { value: '0.30' }, true],
  ['value=0.3', { value: '0.300' }, true],
  ['value>10', { value: undefined, currency: undefined }, false],
  ['currency=USD', {}, true],
  ['currency!=USD', {}, false],
  ['coupon!=X', {}, false],
  ['item_id in starter, "big, pack"', { item_id: 'big, pack' }, true],
  ['item_id in starter, gold', { item_id: 'silver' }, false],
  ['transaction_id exists', { transaction_id: 'T-1' }, true],
  ['transaction_id exists', {}, false],
  ['item_name contains gold', { item_name: 'a gold pack' }, true],
  ['cart.size>=2', { cart: { size: 2 } }, true],
];

const FILTERED: Row[] = [
  ...FILTERS.map(([filter, properties, holds]): Row => [
    'G7',
    `${filter} of ${JSON.stringify(properties)}`,
    { with: properties, goals: [goal('Big', { filters: [filter] })] },
    holds ? ['big@amazon:1234567891'] : NOT_BIG,
  ]),
  [
    'G7',
    'all filters hold',
    { with: { value: 11 }, goals: [goal('Big', { filters: ['value>10', 'currency=USD'] })] },
    ['big@amazon:1234567891'],
  ],
  [
    'G7',
    'one of two does not',
    { with: { value: 11 }, goals: [goal('Big', { filters: ['value>10', 'currency=EUR'] })] },
    NOT_BIG,
  ],
  [
    'G7',
    'with once: what the filter leaves out takes no slot',
    { with: { value: 11 }, goals: [{ ...BIG, trigger: 'once' }], before: [{ stopped: buy() }] },
    ['big@amazon:2'],
  ],
];

const EVENTS: Row[] = [
  ...['purchase', 'wishlist_add', 'wishlist_remove', 'email_acquired'].map((eventName): Row => [
    'G8',
    `a goal counts ${eventName}`,
    { of: { eventName }, goals: [goal('Goal', { event: eventName })] },
    ['goal@amazon:1234567891'],
  ]),
  [
    'G9',
    'no trigger events: a connection alone sends nothing',
    { of: { eventName: 'game_launch' }, goals: [] },
    ['-no_goal @amazon'],
  ],
  [
    'G9',
    'a goal counts game_launch',
    { of: { eventName: 'game_launch' }, goals: [goal('Start', { event: 'game_launch' })] },
    ['start@amazon:1234567891'],
  ],
  [
    'G9',
    'a mapping of a purchase goal says nothing of game_launch',
    { of: { eventName: 'game_launch' } },
    ['-no_goal @amazon'],
  ],
  ['G10', 'no goals', { goals: [] }, ['-no_goal @amazon']],
  [
    'G10',
    'event names are compared as written',
    { of: { eventName: 'Purchase' } },
    ['-no_goal @amazon'],
  ],
  ['G10', 'a disabled goal', { goals: [{ ...EVERY, enabled: false }] }, ['-goal_disabled @amazon']],
  [
    'G10',
    'a disabled one next to an active one',
    { goals: [{ ...EVERY, enabled: false }, goal('Fan')] },
    ['fan@amazon:1234567891'],
  ],
  [
    'G10',
    'an active one whose filter fails is the reason',
    { goals: [{ ...EVERY, enabled: false }, BIG] },
    NOT_BIG,
  ],
  [
    'G11',
    'sign_up is a conversion where a goal counts it',
    { of: { eventName: 'sign_up' }, goals: [goal('Joined', { event: 'sign_up' })] },
    ['joined@amazon:1234567891'],
  ],
  [
    'G11',
    'a sign_up that carries its click',
    {
      message: track('sign_up', {
        utm_source: 'amazon_ads',
        email: 'test@example.com',
        country: 'US',
      }),
      goals: [goal('Joined', { event: 'sign_up' })],
    },
    ['joined@amazon:1234567891'],
  ],
  [
    'G12',
    'two goals, two postbacks',
    { goals: [EVERY, BIG], with: { value: 11 } },
    ['every@amazon:1', 'big@amazon:2'],
  ],
  [
    'G12',
    'two goals with one mapping',
    { goals: [goal('One'), goal('Two')] },
    ['one@amazon:1234567891', 'two@amazon:1234567891'],
  ],
  [
    'G12',
    'two goals, one filtered out: no reason is needed',
    { goals: [EVERY, BIG] },
    ['every@amazon:1'],
  ],
  [
    'G12',
    'two goals, one not mapped',
    { goals: [EVERY, goal('Bare', { map: {} })] },
    ['every@amazon:1', '-unmapped_goal bare@amazon'],
  ],
  [
    'G12',
    'attribution comes first: organic, though no goal counts it',
    { of: { eventName: 'refund' }, with: NO_CLICK },
    ['-organic'],
  ],
  [
    'G12',
    'then goals: two goals of an organic purchase, one reason',
    { goals: [EVERY, BIG], with: NO_CLICK },
    ['-organic'],
  ],
];

export const GOAL_ROWS: Row[] = [...PARTS, ...TEMPLATES, ...ONCE, ...FILTERED, ...EVENTS];
