import type { BackfillDay, BackfillPlan } from '../../src/delivery/backfill-plan.js';
import type { IO } from './io.js';
import type { Column } from './table.js';
import { printTable } from './table.js';

const COLUMNS: Column<BackfillDay>[] = [
  { header: 'Day', value: ({ day }) => day },
  { header: 'Network', value: ({ network }) => network },
  { header: 'Events', value: ({ events }) => events, align: 'right' },
  { header: 'To send', value: ({ eligible }) => eligible, align: 'right', paint: (text, color) => color.green(text) },
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
  { header: 'Already sent', value: ({ alreadyDelivered }) => alreadyDelivered, align: 'right', dropOrder: 2 },
  { header: 'Other skips', value: ({ otherwiseSkipped }) => otherwiseSkipped, align: 'right', dropOrder: 1 },
];

/** Shows what a backfill found: per day and network, then what is lost in plain words. */
export async function printBackfillPlan(io: IO, plan: BackfillPlan): Promise<void> {
  await printTable(io, plan.days, COLUMNS, { empty: 'No event in these files is a conversion.' });
  const { eligible, expiringSoon, tooOld, alreadyDelivered, outside } = plan;
  const count = (number: number): string => number.toLocaleString('en-US');
  const words = [`${count(eligible)} postbacks can be sent.`];
  if (expiringSoon > 0) words.push(`${count(expiringSoon)} of them expire within 24 hours: they go first.`);
  if (tooOld > 0)
    words.push(`${count(tooOld)} are older than the network's window and are lost; --rejects FILE lists them.`);
  if (alreadyDelivered > 0)
    words.push(`${count(alreadyDelivered)} were recorded before or are there twice, and are not sent again.`);
  if (outside > 0) words.push(`${count(outside)} events are outside --since and --until.`);
  await io.remark(words.join('\n'));
}
