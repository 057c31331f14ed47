import { gradeTime, type Grade } from '../benchmarks.js';
import { RESPONSE_STEPS_MS, type Aggregate } from '../aggregate.js';
import { describeCount, describeSpan, GRADE_WORDS } from '../words.js';
import { makeCanvas, renderChart, round } from './chart.js';
import { html, type Html } from './html.js';

/** Conversions that took so long to be delivered. */
export interface ResponseStep {
  name: string;
  label: string;
  count: number;
  /** Grade of this response time against the benchmark. */
  grade: Grade;
}

/** The response times of a survey in steps that people think in. */
export function listResponseSteps({ responseSteps }: Aggregate): ResponseStep[] {
  return responseSteps.map((count, index) => {
    const fromMs = RESPONSE_STEPS_MS[index - 1];
    const toMs = RESPONSE_STEPS_MS[index];
    const [from, to] = [fromMs, toMs].map((ms) => ms && describeSpan(ms));
    const name =
      from && to ? `${from} to ${to}` : from ? `${from} or more` : `less than ${to ?? ''}`;
    const label = from && to ? `to ${to}` : from ? `longer` : `< ${to ?? ''}`;
    return { name, label, count, grade: gradeTime((fromMs ?? 0) + 1) };
  });
}

/** How long deliveries took. */
export function renderResponses(steps: readonly ResponseStep[]): Html {
  const highest = Math.max(1, ...steps.map(({ count }) => count));
  const total = steps.reduce((sum, { count }) => sum + count, 0);
  const good = steps.reduce((sum, { count, grade }) => sum + (grade === 'good' ? count : 0), 0);
  const canvas = makeCanvas({
    steps: steps.map(({ name }) => name),
    domain: [0, highest],
    isRounded: true,
  });
  const marks = steps.flatMap(({ name, count, grade }) => {
    if (count === 0) return [];
    const top = Math.min(canvas.y(count), canvas.bottom - 1);
    return [
      html`<rect
        class="step-${grade}"
        x="${round(canvas.x(name) ?? 0)}"
        y="${round(top)}"
        width="${round(canvas.x.bandwidth())}"
        height="${round(canvas.bottom - top)}"
        ><title>${name}: ${describeCount(count)} (${GRADE_WORDS[grade]})</title></rect
      >`,
    ];
  });
  return renderChart({
    id: 'responses',
    title: 'Time from conversion to delivery',
    summary:
      `${describeCount(good)} of ${describeCount(total)} were delivered in less than 2 minutes, ` +
      'which is good.',
    canvas,
    labels: steps.map(({ label }) => label),
    formatAmount: describeCount,
    marks,
  });
}
