import { join } from 'node:path';
import { assignVariable, quoteWord } from '../shell-word.js';
import type { ChalkInstance } from 'chalk';
import type { DemoResult, DemoStep } from '../demo/demo.js';
import { formatMapping } from '../goals/mapping.js';
import type { IO } from './io.js';
import { printSummary } from './summary-view.js';

/** Describes a step of the demo. */
export function describeDemoStep(step: DemoStep, color: ChalkInstance): string {
  switch (step.type) {
    case 'sandbox':
      return heading(
        color,
        'sandbox',
        `A local sandbox of Amazon is running at ${step.url}. Nothing leaves this machine.`,
      );
    case 'consent':
      return [
        heading(
          color,
          'connect',
          'Normally you open this page in a browser and allow access. The demo does it for you:',
        ),
        color.dim(`  ${step.url}`),
        color.dim(`  and Amazon redirects the browser to ${step.redirectUri}`),
      ].join('\n');
    case 'connected': {
      const { account, accountName, region } = step.connection;
      return `  Connected to ${account}${accountName ? `, ${accountName}` : ''} (${region ?? ''}).`;
    }
    case 'goals': {
      const width = Math.max(...step.goals.map(({ id }) => id.length));
      const rows = step.goals.map(({ id, event, map }) => {
        const value =
          map.amazon === undefined ? color.yellow('not mapped') : formatMapping(map.amazon);
        return `  ${id.padEnd(width)}  ${event.padEnd(20)}  ${value}`;
      });
      return [
        heading(
          color,
          'goals add, map',
          'The events that count, and their conversion definitions:',
        ),
        ...rows,
      ].join('\n');
    }
    case 'sending':
      return heading(color, 'send', `${step.lines} sample events of the last few days:`);
  }
}

export interface DemoEnding {
  durationMs: number;
  /** A signal ended it early. */
  stopped: boolean;
  /** Prints the rows of the log. */
  printLog: () => Promise<unknown>;
}

/**
 * Prints the results of the demo: summary, log, the number of conversions in the sandbox, and next
 * steps.
 */
export async function printDemo(
  io: IO,
  result: DemoResult,
  { durationMs, stopped, printLog }: DemoEnding,
): Promise<void> {
  const { summary, held, home } = result;
  const color = io.color.err;
  await printSummary(io, summary);
  if (stopped) return;
  await io.info(
    heading(
      color,
      'logs --all',
      'Some rows of the log. The first request was throttled and retried:',
    ),
  );
  await printLog();
  await io.info(
    `\nThe sandbox received ${held.conversions} conversions. ${summary.delivered} were ` +
      `delivered. The demo took ${(durationMs / 1000).toFixed(1)} s.`,
  );
  const steps =
    home === undefined ? [KEEP_STEP, ...NEXT_STEPS] : [...keptSteps(home), ...NEXT_STEPS];
  const width = Math.max(...steps.map(([command]) => command.length));
  await io.info(`\n${color.bold('Next')}`);
  for (const [command, why] of steps)
    await io.info(`  ${color.cyan(command.padEnd(width))}  ${why}`);
}

const KEEP_STEP = ['postback demo --keep ./try-out', 'run the demo and keep its files'] as const;

const NEXT_STEPS: readonly (readonly [string, string])[] = [
  ['postback connect amazon', 'connect your own advertising account'],
  ['postback goals add', 'choose which of your events count'],
  ['postback send FILE --dry-run', 'see what would be sent of your events'],
];

function keptSteps(home: string): [string, string][] {
  return [
    [assignVariable('POSTBACK_HOME', home), 'use the files of this demo instead of your own'],
    ['postback logs --all --sandbox', 'every attempt and every skip'],
    [
      `postback send ${quoteWord(join(home, 'events.jsonl'))} --sandbox`,
      'send again: nothing is sent twice',
    ],
  ];
}

function heading(color: ChalkInstance, command: string, words: string): string {
  return `\n${color.bold(`postback ${command}`)}\n${words}`;
}
