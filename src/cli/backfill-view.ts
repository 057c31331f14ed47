import type { BackfillDay, BackfillPlan } from '../delivery/backfill-plan.js';
import type { IO } from './io.js';
import type { Column } from './table.js';
import { printTable } from './table.js';

const COLUMNS: Column<BackfillDay>[] = [
  { header: 'Day', value: ({ day }) => day },
  { header: 'Network', value: ({ network }) => network },
  { header: 'Events', value: ({ events }) => events, align: 'right' },
  {
    header: 'To send',
    value: ({ eligible }) => eligible,
    align: 'right',
    paint: (text, color) => color.green(text),
  },
  {
    header: 'Expire in 24 h',
    value: ({ expiringSoon }) => expiringSoon,
    align: 'right',
    paint: (text, color, { expiringSoon }) => (expiringSoon > 0 ? color.yellow(text) : text),
  },
  {
    header: 'Too old',
    value: ({ tooOld }) => tooOld,
    align: 'right',
    paint: (text, color, { tooOld }) => (tooOld > 0 ? color.red(text) : text),
  },
  {
    header: 'Already sent',
    value: ({ alreadyDelivered }) => alreadyDelivered,
    align: 'right',
    dropOrder: 2,
  },
  {
    header: 'Other skips',
    value: ({ otherwiseSkipped }) => otherwiseSkipped,
    align: 'right',
    dropOrder: 1,
  },
];

/** The sums of all rows, as the last row of a table that people read. */
function totalOf(days: readonly BackfillDay[]): BackfillDay {
  const total = (field: Exclude<keyof BackfillDay, 'day' | 'network'>): number =>
    days.reduce((sum, row) => sum + row[field], 0);
  return {
    day: 'Total',
    network: '',
    events: total('events'),
    eligible: total('eligible'),
    expiringSoon: total('expiringSoon'),
    tooOld: total('tooOld'),
    alreadyDelivered: total('alreadyDelivered'),
    otherwiseSkipped: total('otherwiseSkipped'),
  };
}

/** Shows what a backfill found: per day and network, then what is lost in plain words. */
export async function printBackfillPlan(io: IO, plan: BackfillPlan): Promise<void> {
  const rows =
    io.isTerminal && plan.days.length > 1 ? [...plan.days, totalOf(plan.days)] : plan.days;
  await printTable(io, rows, COLUMNS, { empty: 'These files contain no conversions.' });
  const { eligible, expiringSoon, tooOld, alreadyDelivered, outside } = plan;
  const count = (number: number): string => number.toLocaleString('en-US');
  const words = [`${count(eligible)} postbacks can be sent.`];
  if (expiringSoon > 0)
    words.push(`${count(expiringSoon)} of them expire within 24 hours and are sent first.`);
  if (tooOld > 0)
    words.push(
      `${count(tooOld)} are older than the network accepts and cannot be sent. --rejects FILE ` +
        'lists them.',
    );
  if (alreadyDelivered > 0)
    words.push(
      `${count(alreadyDelivered)} were recorded before or appear twice, and are not sent again.`,
    );
  if (outside > 0) words.push(`${count(outside)} events are outside --since and --until.`);
  await io.info(words.join('\n'));
}
