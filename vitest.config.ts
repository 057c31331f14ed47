import { randomInt } from 'node:crypto';
import { defineConfig } from 'vitest/config';

// Workers inherit it: see test/kit/seed.ts.
process.env['SEED'] ??= String(randomInt(2 ** 31));

const IN_PROCESS = 'test/src/**/*.test.ts';

export default defineConfig({
  test: {
    // Process tests start the built program and wait for it, so there are more of them than cores.
    maxWorkers: 5,
    sequence: { seed: Number(process.env['SEED']) },
    // A guard against what hangs, not a measure: a busy machine takes several times as long.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    unstubEnvs: true,
    globalSetup: ['test/kit/print-seed.ts'],
    // Files of a worker share its modules: to load them for each took as long as the tests.
    isolate: false,
    setupFiles: ['test/kit/clean-process.ts'],
    projects: [
      { extends: true, test: { name: 'src', include: [IN_PROCESS] } },
      {
        extends: true,
        test: { name: 'program', include: ['test/**/*.test.ts'], exclude: [IN_PROCESS] },
      },
    ],
  },
});
