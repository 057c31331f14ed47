import type { Mapping } from '../goals/goal.js';
import { formatMapping, type MappingRow } from '../goals/mapping.js';
import type { IO } from './io.js';
import { printTable } from './table.js';

/** Prints goals against networks, with what is wrong or missing. */
export async function printMappings(io: IO, rows: readonly MappingRow[]): Promise<void> {
  await printTable(
    io,
    rows,
    [
      { header: 'Goal', value: ({ goal }) => goal },
      { header: 'Network', value: ({ network }) => network },
      { header: 'Value', value: ({ value, default: named }) => formatOrNothing(value ?? named) },
      { header: 'Test', value: ({ test }) => formatOrNothing(test), dropOrder: 1 },
      {
        header: 'State',
        value: describeState,
        paint: (text, color, { valid }) => (valid ? color.green(text) : color.yellow(text)),
      },
    ],
    { empty: 'There are no goals to map yet. Next: postback goals add --template first-purchase' },
  );
}

function describeState({ value, valid, problem }: MappingRow): string {
  if (problem !== undefined) return problem;
  if (value === null) return valid ? 'named by default' : 'not mapped: not sent';
  return 'mapped';
}

function formatOrNothing(mapping: Mapping | null | undefined): string | null {
  return mapping ? formatMapping(mapping) : null;
}
