/**
 * A test runner of Stryker's that keeps the library loaded. Changes are switched on at run time, so that nothing has to be loaded again for the next.
 * What a change left behind is heard: a test that fails with it has to pass without it, or the library is loaded anew and both are tried again.
 */
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult
} from '@stryker-mutator/api/test-runner';
import { startTests } from '@vitest/runner';
import { relative, resolve } from 'path';
import { globSync } from 'tinyglobby';
import { forgetLibrary, installLoader, loadTest } from './sources.mjs';
import { vitest } from './vitest.mjs';

const changes = (globalThis.__stryker__ ??= {});

/** Tests of a file that are tried first. */
const FINDERS = 6;
/** Which share of the changes is tried, from and to, spread by a hash over all files. */
const [FROM, TO] = (process.env.SWITCHYARD_MUTATE_SAMPLE ?? '0 1').split(' ').map(Number);

function isSampled(id) {
  const place = (Math.imul(Number(id) + 1, 0x9e3779b1) >>> 0) / 2 ** 32;
  return place >= FROM && place < TO;
}

const CONFIG = {
  ...{ name: 'mutation', setupFiles: [], passWithNoTests: true, allowOnly: true, retry: 0 },
  ...{ sequence: { shuffle: false, concurrent: false, seed: 0, hooks: 'stack', setupFiles: 'list' }, tags: [] },
  ...{ maxConcurrency: 1, testTimeout: 60_000, hookTimeout: 60_000, includeTaskLocation: false, strictTags: false }
};

function idOf(test) {
  const names = [];
  for (let task = test; task !== undefined && task !== test.file; task = task.suite) {
    names.unshift(task.name);
  }
  return `${relative(process.cwd(), test.file.filepath)}#${names.join(' ')}`;
}

const testsOf = (task) => (task.type === 'test' ? [task] : task.tasks.flatMap(testsOf));

// Leaves out what is not wanted, suites without any such test whole, so that their hooks do not run.
function select(task, wanted) {
  const keep =
    task.type === 'test' ? wanted.has(idOf(task)) : task.tasks.map((each) => select(each, wanted)).some(Boolean);
  if (!keep) {
    task.mode = 'skip';
  }
  return keep && task.mode !== 'skip';
}

class OneProcess {
  #files = [];
  // Seconds that a file's tests took last: the short ones first, since the first that fails is enough.
  #seconds = new Map();
  // Tests that last found changes of a file: they are tried first, alone, and find most of its other changes.
  #finders = new Map();

  capabilities() {
    return { reloadEnvironment: false };
  }

  init() {
    process.on('unhandledRejection', () => undefined);
    Object.assign(process.env, { NODE_ENV: 'test', VITEST: '1' });
    installLoader(vitest);
    const globs = process.env.SWITCHYARD_MUTATE.split(',');
    const files = globSync(globs, { ignore: '**/*.slow.test.ts' });
    this.#files = files.map((file) => resolve(file)).sort();
  }

  async dryRun() {
    const tests = await this.#run({ count: true });
    return {
      status: DryRunStatus.Complete,
      tests,
      mutantCoverage: changes.mutantCoverage ?? { static: {}, perTest: {} }
    };
  }

  async mutantRun({ activeMutant: { id, fileName }, testFilter, hitLimit }) {
    if (!isSampled(id)) {
      return { status: 'error', errorMessage: 'not in the sample' };
    }
    const wanted = testFilter === undefined ? undefined : new Set(testFilter);
    const attempt = async (tried) => {
      Object.assign(changes, { hitCount: hitLimit === undefined ? undefined : 0, hitLimit });
      const tests = await this.#run({ wanted: tried, change: id });
      const late = determineHitLimitReached(changes.hitCount, hitLimit);
      return toMutantRunResult(late ?? { status: DryRunStatus.Complete, tests });
    };
    const finders = this.#finders.get(fileName) ?? [];
    const first = new Set(finders.filter((test) => wanted?.has(test) ?? true));
    let result = first.size === 0 ? { status: 'survived' } : await attempt(first);
    if (result.status === 'survived') {
      result = await attempt(wanted);
    }
    if (result.status !== 'killed') {
      return result;
    }
    const killers = new Set([result.killedBy].flat());
    this.#finders.set(fileName, [...killers, ...finders.filter((test) => !killers.has(test))].slice(0, FINDERS));
    const failAsWell = async () =>
      (await this.#run({ wanted: killers })).some(({ status }) => status === TestStatus.Failed);
    if (!(await failAsWell())) {
      return result;
    }
    forgetLibrary();
    if (await failAsWell()) {
      return { status: 'error', errorMessage: 'its tests fail without any change as well, after one that came before' };
    }
    return attempt(wanted);
  }

  async #run({ wanted, change, count = false }) {
    let failed = false;
    const names = wanted && new Set([...wanted].map((id) => resolve(id.split('#')[0])));
    const files = names === undefined ? [...this.#files] : this.#files.filter((file) => names.has(file));
    files.sort((a, b) => (this.#seconds.get(a) ?? 0) - (this.#seconds.get(b) ?? 0));
    const runner = {
      config: { ...CONFIG, root: process.cwd() },
      importFile: (file) => loadTest(file),
      onCollected: (all) => {
        all.forEach((file) => wanted && select(file, wanted));
        changes.activeMutant = change;
      },
      onBeforeRunTask: (test) => {
        test.mode = failed ? 'skip' : test.mode;
        changes.currentTestId = count ? idOf(test) : undefined;
      },
      onAfterRunTask: (test) => {
        failed ||= test.result?.state === 'fail' && !count;
        changes.currentTestId = undefined;
      }
    };
    try {
      const done = await startTests(files, runner);
      if (count) {
        done.forEach(({ filepath, result }) => this.#seconds.set(filepath, result?.duration ?? 0));
      }
      return done.flatMap((file) => resultsOf(file));
    } finally {
      changes.activeMutant = undefined;
    }
  }
}

function resultsOf(file) {
  return testsOf(file)
    .filter(({ result, suite }) => result !== undefined || errorOf(suite ?? file) !== undefined)
    .map((test) => {
      const [id, error] = [idOf(test), errorOf(test)];
      const status =
        error !== undefined ? TestStatus.Failed : test.mode === 'skip' ? TestStatus.Skipped : TestStatus.Success;
      const shared = { id, name: id, timeSpentMs: test.result?.duration ?? 0, fileName: file.filepath, status };
      return error === undefined ? shared : { ...shared, failureMessage: error };
    });
}

// Of a test, or of what stands around it: a hook or a file that failed.
function errorOf(task) {
  const { state, errors = [] } = task.result ?? {};
  // What stands around a test has failed by itself where it says why, else because another test in it has.
  const failed = state === 'fail' && (task.type === 'test' || errors.length > 0);
  const own = failed ? (errors[0]?.message ?? 'failed') : undefined;
  const around = task.suite ?? (task.file === task ? undefined : task.file);
  return own ?? (around === undefined ? undefined : errorOf(around));
}

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'one-process', () => new OneProcess())];
