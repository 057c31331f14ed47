import type { NetworkStatus } from './network-status.js';

/** A command that can be typed now, and what it is for. */
export interface NextStep {
  command: string;
  why: string;
}

/** The errand as far as it has come: what `postback` alone answers to. */
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
  | 'well';

export interface Guidance {
  stage: Stage;
  /** Where the operator stands, in a sentence. */
  message: string;
  /** The most useful first. */
  steps: NextStep[];
}

interface Facts {
  networks: readonly NetworkStatus[];
  /** Networks whose grant somebody has to look at. */
  refused: readonly NetworkStatus[];
  goals: number;
}

/** What to do next in the present state, and why. Pure. */
export function findNextSteps({ networks, refused, goals }: Facts): Guidance {
  const connected = networks.filter((network) => network.connected);
  const working = connected.filter(({ enabled }) => enabled);
  const [first] = refused;
  if (first) {
    return describeRefused(first);
  }
  if (connected.length === 0) return describeNewcomer(goals);
  if (goals === 0) return describeNoGoals();
  if (working.every(({ goalsMapped }) => goalsMapped === 0)) return describeUnmapped(working, connected);
  return describeDelivery(working);
}

function describeRefused({ network, title, problem = 'the grant is refused.', next, fix }: NetworkStatus): Guidance {
  const message = problem.startsWith(title) ? problem : `${title}: ${problem}`;
  if (fix === 'accept_terms') {
    return {
      stage: 'terms_not_accepted',
      message,
      steps: [{ command: REPLAY_PENDING, why: 'once the terms are accepted: deliver what has waited' }],
    };
  }
  const command = next ?? `postback connect ${network}`;
  return {
    stage: 'grant_refused',
    message,
    steps: [
      { command, why: fix === 'permission' ? 'see what is missing' : 'connect again; mappings stay' },
      { command: REPLAY_PENDING, why: 'then deliver what has waited' },
    ],
  };
}

const REPLAY_PENDING = 'postback replay --state pending --all';

function describeNewcomer(goals: number): Guidance {
  return {
    stage: 'not_connected',
    message: 'No network is connected.',
    steps: [
      { command: 'postback demo', why: 'see the whole errand on a sandbox, in ten seconds' },
      { command: 'postback connect', why: 'connect an advertising account' },
      ...(goals === 0 ? [{ command: 'postback goals add', why: 'say which events count' }] : []),
    ],
  };
}

function describeNoGoals(): Guidance {
  return {
    stage: 'no_goals',
    message: 'There is no goal: nothing counts as a conversion.',
    steps: [
      { command: 'postback goals add', why: 'say which events count' },
      { command: 'postback goals templates', why: 'see the goals that others start with' },
    ],
  };
}

function describeUnmapped(working: readonly NetworkStatus[], connected: readonly NetworkStatus[]): Guidance {
  const [off] = connected.filter(({ enabled }) => !enabled);
  if (working.length === 0 && off) {
    return {
      stage: 'not_connected',
      message: 'Every connection is switched off.',
      steps: [{ command: `postback enable ${off.network}`, why: `send to ${off.title} again` }],
    };
  }
  const [{ title, goalsActive } = { title: 'the network', goalsActive: 0 }] = working;
  if (goalsActive === 0) {
    return {
      stage: 'no_goals',
      message: 'Every goal is disabled: nothing counts as a conversion.',
      steps: [{ command: 'postback goals list', why: 'see them, then postback goals enable GOAL' }],
    };
  }
  return {
    stage: 'nothing_mapped',
    message: 'No goal is mapped: nothing is sent.',
    steps: [
      { command: 'postback map', why: `say what each goal is called at ${title}` },
      { command: 'postback goals list', why: 'see the goals' },
    ],
  };
}

function describeDelivery(working: readonly NetworkStatus[]): Guidance {
  const sum = (field: 'failed24h' | 'pending' | 'processing'): number =>
    working.reduce((total, network) => total + network[field], 0);
  const [failed, pending, processing] = [sum('failed24h'), sum('pending'), sum('processing')];
  const delivering = working.some(({ lastDelivery }) => lastDelivery !== null);
  if (failed > 0) {
    return {
      stage: 'failures_waiting',
      message: `${count(failed, 'attempt')} finally failed in the last 24 h.`,
      steps: [
        { command: 'postback logs --status failed', why: 'see why' },
        { command: 'postback doctor', why: 'check connection, goals and definitions' },
        { command: 'postback replay --dry-run', why: 'see what would be sent again, once the cause is mended' },
      ],
    };
  }
  const held = working.find(({ fix, pending: waiting }) => fix !== undefined && waiting > 0);
  const stranded = working.filter(isForOther);
  if (pending > 0 && working.every((network) => network.pending === 0 || isForOther(network))) {
    return {
      stage: 'postbacks_waiting',
      message: `${stranded[0]!.title}: ${stranded[0]!.problem ?? 'what waits was recorded for another account.'}`,
      steps: [
        { command: `${REPLAY_PENDING} --account-changed`, why: 'send them to the account that is connected now' },
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
      message: held?.problem ?? `${count(pending, 'postback')} wait${pending === 1 ? 's' : ''} to be sent.`,
      steps: [
        { command: 'postback replay --state pending --all', why: 'deliver them' },
        { command: 'postback status', why: 'see which network they wait for' },
      ],
    };
  }
  if (!delivering && processing === 0) {
    return {
      stage: 'nothing_sent',
      message: 'All is set up, and nothing was sent yet.',
      steps: [
        { command: 'postback send FILE --dry-run', why: 'see what would be sent' },
        { command: 'postback send FILE', why: 'deliver it' },
        { command: 'postback test', why: 'send a made-up conversion for each goal' },
      ],
    };
  }
  if (processing > 0) {
    return {
      stage: 'processing',
      message: `All is well. ${count(processing, 'postback')} ${processing === 1 ? 'is' : 'are'} still being decided upon.`,
      steps: [
        { command: 'postback replay --state pending --all', why: 'ask the network what became of them' },
        ...WELL,
      ],
    };
  }
  return { stage: 'well', message: 'All is well.', steps: WELL };
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
