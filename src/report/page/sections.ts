import { BENCHMARKS, gradeRate, gradeTime, type Grade } from '../benchmarks.js';
import { roundDown, type MetricsData } from '../metrics.js';
import { Sum } from '../money.js';
import { toStats } from '../stats.js';
import type { ReasonCount, Aggregate } from '../aggregate.js';
import { describeCount, describeRate, describeSpan, GRADE_WORDS } from '../words.js';
import { html, type Html } from './html.js';
import { listResponseSteps, renderResponses } from './response-chart.js';
import type { Interval } from './intervals.js';
import { renderTable, type TableColumn } from './table.js';
import { FATES, renderDeliveries, renderRate } from './time-charts.js';

/** Fixes by reason, for people. */
export interface Advice {
  /** By the reason of a skip. */
  skips: Readonly<Record<string, string>>;
  /** By the kind of a failure or of a wait. */
  byKind: Readonly<Record<string, string>>;
}

const number = (head: string): TableColumn => ({ head, isNumber: true });

/** The figures that come first, with how they stand. */
export function renderTiles({ total, money }: Aggregate): Html {
  const { deliveryRate, responseTimeMs, accuracy, conversions, delivered } = total.metrics.toData();
  const { mean, p95 } = responseTimeMs;
  const [most, ...others] = listMoney(money);
  return html`<ul class="tiles">
    <li>
      <span class="soft">Delivery rate</span
      ><b>${describeRate(deliveryRate)}</b
      >${renderGrade(deliveryRate, (rate) => gradeRate(rate, BENCHMARKS.deliveryRate), 'good is 98 % or more')}
    </li>
    <li>
      <span class="soft">Average response time</span
      ><b>${describeSpan(mean)}</b
      >${renderGrade(mean, gradeTime, `95 % within ${describeSpan(p95)}; good is less than 2 min`)}
    </li>
    <li>
      <span class="soft">Accuracy</span
      ><b>${describeRate(accuracy)}</b
      >${renderGrade(accuracy, (rate) => gradeRate(rate, BENCHMARKS.accuracy), 'good is 95 % or more')}
    </li>
    <li>
      <span class="soft">Delivered</span><b>${describeCount(delivered)}</b
      ><span class="soft">of ${describeCount(conversions)} conversions</span>
    </li>
    ${most && renderMoneyTile(most, others.length)}
  </ul>`;
}

/** Cents are for the table, where the amount is large. */
function renderMoneyTile({ currency, amount }: Reported, others: number): Html {
  const shown = amount.length > 10 ? amount.replace(/\.\d+$/, '') : amount;
  const more = others === 0 ? 'with delivered conversions' : `and ${countOf(others)} below`;
  return html`<li>
    <span class="soft">Value reported</span><b>${shown}</b
    ><span class="soft">${currency}, ${more}</span>
  </li>`;
}

function countOf(currencies: number): string {
  return currencies === 1 ? 'one more currency' : `${currencies} more currencies`;
}

function renderGrade(
  value: number | null,
  gradeOf: (value: number) => Grade,
  benchmark: string,
): Html {
  if (value === null) return html`<span class="soft">no data</span>`;
  const grade = gradeOf(value);
  return html`<span
    ><span class="${grade}">${GRADE_WORDS[grade]}</span><span class="soft">${benchmark}</span></span
  >`;
}

/** Conversions and the delivery rate over time, with the numbers. */
export function renderTime(intervals: readonly Interval[], timeZone: string): Html {
  const legend = FATES.map(
    (fate) =>
      html`<li>
        <svg viewBox="0 0 10 10" aria-hidden="true">
          <rect class="${fate}" width="10" height="10" /></svg
        >${FATE_WORDS[fate]}
      </li>`,
  );
  const rows = intervals.map(({ name, metrics }) => [
    name,
    ...FATES.map((fate) => describeCount(metrics[fate])),
    describeRate(roundDown(metrics.deliveryRate)),
  ]);
  const columns = [{ head: 'When' }, ...FATES.map((fate) => number(HEADS[fate])), number('Rate')];
  return html`<section class="long" aria-labelledby="time">
    <h2 id="time">Conversions over time</h2>
    <ul class="legend">
      ${legend}
    </ul>
    <figure tabindex="0">${renderDeliveries(intervals)}</figure>
    <h2>Delivery rate over time</h2>
    <figure tabindex="0">${renderRate(intervals)}</figure>
    <details>
      <summary>Both charts as a table</summary>
      ${renderTable(`Conversions and delivery rate, times in ${timeZone}`, columns, rows)}
    </details>
  </section>`;
}

const HEADS = {
  delivered: 'Delivered',
  failed: 'Failed',
  pending: 'Waiting',
  lost: 'Lost',
} as const;
const FATE_WORDS = {
  delivered: 'delivered',
  failed: 'failed permanently',
  pending: 'waiting',
  lost: 'lost: no postback possible',
} as const;

/** How long deliveries took. */
export function renderResponseSection(aggregate: Aggregate): Html {
  const steps = listResponseSteps(aggregate);
  const total = aggregate.total.metrics.delivered;
  const { mean, p50, p95, p99 } = aggregate.total.metrics.toData().responseTimeMs;
  const rows = steps.map(({ name, count, grade }) => [
    name,
    describeCount(count),
    `${total === 0 ? 0 : Math.floor((count / total) * 1000) / 10} %`,
    GRADE_WORDS[grade],
  ]);
  return html`<section aria-labelledby="response">
    <h2 id="response">Response time</h2>
    <p>
      From the conversion to the network's answer: on average ${describeSpan(mean)}, half within
      ${describeSpan(p50)}, 95 % within ${describeSpan(p95)}, 99 % within ${describeSpan(p99)}.
    </p>
    <figure tabindex="0">${renderResponses(steps)}</figure>
    ${renderTable('Delivered conversions by response time', [{ head: 'Took' }, number('Delivered'), number('Share'), { head: 'Rating' }], rows)}
  </section>`;
}

/** Metrics by network and by goal. */
export function renderSegments(aggregate: Aggregate): Html {
  const { networks, goals } = toStats(aggregate);
  const columns = (head: string): TableColumn[] => [
    { head },
    ...[
      'Conversions',
      'Delivered',
      'Failed',
      'Waiting',
      'Lost',
      'Rate',
      'Average',
      '95 % within',
      'Accuracy',
    ].map(number),
  ];
  const rows = (segments: Record<string, MetricsData>): (string | Html)[][] =>
    Object.entries(segments).map(([name, metrics]) => [name, ...listCells(metrics)]);
  return html`<section aria-labelledby="shares">
    <h2 id="shares">By network and goal</h2>
    ${renderTable('Results of conversions by network', columns('Network'), rows(networks))}
    <p></p>
    ${renderTable('Results of conversions by goal', columns('Goal'), rows(goals))}
  </section>`;
}

function listCells(metrics: MetricsData): string[] {
  const { conversions, delivered, failed, pending, lost, deliveryRate, responseTimeMs, accuracy } =
    metrics;
  return [
    ...[conversions, delivered, failed, pending, lost].map(describeCount),
    describeRate(deliveryRate),
    describeSpan(responseTimeMs.mean),
    describeSpan(responseTimeMs.p95),
    describeRate(accuracy),
  ];
}

/** Money that was reported, by currency and network; nothing where none was. */
export function renderMoney({ money }: Aggregate): Html {
  const rows = listMoney(money).flatMap(({ currency, sums }) =>
    [...sums]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([network, sum]) => [
        currency,
        network,
        formatAmount(String(sum)),
        describeCount(sum.count),
      ]),
  );
  if (rows.length === 0) return html``;
  const columns = [
    { head: 'Currency' },
    { head: 'Network' },
    number('Reported'),
    number('Conversions'),
  ];
  return html`<section aria-labelledby="money">
    <h2 id="money">Value reported</h2>
    <p>
      Value of delivered conversions as reported to the networks. A conversion that counts for two
      goals is reported for each. Currencies are not converted.
    </p>
    ${renderTable('Value reported, by currency and network', columns, rows)}
  </section>`;
}

interface Reported {
  currency: string;
  amount: string;
  sums: Map<string, Sum>;
}

/** Currencies, the one with the most conversions first. */
function listMoney(money: Aggregate['money']): Reported[] {
  const totals = [...money].map(([currency, sums]) => {
    const total = new Sum();
    for (const sum of sums.values()) total.addSum(sum);
    return { currency, sums, total };
  });
  return totals
    .sort((a, b) => b.total.count - a.total.count)
    .map(({ currency, sums, total }) => ({ currency, sums, amount: formatAmount(String(total)) }));
}

/** An amount as decimal text with its thousands apart and at least two decimals. */
function formatAmount(amount: string): string {
  const [whole = '0', fraction = ''] = amount.split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3}){1,20}$)/g, ',');
  return `${grouped}.${fraction.padEnd(2, '0')}`;
}

/** Failures, waits and skips by reason, each with what to do. */
export function renderReasons({ failures, waiting, skips }: Aggregate, advice: Advice): Html {
  const kindOf = ({ kind }: ReasonCount): string => advice.byKind[kind] ?? '';
  const tables = [
    renderReasonTable('Failed permanently', failures, kindOf),
    renderReasonTable('Waiting', waiting, kindOf),
    renderReasonTable('Not sent', skips, ({ reason }) => advice.skips[reason] ?? ''),
  ].filter((table) => table !== undefined);
  return html`<section class="long" aria-labelledby="reasons">
    <h2 id="reasons">Undelivered conversions and how to fix them</h2>
    ${tables.length === 0 ? html`<p>Nothing failed, is pending or was skipped.</p>` : tables}
  </section>`;
}

function renderReasonTable(
  caption: string,
  reasons: Aggregate['skips'],
  adviceOf: (reason: ReasonCount) => string,
): Html | undefined {
  if (reasons.size === 0) return undefined;
  const sorted = [...reasons.values()].sort((a, b) => b.count - a.count);
  const rows = sorted.map((one) => [
    html`<code>${one.reason === '' ? one.kind : one.reason}</code>`,
    describeCount(one.count),
    [...one.networks.keys()].sort().join(', '),
    one.message === undefined ? adviceOf(one) : `${adviceOf(one)} The network said: ${one.message}`,
  ]);
  const columns = [
    { head: 'Reason' },
    number('Count'),
    { head: 'Network' },
    { head: 'Meaning and fix', isText: true },
  ];
  return html`${renderTable(caption, columns, rows)}
    <p></p>`;
}
