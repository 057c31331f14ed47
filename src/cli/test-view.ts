import type { TestResult } from '../delivery/test-results.js';
import type { IO } from './io.js';
import { printTable } from './table.js';

const PAINT: Readonly<Record<TestResult['status'], 'green' | 'red' | 'yellow' | 'dim'>> = {
  delivered: 'green',
  planned: 'green',
  failed: 'red',
  skipped: 'red',
  pending: 'yellow',
  refused: 'yellow',
};

/** One row for each goal and network. */
export async function printTests(io: IO, tests: readonly TestResult[]): Promise<void> {
  await printTable(
    io,
    tests,
    [
      { header: 'Goal', value: ({ goal }) => goal },
      { header: 'Network', value: ({ network }) => network },
      {
        header: 'Result',
        value: ({ status }) => status,
        paint: (text, color, { status }) => color[PAINT[status]](text),
      },
      { header: 'HTTP', value: ({ http }) => http, align: 'right', dropOrder: 2 },
      { header: 'Message', value: ({ message }) => message },
      { header: 'Event ID', value: ({ eventId }) => eventId, dropOrder: 1 },
    ],
    { empty: 'No goal is mapped at a connected network.' },
  );
}
