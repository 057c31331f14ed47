import type { NetworkStatus, UnsentRun } from './network-status.js';

/** A command that can be typed now, and what it is for. */
export interface NextStep {
  command: string;
  why: string;
}

/** Progress of the setup, which decides what `postback` without a command shows. */
export type Stage =
  | 'not_connected'
  | 'grant_refused'
  | 'terms_not_accepted'
  | 'no_goals'
  | 'nothing_mapped'
  | 'failures_waiting'
  | 'postbacks_waiting'
  | 'nothing_sent'
  | 'processing'
  | 'all_skipped'
  | 'attention'
  | 'well';

export interface Guidance {
  stage: Stage;
  /** State of the setup, in a sentence. */
  message: string;
  /** The most useful first. */
  steps: NextStep[];
}

interface Facts {
  networks: readonly NetworkStatus[];
  /** Networks whose grant needs attention. */
  refused: readonly NetworkStatus[];
  goals: number;
  /** The last run, where it sent nothing. */
  unsent?: UnsentRun | undefined;
}

/** Returns the next steps in the current state, with reasons. Pure. */
export function findNextSteps({ networks, refused, goals, unsent }: Facts): Guidance {
  const connected = networks.filter((network) => network.connected);
  const working = connected.filter(({ enabled }) => enabled);
  const [first] = refused;
  if (first) {
    return describeRefused(first);
  }
  if (connected.length === 0) return describeNewcomer(goals, networks);
  if (goals === 0) return describeNoGoals();
  if (working.every(({ goalsMapped }) => goalsMapped === 0))
    return describeUnmapped(working, connected);
  return describeDelivery(working, unsent);
}

function describeRefused({
  network,
  title,
  problem = 'the grant is refused.',
  next,
  fix,
}: NetworkStatus): Guidance {
  const message = problem.startsWith(title) ? problem : `${title}: ${problem}`;
  if (fix === 'accept_terms') {
    return {
      stage: 'terms_not_accepted',
      message,
      steps: [
        { command: REPLAY_PENDING, why: 'deliver pending postbacks once the terms are accepted' },
      ],
    };
  }
  const command = next ?? `postback connect ${network}`;
  return {
    stage: 'grant_refused',
    message,
    steps: [
      {
        command,
        why: fix === 'permission' ? 'see what is missing' : 'connect again; mappings are kept',
      },
      { command: REPLAY_PENDING, why: 'then deliver pending postbacks' },
    ],
  };
}

const REPLAY_PENDING = 'postback replay --state pending --all';

/** The problem of a network that `connect` can connect. */
const NOT_CONNECTED = 'Not connected.';

function describeNewcomer(goals: number, [first]: readonly NetworkStatus[]): Guidance {
  // A CI job cannot connect: its variables are missing.
  if (first?.problem !== undefined && first.problem !== NOT_CONNECTED) {
    const command = first.next ?? 'postback help environment';
    return {
      stage: 'not_connected',
      message: `No network is connected. ${first.title}: ${first.problem}`,
      steps: [{ command, why: 'list the variables of each network' }],
    };
  }
  return {
    stage: 'not_connected',
    message: 'No network is connected.',
    steps: [
      { command: 'postback demo', why: 'run an end-to-end demo against a local sandbox' },
      { command: 'postback connect', why: 'connect an advertising account' },
      ...(goals === 0 ? [{ command: 'postback goals add', why: 'choose which events count' }] : []),
    ],
  };
}

function describeNoGoals(): Guidance {
  return {
    stage: 'no_goals',
    message: 'There are no goals, so no event counts as a conversion.',
    steps: [
      { command: 'postback goals add', why: 'choose which events count' },
      { command: 'postback goals templates', why: 'see goal templates' },
    ],
  };
}

function describeUnmapped(
  working: readonly NetworkStatus[],
  connected: readonly NetworkStatus[],
): Guidance {
  const [off] = connected.filter(({ enabled }) => !enabled);
  if (working.length === 0 && off) {
    return {
      stage: 'not_connected',
      message: 'Every connection is disabled.',
      steps: [{ command: `postback enable ${off.network}`, why: `resume sending to ${off.title}` }],
    };
  }
  const [{ title, goalsActive } = { title: 'the network', goalsActive: 0 }] = working;
  if (goalsActive === 0) {
    return {
      stage: 'no_goals',
      message: 'Every goal is disabled, so no event counts as a conversion.',
      steps: [
        { command: 'postback goals list', why: 'list them, then run: postback goals enable GOAL' },
      ],
    };
  }
  return {
    stage: 'nothing_mapped',
    message: 'No goal is mapped, so nothing is sent.',
    steps: [
      { command: 'postback map', why: `map each goal at ${title}` },
      { command: 'postback goals list', why: 'see the goals' },
    ],
  };
}

function describeDelivery(working: readonly NetworkStatus[], unsent?: UnsentRun): Guidance {
  const sum = (field: 'failed24h' | 'pending' | 'processing'): number =>
    working.reduce((total, network) => total + network[field], 0);
  const [failed, pending, processing] = [sum('failed24h'), sum('pending'), sum('processing')];
  const delivering = working.some(({ lastDelivery }) => lastDelivery !== null);
  if (failed > 0) {
    return {
      stage: 'failures_waiting',
      message: `${count(failed, 'postback')} failed in the last 24 h.`,
      steps: [
        { command: 'postback logs --status failed', why: 'see why' },
        { command: 'postback doctor', why: 'check connection, goals and definitions' },
        {
          command: 'postback replay --dry-run',
          why: 'see what would be sent again, after you fix the cause',
        },
      ],
    };
  }
  const held = working.find(({ fix, pending: waiting }) => fix !== undefined && waiting > 0);
  const stranded = working.filter(isForOther);
  if (pending > 0 && working.every((network) => network.pending === 0 || isForOther(network))) {
    return {
      stage: 'postbacks_waiting',
      message:
        `${stranded[0]!.title}: ` +
        (stranded[0]!.problem ?? 'pending postbacks were recorded for another account.'),
      steps: [
        {
          command: `${REPLAY_PENDING} --account-changed`,
          why: 'send them to the connected account',
        },
        ...stranded.map(({ network }) => ({
          command: `postback connect ${network} --replace`,
          why: 'or connect the account that they were recorded for',
        })),
      ],
    };
  }
  if (pending > 0) {
    return {
      stage: 'postbacks_waiting',
      message:
        held?.problem ??
        `${count(pending, 'postback')} ${pending === 1 ? 'is' : 'are'} pending.${sayDeadline(working)}`,
      steps: [
        { command: 'postback replay --state pending --all', why: 'deliver them' },
        { command: 'postback status', why: 'see which network they are pending for' },
      ],
    };
  }
  if (unsent !== undefined) return describeUnsent(unsent);
  if (!delivering && processing === 0) {
    return {
      stage: 'nothing_sent',
      message: 'Setup is complete. Nothing was sent yet.',
      steps: [
        { command: 'postback send FILE --dry-run', why: 'see what would be sent' },
        { command: 'postback send FILE', why: 'deliver it' },
        { command: 'postback test', why: 'send a test conversion for each goal' },
      ],
    };
  }
  if (processing > 0) {
    return {
      stage: 'processing',
      message:
        `All is well. ${count(processing, 'postback')} ${processing === 1 ? 'is' : 'are'} ` +
        'accepted but not decided yet.',
      steps: [
        {
          command: 'postback replay --state pending --all',
          why: 'check the result at the network',
        },
        ...WELL,
      ],
    };
  }
  return describeWorking(working);
}

/** Says until when the first of the pending postbacks can be sent. */
function sayDeadline(networks: readonly NetworkStatus[]): string {
  const [first] = networks.flatMap(({ deadline }) => deadline ?? []).sort();
  return first === undefined ? '' : ` The first can be sent until ${first}.`;
}

const DOCTOR = 'postback doctor';
const SEE_SKIPS = 'see each skip and its reason';

function describeUnsent({ problem, next }: UnsentRun): Guidance {
  const isOfTime = next === DOCTOR;
  return {
    stage: 'all_skipped',
    message: problem,
    steps: [
      { command: next, why: isOfTime ? 'check the clock' : SEE_SKIPS },
      {
        command: 'postback explain FILE',
        why: 'see gate by gate why a line of the file was skipped',
      },
      isOfTime
        ? { command: 'postback logs --status skipped', why: SEE_SKIPS }
        : { command: DOCTOR, why: 'check the clock, the connections and the goals' },
    ],
  };
}

/** A network that nothing was sent to yet is not a problem where others deliver. */
function hasProblem(network: NetworkStatus): boolean {
  const { problem, health, goalsMapped, goalsActive, source } = network;
  if (problem === undefined) return false;
  // The sandbox connects every network, those that nobody wants to try too.
  if (source === 'sandbox' && health === 'no_recent_activity') return false;
  return health !== 'no_recent_activity' || goalsMapped < goalsActive;
}

/** All is well only where no network has a problem and nothing is failed. */
function describeWorking(working: readonly NetworkStatus[]): Guidance {
  const found = working.find(hasProblem);
  if (found?.problem !== undefined) {
    const step = { command: found.next ?? 'postback status', why: 'fix it' };
    return {
      stage: 'attention',
      message: `${found.title}: ${found.problem}`,
      steps: [step, ...WELL],
    };
  }
  const earlier = working.reduce((total, { failed }) => total + failed, 0);
  if (earlier === 0) return { stage: 'well', message: 'All is well.', steps: WELL };
  return {
    stage: 'well',
    message: `Delivering. ${count(earlier, 'postback')} failed more than 24 h ago.`,
    steps: [
      { command: 'postback logs --status failed --since 30d', why: 'see why they failed' },
      ...WELL,
    ],
  };
}

/** Whether all that waits at a network was recorded for accounts that are not connected. */
function isForOther({ pending, otherAccounts = {} }: NetworkStatus): boolean {
  const others = Object.values(otherAccounts).reduce((total, number) => total + number, 0);
  return others > 0 && others === pending;
}

const WELL: NextStep[] = [
  { command: 'postback status', why: 'connections, goals and the last 24 hours' },
  { command: 'postback logs', why: 'what was sent, and why something was not' },
  { command: 'postback stats', why: 'delivery rate and response time' },
];

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
