import { stripVTControlCharacters } from 'node:util';
import fc from '../../kit/property.js';
import { describe, expect, it } from 'vitest';
import { displayWidth, wrapText } from '../../../src/cli/table-layout.js';
import { printRecord, printTable, type Column } from '../../../src/cli/table.js';
import { createMemoryIO } from '../../kit/memory-io.js';

interface Goal {
  id: string;
  name: string;
  count?: number;
}

const columns: Column<Goal>[] = [
  { header: 'ID', value: (goal) => goal.id, paint: (text, color) => color.cyan(text) },
  { header: 'Name', value: (goal) => goal.name },
  { header: 'Count', value: (goal) => goal.count, align: 'right', dropOrder: 1 },
];
const goals: Goal[] = [
  { id: 'first-purchase', name: 'First purchase of a season pass', count: 7 },
  { id: 'level', name: '购买' },
];

async function show(
  width: number | undefined,
  rows: Iterable<Goal> | AsyncIterable<Goal> = goals,
  pageSize?: number,
) {
  const { io, stdout, stderr } = createMemoryIO(width);
  const count = await printTable(io, rows, columns, {
    empty: 'No goals.',
    ...(pageSize ? { pageSize } : {}),
  });
  return {
    count,
    lines: stripVTControlCharacters(stdout.text).split('\n').slice(0, -1),
    words: stderr.text,
  };
}

describe('on a terminal', () => {
  it('columns are aligned, without boxes', async () => {
    expect((await show(80)).lines).toEqual([
      'ID              Name                             Count',
      'first-purchase  First purchase of a season pass      7',
      'level           购买',
    ]);
  });

  it('a narrow one loses columns by priority, says so, then wraps', async () => {
    const { lines, words } = await show(36);
    expect(lines).toEqual([
      'ID              Name',
      'first-purchase  First purchase of a',
      '                season pass',
      'level           购买',
    ]);
    expect(words).toMatch(/Hidden columns:\s+Count/);
  });

  it('one too narrow for columns shows records', async () => {
    expect((await show(10)).lines.slice(0, 3)).toEqual([
      'ID: first-purchase',
      'Name: First purchase of a season pass',
      'Count: 7',
    ]);
  });

  it('pages stay aligned and have one header', async () => {
    expect((await show(80, goals, 1)).lines).toEqual((await show(80)).lines);
  });

  it('no row is said in words', async () => {
    expect(await show(80, [])).toEqual({ count: 0, lines: [], words: 'No goals.\n' });
  });
});

describe('in a pipe', () => {
  it('is tab-separated, never cut, one line a row', async () => {
    async function* rows(): AsyncGenerator<Goal> {
      yield* goals;
      yield { id: 'odd', name: 'a\tb\nc\u001b[31m', count: 0 };
    }
    expect((await show(undefined, rows(), 2)).lines).toEqual([
      'id\tname\tcount',
      'first-purchase\tFirst purchase of a season pass\t7',
      'level\t购买\t',
      'odd\ta\\tb\\nc\t0',
    ]);
  });
});

it('a record leaves out what is not there', async () => {
  const { io, stdout } = createMemoryIO();
  await printRecord(io, [
    ['Network', 'amazon'],
    ['Region', undefined],
    ['Enabled', false],
  ]);
  expect(stdout.text).toBe('Network\tamazon\nEnabled\tfalse\n');
});

it('wrapped text keeps every character but spaces, and every line fits', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'é', ' ', '购', '-') }),
      fc.integer({ min: 8, max: 40 }),
      (text, width) => {
        const lines = wrapText(text, width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
      },
    ),
  );
});
