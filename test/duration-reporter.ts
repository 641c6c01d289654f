import type { Reporter, TestModule, TestSpecification } from 'vitest/node';

/** The whole suite, on a machine that does nothing else. */
const wholeSuite = { files: 90, takes: 'about half an hour on two cores' } as const;
const shown = 10;

/** Says at the start of a full run how long it takes, and at the end of a run of many files which took longest. */
export class DurationReporter implements Reporter {
  onTestRunStart(specifications: readonly TestSpecification[]): void {
    if (specifications.length >= wholeSuite.files) console.info(`The whole suite takes ${wholeSuite.takes}.`);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (modules.length <= shown) return;
    const slowest = modules
      .map((module) => ({ file: module.relativeModuleId, took: module.diagnostic().duration }))
      .sort((a, b) => b.took - a.took)
      .slice(0, shown);
    console.info(`\nThe ${shown} slowest files:`);
    for (const { file, took } of slowest) console.info(`${(took / 1_000).toFixed(1).padStart(7)} s  ${file}`);
  }
}
