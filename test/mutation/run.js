/**
 * Mutation testing of a folder of the library: `npm run mutate -- nn/routers/parts`, or more folders, or single files. Each change that no
 * test notices is printed. Tests are those of the same folder in test/kernel-lib; `--tests GLOB` names others (from the root, with commas).
 * `--report FILE` is where all changes are listed as JSON; `--processes N` (2) is how many run at once; `--sample SHARE` tries so many of the changes, or others than those with `--sample 0.2..0.4`; the
 * others are listed as errors; `--isolate` runs each change in a process of its own, by vitest, which takes a hundred times as long.
 */
'use strict';

const { spawnSync } = require('child_process');
const { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } = require('fs');
const { join, resolve } = require('path');

const ROOT = join(__dirname, '..', '..');
const SOURCES = 'kernel-lib/src';
const STATE = '.switchyard';

/** @param {string[]} words */
function parse(words) {
  const option = (name, otherwise) => {
    const at = words.indexOf(name);
    return at < 0 ? otherwise : words.splice(at, 2)[1];
  };
  const tests = option('--tests', null);
  const processes = Number(option('--processes', 2));
  const report = option('--report', `${STATE}/reports/mutation.json`);
  const sample = option('--sample', '1');
  const [from, to] = sample.includes('..') ? sample.split('..').map(Number) : [0, Number(sample)];
  const isolate = words.includes('--isolate');
  words = words.filter((word) => word !== '--isolate');
  const wrong = words.find((word) => !existsSync(join(ROOT, SOURCES, word)));
  if (
    words.length === 0 ||
    wrong !== undefined ||
    tests === undefined ||
    !(processes >= 1) ||
    !(from >= 0 && to > from && to <= 1)
  ) {
    console.error(
      `mutate: expects folders or files of ${SOURCES}, and --tests GLOB, --processes N and --sample SHARE where wanted, got "${wrong ?? words.join(' ')}"`
    );
    process.exit(2);
  }
  return {
    folders: words,
    processes,
    isolate,
    report,
    sample: [from, to],
    tests: tests ?? words.map(testsOf).join(',')
  };
}

// The tests mirror the sources: those of the folder, or of the nearest one above that has any.
function testsOf(folder) {
  for (let parts = folder.replace(/\.ts$/, '').split('/'); parts.length > 0; parts = parts.slice(0, -1)) {
    const own = join('test/kernel-lib', ...parts);
    if (existsSync(join(ROOT, `${own}.test.ts`))) {
      return `${own}.test.ts`;
    }
    if (existsSync(join(ROOT, own))) {
      return `${own}/**/*.test.ts`;
    }
  }
  return 'test/kernel-lib/**/*.test.ts';
}

function settings({ folders, processes, isolate, report }) {
  const isFolder = (each) => statSync(join(ROOT, SOURCES, each)).isDirectory();
  const mutate = folders.map((each) => `${SOURCES}/${each}${isFolder(each) ? '/**/*.ts' : ''}`);
  return {
    ...(isolate
      ? { testRunner: 'vitest', vitest: { configFile: 'test/mutation/vitest.config.mts', related: false } }
      : { testRunner: 'one-process', plugins: [join(__dirname, 'runner.mjs')] }),
    mutate: [...mutate, `!${SOURCES}/**/index.ts`],
    // What runs while files load runs in every test: those changes cannot be told apart.
    ...{ coverageAnalysis: 'perTest', ignoreStatic: true, concurrency: processes, timeoutMS: 30_000 },
    ...{
      reporters: ['clear-text', 'json', 'progress-append-only'],
      jsonReporter: { fileName: report }
    },
    ...{ clearTextReporter: { allowColor: false, logTests: false }, thresholds: { high: 85, low: 85, break: 85 } },
    ...{ tempDirName: `${STATE}/mutate`, allowConsoleColors: false, checkers: [], disableTypeChecks: false },
    ignorePatterns: [
      '.venv',
      '/lib',
      '/.switchyard',
      'extension/jupyterlab_switchyard',
      'notebooks',
      'test/ui/gallery',
      'kernel-lib/dist'
    ]
  };
}

/** The score of a sample: those that no test reaches are listed all, and count by their share. */
function printSample(report, [from, to]) {
  const { files } = JSON.parse(readFileSync(resolve(ROOT, report), 'utf8'));
  const all = Object.values(files).flatMap(({ mutants }) => mutants);
  const count = (...states) => all.filter(({ status }) => states.includes(status)).length;
  const [found, missed, unreached] = [count('Killed', 'Timeout'), count('Survived'), count('NoCoverage') * (to - from)];
  const tried = found + missed + unreached;
  const score = ((100 * found) / tried).toFixed(0);
  console.log(
    `sample: ${found} of ${tried.toFixed(0)} changes found, ${score} %, of ${all.length - count('Ignored')} that there are`
  );
}

const parsed = parse(process.argv.slice(2));
// Its own, so that two can run at once.
const config = join(ROOT, STATE, `stryker.${process.pid}.config.json`);
mkdirSync(join(ROOT, STATE), { recursive: true });
writeFileSync(config, JSON.stringify(settings(parsed), null, 2));
const stryker = require.resolve('@stryker-mutator/core/package.json').replace('package.json', 'bin/stryker.js');
const { status } = spawnSync(process.execPath, [stryker, 'run', config], {
  cwd: ROOT,
  stdio: 'inherit',
  env: {
    ...process.env,
    SWITCHYARD_MUTATE: parsed.tests,
    SWITCHYARD_MUTATE_SAMPLE: parsed.sample.join(' '),
    SWITCHYARD_MUTATE_COMPILED: join(ROOT, STATE, 'mutate-compiled'),
    TF_CPP_MIN_LOG_LEVEL: '2',
    // Not the copy in Stryker's sandbox: TensorFlow takes each op once.
    SWITCHYARD_CUSTOM_OPS: join(ROOT, 'kernel-lib/native/build/switchyard_ops.node'),
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --require ${join(__dirname, 'keepLoaded.js')}`
  }
});
rmSync(config);
if (parsed.sample[1] - parsed.sample[0] < 1 && existsSync(resolve(ROOT, parsed.report))) {
  printSample(parsed.report, parsed.sample);
}
process.exitCode = status ?? 1;
