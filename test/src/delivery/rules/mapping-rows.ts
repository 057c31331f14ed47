import type { JsonObject } from '../../../../src/json.js';
import { buy } from './messages.js';
import {
  COUNTED,
  COUNTED_BY_NAME,
  EVENTS_API,
  goal,
  NO_CLICK,
  type Case,
  type Row,
} from './row.js';

const TESTED = goal('Tested', { map: { amazon: '4' }, testMap: { amazon: '5' } });
const TEST: JsonObject = { test: true };
const DESCRIPTION = { name: 'Bought', type: 'OFF_AMAZON_PURCHASES', source: 'WEBSITE' };
const GOOGLE: Pick<Case, 'others' | 'with'> = {
  others: [{ network: 'google', account: '1234567890', source: 'store' }],
  with: { ...NO_CLICK, gclid: 'Cj0KCQ' },
};
const ACCOUNT_URL = '/accounts/4567890123/dsp/conversionDefinitions/eventData';

/** Test events: what is marked so, and where it goes. */
export const TEST_ROWS: Row[] = [
  ['T1', 'test: true marks the message', { of: TEST }, ['-test_event']],
  ['T1', 'test: false does not', { of: { test: false } }, COUNTED],
  ['T1', 'so does the word', { of: { test: 'true' } }, ['-test_event']],
  ['T1', 'another word does not mark a test event', { of: { test: 'perhaps' } }, COUNTED],
  ['T1', 'a property of that name is none', { with: TEST }, COUNTED],
  [
    'T1',
    'one endpoint for all',
    { of: TEST, goals: [TESTED], url: `https://advertising-api.amazon.com${ACCOUNT_URL}` },
    ['tested@amazon:5'],
  ],
  [
    'T2',
    'to the test area, if one is configured',
    { of: TEST, goals: [TESTED] },
    ['tested@amazon:5'],
  ],
  [
    'T2',
    'which a goal has that counts something else',
    { of: TEST, goals: [goal('Real'), { ...TESTED, event: 'sign_up' }] },
    ['-test_event real@amazon'],
  ],
  [
    'T2',
    'at the goals that have one',
    { of: TEST, goals: [goal('Real'), TESTED] },
    ['tested@amazon:5', '-test_event real@amazon'],
  ],
  [
    'T2',
    'without a real mapping too',
    { of: TEST, goals: [{ ...TESTED, map: {} }] },
    ['tested@amazon:5'],
  ],
  [
    'T2',
    'the other gates stay shut: organic',
    { of: TEST, goals: [TESTED], with: NO_CLICK },
    ['-organic'],
  ],
  [
    'T2',
    'the other gates stay shut: consent',
    { of: { test: true, consentLevel: 'none' }, goals: [TESTED] },
    ['-consent_none'],
  ],
  [
    'T3',
    'production events do not see it',
    { goals: [TESTED], sends: { conversionDefinitionId: '4' } },
    ['tested@amazon:4'],
  ],
  [
    'T3',
    'nor where they have no mapping of their own',
    { goals: [{ ...TESTED, map: {} }] },
    ['-unmapped_goal tested@amazon'],
  ],
  [
    'T3',
    'nor after a test event',
    { goals: [TESTED], before: [{ delivered: buy(TEST) }] },
    ['tested@amazon:4'],
  ],
  ['T4', 'none configured: nothing is sent', { of: TEST, goals: [goal('Real')] }, ['-test_event']],
  [
    'T5',
    'Amazon is not told that it is a test',
    {
      of: TEST,
      goals: [TESTED],
      lacks: ['test', 'testMode', 'testEventCode'],
      sends: { conversionDefinitionId: '5' },
    },
    ['tested@amazon:5'],
  ],
  [
    'T5',
    'nor is the Events API',
    {
      of: TEST,
      amazon: { api: 'events-api' },
      goals: [goal('Tested', { map: {}, testMap: { amazon: DESCRIPTION } })],
      lacks: ['test', 'testMode'],
      sends: { eventDescription: { name: 'Bought' } },
    },
    ['tested@amazon:Bought / OFF_AMAZON_PURCHASES / WEBSITE'],
  ],
];

/** Connection, switch and mapping, as far as a plan sees them. */
export const MAPPING_ROWS: Row[] = [
  ['K1', 'no connection', { amazon: 'none' }, ['-not_connected purchase@amazon']],
  ['K2', 'a connection that is off', { amazon: 'off' }, ['-network_disabled purchase@amazon']],
  [
    'K2',
    'off, with two goals',
    { amazon: 'off', goals: [goal('One'), goal('Two')] },
    ['-network_disabled one@amazon', '-network_disabled two@amazon'],
  ],
  ['K2', 'off, and organic: organic is said', { amazon: 'off', with: NO_CLICK }, ['-organic']],
  ...Object.entries({ na: '', eu: '-eu', fe: '-fe' }).map(([region, part]): Row => [
    'K4',
    `every postback goes to region ${region}, wherever the player is`,
    {
      amazon: { region },
      with: { country: 'JP' },
      url: `https://advertising-api${part}.amazon.com${ACCOUNT_URL}`,
    },
    COUNTED,
  ]),
  ['K6', 'one goal, one definition', { sends: { conversionDefinitionId: '1234567891' } }, COUNTED],
  [
    'K6',
    'an id that is longer than numbers are exact',
    {
      goals: [goal('Long', { map: { amazon: '18446744073709551615' } })],
      sends: { conversionDefinitionId: '18446744073709551615' },
    },
    ['long@amazon:18446744073709551615'],
  ],
  [
    'K6',
    'an id as a number is refused',
    { goals: [goal('Long', { map: { amazon: 1234567891 } })] },
    ['!goal goals[0].map.amazon'],
  ],
  [
    'K6',
    'a goal without an id is not sent',
    { goals: [goal('Bare', { map: {} })] },
    ['-unmapped_goal bare@amazon'],
  ],
  [
    'K6',
    'an empty id is none',
    { goals: [goal('Bare', { map: { amazon: ' ' } })] },
    ['!goal goals[0].map.amazon'],
  ],
  [
    'K6',
    'a goal of any event can be mapped',
    { of: { eventName: 'boss_defeated' }, goals: [goal('Boss', { event: 'boss_defeated' })] },
    ['boss@amazon:1234567891'],
  ],
  [
    'K6',
    'the id of the other contract',
    { ...EVENTS_API, goals: [goal('Purchase')] },
    ['-unmapped_goal purchase@amazon'],
  ],
  [
    'K6',
    'the name of the other contract',
    { goals: [goal('Purchase', { map: { amazon: DESCRIPTION } })] },
    ['-unmapped_goal purchase@amazon'],
  ],
  [
    'K6',
    'an id at another network is none here',
    { goals: [goal('Purchase', { map: { google: '12' } })] },
    ['-unmapped_goal purchase@amazon'],
  ],
  [
    'K7',
    'no event type: the definition has it',
    {
      lacks: ['eventType', 'conversionType', 'eventName', 'eventDescription'],
      sends: { name: 'Purchase' },
    },
    COUNTED,
  ],
  [
    'K7',
    'nor the name of the event',
    {
      of: { eventName: 'boss_defeated' },
      goals: [goal('Boss', { event: 'boss_defeated', filters: [] })],
      lacks: ['value', 'currencyCode'],
      sends: { name: 'Boss' },
    },
    ['boss@amazon:1234567891'],
  ],
  [
    'K7',
    'the Events API has no definition: the mapping has the type',
    { ...EVENTS_API, sends: { eventDescription: { conversionType: 'OFF_AMAZON_PURCHASES' } } },
    COUNTED_BY_NAME,
  ],
  [
    'K10',
    'Google: a conversion action for each goal',
    {
      ...GOOGLE,
      goals: [
        goal('One', { map: { google: '987654321' } }),
        goal('Two', { map: { google: '987654322' } }),
      ],
    },
    ['one@google:987654321', 'two@google:987654322'],
  ],
  [
    'K10',
    'a goal without one is not sent',
    { ...GOOGLE, goals: [goal('Bare')] },
    ['-unmapped_goal bare@google'],
  ],
  [
    'K10',
    'nor is one that is mapped to the tag of a website',
    { ...GOOGLE, goals: [goal('Tag', { map: { google: 'AW-987654321' } })] },
    ['-unmapped_goal tag@google'],
  ],
  [
    'K10',
    'without a Google connection',
    {
      with: { ...NO_CLICK, gclid: 'Cj0KCQ' },
      goals: [goal('One', { map: { google: '987654321' } })],
    },
    ['-not_connected one@google'],
  ],
];
