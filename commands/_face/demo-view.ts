import type { ChalkInstance } from 'chalk';
import type { DemoResult, DemoStep } from '../../src/demo/demo.js';
import { formatMapping } from '../../src/goals/mapping.js';
import type { IO } from './io.js';
import { printSummary } from './run-view.js';

/** One step of the demo in words. */
export function describeDemoStep(step: DemoStep, color: ChalkInstance): string {
  switch (step.type) {
    case 'sandbox':
      return heading(color, 'sandbox', `A stand-in for Amazon runs at ${step.url}. Nothing leaves this machine.`);
    case 'consent':
      return [
        heading(color, 'connect', 'You would open this page in a browser and allow access; the demo does it for you:'),
        color.dim(`  ${step.url}`),
        color.dim(`  and Amazon sends the browser back to ${step.redirectUri}`),
      ].join('\n');
    case 'connected': {
      const { account, accountName, region } = step.connection;
      return `  Connected to ${account}${accountName ? `, ${accountName}` : ''} (${region ?? ''}).`;
    }
    case 'goals': {
      const width = Math.max(...step.goals.map(({ id }) => id.length));
      const rows = step.goals.map(({ id, event, map }) => {
        const value = map.amazon === undefined ? color.yellow('not mapped') : formatMapping(map.amazon);
        return `  ${id.padEnd(width)}  ${event.padEnd(20)}  ${value}`;
      });
      return [heading(color, 'goals add, map', 'Which events count, and as what:'), ...rows].join('\n');
    }
    case 'sending':
      return heading(color, 'send', `${step.lines} lines of a made-up game, of the last days:`);
  }
}

export interface DemoEnding {
  durationMs: number;
  /** A signal ended it early. */
  stopped: boolean;
  /** Prints the rows of the log. */
  printLog: () => Promise<unknown>;
}

/** What the demo came to: summary, log, what the stand-in holds, and what can be typed next. */
export async function printDemo(
  io: IO,
  result: DemoResult,
  { durationMs, stopped, printLog }: DemoEnding,
): Promise<void> {
  const { summary, held, home } = result;
  const color = io.color.err;
  await printSummary(io, summary, true);
  if (stopped) return;
  await io.remark(
    heading(color, 'logs --all', 'A few of its rows. The first batch was turned away once, and tried again:'),
  );
  await printLog();
  await io.remark(
    `\nThe stand-in holds ${held.conversions} conversions; ${summary.delivered} were delivered, ` +
      `in ${(durationMs / 1000).toFixed(1)} s with everything before.`,
  );
  const steps = home === undefined ? NEXT_STEPS : [...keptSteps(home), ...NEXT_STEPS];
  const width = Math.max(...steps.map(([command]) => command.length));
  await io.remark(`\n${color.bold('Next')}`);
  for (const [command, why] of steps) await io.remark(`  ${color.cyan(command.padEnd(width))}  ${why}`);
}

const NEXT_STEPS: readonly (readonly [string, string])[] = [
  ['postback demo --keep ./try-out', 'the same, to look around in afterwards'],
  ['postback connect amazon', 'connect your own advertising account'],
  ['postback goals add', 'say which of your events count'],
  ['postback send events.jsonl --dry-run', 'see what would be sent'],
];

function keptSteps(home: string): [string, string][] {
  const quoted = /^[\w./-]+$/.test(home) ? home : `'${home.replaceAll("'", "'\\''")}'`;
  return [
    [`export POSTBACK_HOME=${quoted}`, 'look at this demo instead of your own files'],
    ['postback logs --all', 'every attempt and every skip'],
    ['postback goals', 'the goals and what they are mapped to'],
  ];
}

function heading(color: ChalkInstance, command: string, words: string): string {
  return `\n${color.bold(`postback ${command}`)}\n${words}`;
}
