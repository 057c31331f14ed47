import type { ConversionGoal } from '../goals/goal.js';
import { formatMapping } from '../goals/mapping.js';
import type { IO } from './io.js';
import { printRecord, printTable } from './table.js';

/** Prints goals as a table. */
export async function printGoals(io: IO, goals: readonly ConversionGoal[]): Promise<void> {
  await printTable(
    io,
    goals,
    [
      { header: 'Id', value: ({ id }) => id },
      { header: 'Name', value: ({ name }) => name, dropOrder: 1 },
      { header: 'Event', value: ({ event }) => event },
      { header: 'Trigger', value: ({ trigger }) => trigger, dropOrder: 2 },
      { header: 'Filters', value: ({ filters }) => filters.join(' and ') },
      {
        header: 'State',
        value: ({ enabled }) => (enabled ? 'enabled' : 'disabled'),
        paint: (text, color, { enabled }) => (enabled ? color.green(text) : color.yellow(text)),
      },
      { header: 'Mapped', value: ({ map }) => Object.keys(map).join(', ') },
    ],
    { empty: 'There are no goals yet. Next: postback goals add --template first-purchase' },
  );
}

/** Prints everything about one goal. */
export async function printGoal(io: IO, goal: ConversionGoal): Promise<void> {
  await printRecord(io, [
    ['Id', goal.id],
    ['Name', goal.name],
    ['Description', goal.description],
    ['Event', goal.event],
    [
      'Trigger',
      goal.trigger === 'once'
        ? "once: a player's first conversion only"
        : 'repeatable: every conversion',
    ],
    ['Filters', goal.filters.length === 0 ? 'none' : goal.filters.join(' and ')],
    ['State', goal.enabled ? 'enabled' : 'disabled'],
    ...pairsOf(goal.map, 'Mapped at'),
    ...pairsOf(goal.testMap, 'Test events at'),
  ]);
}

function pairsOf(map: ConversionGoal['map'], label: string): [string, string][] {
  return Object.entries(map).map(([network, mapping]) => [
    `${label} ${network}`,
    formatMapping(mapping),
  ]);
}
