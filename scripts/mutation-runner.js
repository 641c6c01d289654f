// A test runner for Stryker that stays in one process. The tests of rules and keys start nothing and take
// milliseconds; a run of Vitest for each change of the code takes seconds. They are bundled once. For each change the
// bundle is evaluated again, so that no module keeps what it knew under the change before, and its tests run until one fails.
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { build } from 'esbuild';
import fastCheck from 'fast-check';

/** Milliseconds after which one test has failed. Loops without an end are stopped by Stryker's own count. */
const mostMs = 20_000;
/** Milliseconds of processor time from which a test is too slow to run for each change. */
const slowMs = 600;

class UnitRunner {
  static inject = ['options'];
  #options;
  /** What the changed code reads: which change is active, and what it counts. */
  #state = stateOfChanges();
  #evaluate;
  /** Milliseconds of processor time of each test: the quick ones come first, and slow ones are left out. */
  #times = new Map();

  constructor(options) {
    this.#options = options;
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    process.on('unhandledRejection', () => undefined);
    this.#evaluate = await bundled(this.#options.unitTests);
  }

  async dryRun() {
    this.#state.mutantCoverage = { static: {}, perTest: {} };
    const tests = [];
    const suites = this.#load();
    for (const one of suites.tests) {
      this.#state.currentTestId = one.id;
      const started = process.cpuUsage();
      const failure = await failureOf(one);
      const { user, system } = process.cpuUsage(started);
      const timeSpentMs = (user + system) / 1_000;
      this.#times.set(one.id, timeSpentMs);
      const told = { id: one.id, name: one.name, fileName: resolve(one.file), timeSpentMs };
      tests.push({ ...told, ...(failure ? { status: 1, failureMessage: failure } : { status: 0 }) });
    }
    this.#state.currentTestId = undefined;
    await suites.end();
    tests.push({ id: loading, name: loading, timeSpentMs: 0, status: 0 });
    return { status: 'complete', tests, mutantCoverage: this.#state.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation }) {
    const state = this.#state;
    state.mutantCoverage = undefined;
    state.hitCount = hitLimit === undefined ? undefined : 0;
    state.hitLimit = hitLimit;
    state.activeMutant = mutantActivation === 'static' ? activeMutant.id : undefined;
    const chosen = testFilter && new Set(testFilter);
    let nrOfTests = 0;
    let suites;
    try {
      suites = this.#load();
      const timeOf = ({ id }) => this.#times.get(id) ?? 0;
      const tests = suites.tests
        .filter((one) => (!chosen || chosen.has(one.id)) && timeOf(one) < slowMs)
        .sort((one, other) => timeOf(one) - timeOf(other));
      state.activeMutant = activeMutant.id;
      for (const one of tests) {
        nrOfTests += 1;
        const failureMessage = await failureOf(one);
        if (hitLimit !== undefined && state.hitCount > hitLimit)
          return { status: 'timeout', reason: `Reached the limit of ${hitLimit} hits.` };
        if (failureMessage) return { status: 'killed', killedBy: [one.id], failureMessage, nrOfTests };
      }
      return { status: 'survived', nrOfTests };
    } catch (error) {
      return { status: 'killed', killedBy: [loading], failureMessage: String(error), nrOfTests };
    } finally {
      state.activeMutant = undefined;
      await suites?.end();
    }
  }

  /** The tests of a new evaluation of every module. */
  #load() {
    const [tests, last] = [[], []];
    this.#evaluate(frameworkInto(tests, last));
    return { tests, end: () => Promise.all(last.map((step) => step())) };
  }
}

function stateOfChanges() {
  globalThis.__stryker__ ??= {};
  return globalThis.__stryker__;
}

const loading = 'the modules can be loaded';

/** The test files in one script, which is compiled once. Packages stay outside. */
async function bundled(files) {
  const root = process.cwd();
  const { outputFiles } = await build({
    stdin: {
      contents: files.map((file) => `globalThis.testFile = '${file}'; require('./${file}');`).join('\n'),
      resolveDir: root,
    },
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    packages: 'external',
    plugins: [ownUrls],
  });
  const script = new Script(`(function (require, module, exports) {${outputFiles[0].text}\n})`, {
    filename: join(root, 'bundle.cjs'),
  });
  const fromRoot = createRequire(join(root, 'package.json'));
  // Outside of its own workers, Vitest gives its assertions only to whom looks like one.
  globalThis.__vitest_worker__ ??= { config: {}, ctx: {}, filepath: root };
  const vitest = await import('vitest');
  const checker = { ...fastCheck, assert: fewerRuns };
  return (framework) => {
    const provided = { vitest: { ...vitest, ...framework }, 'fast-check': { ...checker, default: checker } };
    script.runInThisContext()((name) => provided[name] ?? fromRoot(name), { exports: {} }, {});
  };
}

/** Every change of the code runs the properties again, so those that name no number of values get fewer. */
const fewerRuns = (property, options = {}) => fastCheck.assert(property, { numRuns: 25, ...options });

/** Every module keeps its own `import.meta.url`. */
const ownUrls = {
  name: 'own urls',
  setup({ onLoad, initialOptions }) {
    initialOptions.define = { 'import.meta.url': 'ownUrl' };
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const { readFile } = await import('node:fs/promises');
      const text = await readFile(path, 'utf8');
      const url = JSON.stringify(pathToFileURL(path).href);
      const contents = text.includes('import.meta.url') ? `const ownUrl = ${url};\n${text}` : text;
      return { contents, loader: 'ts', resolveDir: dirname(path) };
    });
  },
};

/** As much of Vitest's functions as the unit tests use. */
function frameworkInto(tests, last) {
  let suite = { name: '', before: [], after: [], parent: undefined };
  const test = (name, ...rest) => {
    const run = rest.find((one) => typeof one === 'function');
    const id = `${globalThis.testFile}${suite.name} ${name}#${tests.length}`;
    tests.push({ id, name: `${suite.name} ${name}`.trim(), file: globalThis.testFile, run, suite });
  };
  const describe = (name, body) => {
    const parent = suite;
    suite = { name: `${parent.name} ${name}`, before: [], after: [], parent };
    body();
    suite = parent;
  };
  const each = (make) => (rows) => (name, first, last) => {
    const run = typeof first === 'function' ? first : last;
    for (const row of rows) make(name, () => (Array.isArray(row) ? run(...row) : run(row)));
  };
  const never = Object.assign(() => undefined, { each: () => () => undefined });
  for (const make of [test, describe]) {
    make.each = each(make);
    make.runIf = (isWanted) => (isWanted ? make : never);
    make.skipIf = (isUnwanted) => (isUnwanted ? never : make);
  }
  const beforeEach = (run) => suite.before.push(run);
  const afterEach = (run) => suite.after.push(run);
  const afterAll = (run) => last.push(run);
  return { test, describe, beforeEach, afterEach, afterAll, beforeAll: undefined };
}

/** Why a test fails, as a sentence; `undefined` where it passes. */
async function failureOf({ run, suite }) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No end within ${mostMs} ms.`)), mostMs);
  });
  try {
    await Promise.race([late, around(suite, run)]);
    return undefined;
  } catch (error) {
    return String(error) || 'failed';
  } finally {
    clearTimeout(timer);
  }
}

async function around(suite, run) {
  const suites = [];
  for (let one = suite; one; one = one.parent) suites.unshift(one);
  try {
    for (const { before } of suites) for (const step of before) await step();
    await run();
  } finally {
    for (const { after } of suites.reverse()) for (const step of after) await step();
  }
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'unit', injectableClass: UnitRunner }];
