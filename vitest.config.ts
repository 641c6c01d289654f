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
    // Generous, so that a loaded machine turns nothing red. What must be fast says so itself.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
