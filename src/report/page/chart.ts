import { scaleBand, scaleLinear, type ScaleBand, type ScaleLinear } from 'd3-scale';
import { html, type Html } from './html.js';

const WIDTH = 760;
const HEIGHT = 260;
const MARGIN = { top: 14, right: 12, bottom: 28, left: 70 };
/** An axis label needs so much room. */
const LABEL_PX = 58;

/** Drawing area of a chart: steps from left to right, amounts from bottom to top. */
export interface Canvas {
  x: ScaleBand<string>;
  y: ScaleLinear<number, number>;
  left: number;
  right: number;
  bottom: number;
}

interface CanvasParts {
  /** Keys of the steps, in order. */
  steps: readonly string[];
  /** The amounts at the bottom and at the top. */
  domain: readonly [number, number];
  /** Whether the top is moved up to a round amount. */
  isRounded: boolean;
}

/** Lays out a chart. */
export function makeCanvas({ steps, domain, isRounded }: CanvasParts): Canvas {
  const [left, right, bottom] = [MARGIN.left, WIDTH - MARGIN.right, HEIGHT - MARGIN.bottom];
  const x = scaleBand(steps, [left, right]).paddingInner(0.18).paddingOuter(0.1);
  const y = scaleLinear(domain, [bottom, MARGIN.top]);
  return { x, y: isRounded ? y.nice(4) : y, left, right, bottom };
}

interface ChartParts {
  id: string;
  title: string;
  /** Text alternative of the chart, in a sentence or two. */
  summary: string;
  canvas: Canvas;
  /** Labels of the steps; left out where there is no room. */
  labels: readonly string[];
  formatAmount: (amount: number) => string;
  marks: readonly Html[];
}

/**
 * Renders a chart as an image with a title and a description. A table next to it has the same
 * numbers.
 */
export function renderChart({
  id,
  title,
  summary,
  canvas,
  labels,
  formatAmount,
  marks,
}: ChartParts): Html {
  return html`<svg
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    role="img"
    aria-labelledby="${id}-title ${id}-summary"
  >
    <title id="${id}-title">${title}</title>
    <desc id="${id}-summary">${summary}</desc>
    ${renderAmounts(canvas, formatAmount)} ${renderLabels(canvas, labels)} ${marks}
  </svg>`;
}

function renderAmounts({ y, left, right }: Canvas, format: (amount: number) => string): Html[] {
  const ticks = y.ticks(4).filter((amount) => Number.isInteger(amount) || y.domain()[1]! <= 1);
  return ticks.map((amount) => {
    const at = round(y(amount));
    return html`<line class="grid" x1="${left}" x2="${right}" y1="${at}" y2="${at}" /><text
        x="${left - 8}"
        y="${at + 4}"
        text-anchor="end"
        >${format(amount)}</text
      >`;
  });
}

function renderLabels({ x, left, right, bottom }: Canvas, labels: readonly string[]): Html[] {
  const each = Math.max(1, Math.ceil((labels.length * LABEL_PX) / (right - left)));
  const steps = x.domain();
  return labels.flatMap((label, index) => {
    if (index % each !== 0) return [];
    const at = round((x(steps[index] as string) ?? 0) + x.bandwidth() / 2);
    // A phone shows every third label, which is larger there. The last step is the newest one.
    const kind = (labels.length - 1 - index) % (3 * each) < each ? 'label' : 'label minor';
    return [
      html`<text class="${kind}" x="${at}" y="${bottom + 19}" text-anchor="middle">${label}</text>`,
    ];
  });
}

/** A dashed line across the chart at an amount, with its name. */
export function renderBenchmark({ y, left, right }: Canvas, amount: number, name: string): Html {
  const at = round(y(amount));
  return html`<line class="mark" x1="${left}" x2="${right}" y1="${at}" y2="${at}" /><text
      class="mark-name"
      x="${right}"
      y="${at + 15}"
      text-anchor="end"
      >${name}</text
    >`;
}

/** A coordinate with a decimal: more would be noise. */
export function round(px: number): number {
  return Math.round(px * 10) / 10;
}
