import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/**/src/**/*.test.ts', 'examples/**/src/**/*.test.ts', 'scripts/**/*.test.mjs'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 60_000,
    // A core for each, less one, is what is usual; on two cores a second one takes a third off the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: 'scripts/lib/temporary-folder.mjs',
  },
});
