const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/**
 * Values as a row of bars, the highest full. Nothing is a dot, and never looks like little. Where
 * there are more values than `width`, neighbours are added up.
 */
export function drawSparkline(values: readonly number[], width: number): string {
  const each = Math.max(1, Math.ceil(values.length / width));
  const sums: number[] = [];
  for (let at = 0; at < values.length; at += each) {
    sums.push(values.slice(at, at + each).reduce((sum, value) => sum + value, 0));
  }
  const highest = Math.max(...sums);
  return sums
    .map((sum) =>
      sum === 0 ? '·' : BARS[Math.max(0, Math.ceil((sum / highest) * BARS.length) - 1)],
    )
    .join('');
}
