import type { NetworkProfile } from '../networks/profile.js';
import { COMMAND_GROUPS, FIRST_STEPS } from './command-groups.js';
import { EXIT_WORDS } from './exit-codes.js';
import { REASON_WORDS } from './reasons.js';

// For the man page (scripts/make-man.js), which is made of these.
export { COMMAND_GROUPS, EXIT_WORDS, FIRST_STEPS };

/**
 * A page of `postback help TOPIC`: paragraphs and tables, which the help and the man page lay out.
 */
export interface HelpTopic {
  summary: string;
  load(): Promise<TopicPart[]>;
}

export interface TopicPart {
  header: string;
  /** Paragraphs, or rows of a name and what it means. */
  body: string | (readonly [string, string])[];
  /** The text is printed as it is, so that it can be copied. */
  isVerbatim?: true;
}

/** The topics by name. Loaded when asked for, and made of what the program itself goes by. */
export const HELP_TOPICS: Readonly<Record<string, HelpTopic>> = {
  'exit-codes': { summary: 'the exit codes of commands', load: describeExitCodes },
  environment: { summary: 'environment variables', load: describeEnvironment },
  events: { summary: 'the fields of an event, and why an event is not sent', load: describeEvents },
  faults: { summary: 'the faults that the sandbox can inject', load: describeFaults },
  networks: {
    summary: 'how each network is connected and mapped, and its limits',
    load: describeNetworks,
  },
};

async function describeFaults(): Promise<TopicPart[]> {
  const { FAULT_FORMS } = await import('../sandbox/faults/fault-text.js');
  // A line that begins with spaces continues the one before.
  const rows = FAULT_FORMS.replaceAll(/\n {4,}/g, ' ')
    .split('\n')
    .map((line) => line.split(/ {2,}/) as [string, string]);
  return [
    {
      header: 'FAULTS',
      body: '--fault FAULT of postback sandbox injects one; the flag can be repeated.',
    },
    { header: 'FORMS', body: rows },
  ];
}

async function describeExitCodes(): Promise<TopicPart[]> {
  const rows = Object.entries(EXIT_WORDS).map(([code, words]) => [code, words] as const);
  return [
    { header: 'EXIT CODES', body: rows },
    {
      header: 'PRECEDENCE',
      body:
        'If several codes apply, the order is 4, then 5, then 3. With --json an error is one ' +
        'object on stderr, {"error":{"code","message","hint","exit"}}. A run that exits with 3, ' +
        '4 or 5 still prints its summary on stdout.',
    },
  ];
}

async function describeEnvironment(): Promise<TopicPart[]> {
  const { PROFILES } = await import('../networks/profiles.js');
  return [
    {
      header: 'EVERY FLAG',
      body:
        'Every flag has an environment variable: --max-attempts is POSTBACK_MAX_ATTEMPTS. ' +
        'Switches are true or false; lists are separated by commas. A flag overrides the ' +
        'variable, which overrides postback.config.json, which overrides the user config. config ' +
        'show prints the source of each value.',
    },
    { header: 'GENERAL', body: GENERAL_VARIABLES },
    ...PROFILES.map((profile) => ({
      header: profile.title.toUpperCase(),
      body: listVariables(profile),
    })),
  ];
}

const GENERAL_VARIABLES: (readonly [string, string])[] = [
  ['POSTBACK_HOME', 'a folder for everything: config in config/, logs in data/'],
  ['POSTBACK_WORKSPACE', "which game's goals, connections and log to use"],
  ['POSTBACK_GATEWAY', 'send every request to URL/<host>/<path>'],
  ['POSTBACK_NO_UPDATE_CHECK', 'set to 1: do not check for a newer version'],
  ['POSTBACK_DEBUG', 'set to 1: print stack traces of errors'],
  ['HTTPS_PROXY, NO_PROXY', 'the proxy for requests, and hosts that bypass it'],
  ['NO_COLOR, FORCE_COLOR', 'disable color; force color on a terminal. A pipe never gets color'],
  ['COLUMNS', 'width of tables without a terminal'],
  ['CI', 'if set, nothing is asked and no update notice is printed'],
];

function listVariables({ name, variables }: NetworkProfile): (readonly [string, string])[] {
  return variables.rules.map(({ suffix, optional, form, fallback }) => {
    const isDefault = fallback === undefined ? '' : `, default ${fallback}`;
    const needed = optional ? `optional${isDefault}` : 'needed';
    const meaning = form === undefined ? needed : `${form.words}; ${needed}`;
    return [`POSTBACK_${name.toUpperCase()}_${suffix}`, meaning] as const;
  });
}

/** One event, laid out for a narrow terminal. */
const EXAMPLE_LINE = `{"type":"track",
 "messageId":"7f1f2b0e-6a54-4f0a-9d55-0c3b2f4f9a10",
 "eventName":"purchase",
 "eventTimestamp":"2026-11-18T20:14:05Z",
 "consentLevel":"full",
 "userId":"player-1",
 "properties":{"value":"9.99","currency":"USD",
  "aref":"...","email":"player@example.com","country":"US"}}`;

async function describeEvents(): Promise<TopicPart[]> {
  const { FORMAT_CHOICES } = await import('../events/event-parser.js');
  return [
    {
      header: 'AN EVENT (in a file: one line)',
      body: EXAMPLE_LINE,
      isVerbatim: true,
    },
    {
      header: 'READ MORE',
      body:
        'demo --write-events FILE writes examples, and postback schema event prints the ' +
        'JSON Schema. postback validate FILE lists every ' +
        'problem of a file. postback explain FILE:LINE shows, gate by gate, what happens to a ' +
        'line.',
    },
    {
      header: 'FORMATS',
      body: `${FORMAT_CHOICES.join(', ')}. Detected from the first record unless --format is given.`,
    },
    {
      header: 'WHY AN EVENT IS NOT SENT',
      body: Object.entries(REASON_WORDS).map(([name, words]) => [name, words]),
    },
  ];
}

async function describeNetworks(): Promise<TopicPart[]> {
  const [{ NETWORKS }, { defaultSettings }] = await Promise.all([
    import('../networks/registry.js'),
    import('../config/settings.js'),
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
      ? `go to its test mode: postback connect ${network.name} --test-code CODE`
      : `need a test mapping: postback map GOAL ${network.name} ID --test`;
    return {
      header: network.title.toUpperCase(),
      body: [
        ['connect', `postback connect ${network.name}`],
        [
          'goals',
          network.defaultMapping ? 'have default names; map overrides them' : 'must be mapped',
        ],
        [
          'oldest event',
          `${formatDays(limits.windowMs)}${windowMsOf ? ', less for some events' : ''}`,
        ],
        ['batch size', `at most ${limits.maxEvents} events`],
        ['test events', testMode ? 'go to its test mode' : tests],
        ...(network.testCaution === undefined ? [] : [['caution', network.testCaution] as const]),
      ],
    };
  });
  return Promise.all(parts);
}

function formatDays(ms: number): string {
  const days = ms / (24 * 3_600_000);
  return `${Number.isInteger(days) ? days : days.toFixed(1)} day${days === 1 ? '' : 's'}`;
}
