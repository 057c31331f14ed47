/**
 * Seed of every random choice in the tests. `vitest.config.ts` draws it unless `SEED` is set, and
 * `print-seed.ts` prints it, so that `SEED=N npx vitest run FILE` repeats a failing test.
 */
export const SEED = readSeed(process.env['SEED']);

function readSeed(text: string | undefined): number {
  const seed = Number(text);
  if (text === undefined || !Number.isInteger(seed) || seed < 0 || seed >= 2 ** 31)
    throw new Error(`SEED is "${text}"; expected an integer from 0 to 2147483647.`);
  return seed;
}
