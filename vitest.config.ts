import { defineConfig } from 'vitest/config';
import { DurationReporter } from './test/duration-reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // What takes minutes has a configuration of its own.
    exclude: ['test/long/**'],
    reporters: ['default', new DurationReporter()],
    globalSetup: ['test/global-setup.ts'],
    // Forks, not threads: a PostgreSQL started by a test dies with the thread that started it.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
