const STEPS: readonly (readonly [unit: string, ms: number])[] = [
  ['day', 24 * 3_600_000],
  ['h', 3_600_000],
  ['min', 60_000],
];

/** How long ago, in one unit: `3 days`, `5 h`, `12 min`, `just now`. */
export function formatAge(ageMs: number): string {
  for (const [unit, ms] of STEPS) {
    const count = Math.floor(ageMs / ms);
    if (count > 0) return unit === 'day' && count !== 1 ? `${count} days` : `${count} ${unit}`;
  }
  return 'just now';
}
