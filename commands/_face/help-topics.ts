import type { Network } from '../../src/networks/network.js';
import { EXIT_WORDS } from './exit-codes.js';
import { REASON_WORDS } from './reasons.js';

// For the man page (scripts/make-man.js), which is made of these.
export { EXIT_WORDS };

/** A page of `postback help TOPIC`: paragraphs and tables, laid out by whoever shows it (help, man page). */
export interface HelpTopic {
  summary: string;
  load(): Promise<TopicPart[]>;
}

export interface TopicPart {
  header: string;
  /** Paragraphs, or rows of a name and what it means. */
  body: string | (readonly [string, string])[];
}

/** The topics by name. Loaded when asked for, and made of what the program itself goes by. */
export const HELP_TOPICS: Readonly<Record<string, HelpTopic>> = {
  'exit-codes': { summary: 'what the exit code of a command says', load: describeExitCodes },
  environment: { summary: 'variables that are read', load: describeEnvironment },
  events: { summary: 'what an event line holds, and why one is not sent', load: describeEvents },
  networks: { summary: 'the networks: how each is connected, mapped and limited', load: describeNetworks },
};

async function describeExitCodes(): Promise<TopicPart[]> {
  const rows = Object.entries(EXIT_WORDS).map(([code, words]) => [code, words] as const);
  return [
    { header: 'EXIT CODES', body: rows },
    {
      header: 'SEVERAL AT ONCE',
      body: 'Where several apply: 4, then 5, then 3. Under --json an error is one object on stderr, {"error":{"code","message","hint","exit"}}; summaries of runs are on stdout also with 3, 4 and 5.',
    },
  ];
}

async function describeEnvironment(): Promise<TopicPart[]> {
  const { NETWORKS } = await import('../../src/networks/registry.js');
  return [
    {
      header: 'EVERY FLAG',
      body: 'Every flag of every command has a variable: --max-attempts is POSTBACK_MAX_ATTEMPTS. Switches are true or false, lists have commas. An explicit flag beats the variable, the variable beats postback.config.json, that beats the user config; config show names the source of each value.',
    },
    { header: 'GENERAL', body: GENERAL_VARIABLES },
    ...NETWORKS.map((network) => ({ header: network.title.toUpperCase(), body: listVariables(network) })),
  ];
}

const GENERAL_VARIABLES: (readonly [string, string])[] = [
  ['POSTBACK_HOME', 'a folder for everything: config in config/, logs in data/'],
  ['POSTBACK_WORKSPACE', "which game's goals, connections and log to use"],
  ['POSTBACK_GATEWAY', 'send every request to URL/<host>/<path>'],
  ['POSTBACK_NO_UPDATE_CHECK', 'set to 1: never look for a newer version'],
  ['POSTBACK_DEBUG', 'set to 1: show where an error happened'],
  ['HTTPS_PROXY, NO_PROXY', 'the proxy for requests, and hosts that are reached without it'],
  ['NO_COLOR, FORCE_COLOR', 'print without colour; with colour also where there is no terminal'],
  ['COLUMNS', 'width of tables where there is no terminal'],
  ['CI', 'set: nothing is asked, no newer version is spoken of'],
];

function listVariables({ name, variables }: Network): (readonly [string, string])[] {
  return variables.rules.map(({ suffix, optional, form, fallback }) => {
    const isDefault = fallback === undefined ? '' : `, ${fallback} where it is not set`;
    const needed = optional ? `optional${isDefault}` : 'needed';
    const meaning = form === undefined ? needed : `${form.words}; ${needed}`;
    return [`POSTBACK_${name.toUpperCase()}_${suffix}`, meaning] as const;
  });
}

async function describeEvents(): Promise<TopicPart[]> {
  const { FORMAT_CHOICES } = await import('../../src/events/event-parser.js');
  return [
    {
      header: 'A LINE',
      body: '{"type":"track","messageId":"7f1f2b0e-6a54-4f0a-9d55-0c3b2f4f9a10","eventName":"purchase","eventTimestamp":"2026-11-18T20:14:05Z","consentLevel":"full","userId":"player-1","properties":{"value":"9.99","currency":"USD","aref":"...","email":"player@example.com","country":"US"}}',
    },
    {
      header: 'READ MORE',
      body: 'postback schema event prints the JSON Schema; postback validate FILE names every problem of a file; postback explain FILE:LINE says gate by gate what becomes of a line.',
    },
    { header: 'FORMATS', body: `${FORMAT_CHOICES.join(', ')}. The first record tells which, unless --format does.` },
    { header: 'WHY AN EVENT IS NOT SENT', body: Object.entries(REASON_WORDS).map(([name, words]) => [name, words]) },
  ];
}

async function describeNetworks(): Promise<TopicPart[]> {
  const [{ NETWORKS }, { defaultSettings }] = await Promise.all([
    import('../../src/networks/registry.js'),
    import('../../src/config/settings.js'),
  ]);
  const settings = defaultSettings();
  const parts = NETWORKS.map(async (network): Promise<TopicPart> => {
    const connection = {
      network: network.name,
      account: '1234567890',
      region: 'na',
      clientId: '0',
      source: 'store',
    } as const;
    const { limits, testMode, windowMsOf } = network.open(connection, settings);
    const { hasTestCode } = await network.loadConnector();
    const tests = hasTestCode
      ? `go to its test area: postback connect ${network.name} --test-code CODE`
      : `want a test mapping: postback map GOAL ${network.name} ID --test`;
    return {
      header: network.title.toUpperCase(),
      body: [
        ['connect', `postback connect ${network.name}`],
        ['goals', network.defaultMapping ? 'have a name there by themselves; map overrides it' : 'have to be mapped'],
        ['oldest event', `${formatDays(limits.windowMs)}${windowMsOf ? ', less for some' : ''}`],
        ['a request', `${limits.maxEvents} events at most`],
        ['test events', testMode ? 'go to its test mode' : tests],
        ...(network.testCaution === undefined ? [] : [['careful', network.testCaution] as const]),
      ],
    };
  });
  return Promise.all(parts);
}

function formatDays(ms: number): string {
  const days = ms / (24 * 3_600_000);
  return `${Number.isInteger(days) ? days : days.toFixed(1)} day${days === 1 ? '' : 's'}`;
}
