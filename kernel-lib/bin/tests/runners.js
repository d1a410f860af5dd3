'use strict';

const fs = require('fs');
const path = require('path');
const { npm, passThrough } = require('../support/process');
const { readJson, venvEnvironment, venvProgram } = require('../support/project');
const { skippedInJunit, skippedInPlaywright, skippedInVitest } = require('./skipped');

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ code: number, counts: Counts, skips?: import('./skipped').Skipped[] }} Outcome - `skips`: the tests that were skipped.
 *
 * One test runner.
 * @typedef {object} Runner
 * @property {string} title
 * @property {string} folder - The tests are here; where it is missing there is nothing to run.
 * @property {(project: Project, context: Context) => Promise<Outcome>} run
 *
 * @typedef {import('../support/project').Project} Project
 * @typedef {{ reports: string, chromium?: string }} Context - `reports`: folder for the machine-readable reports.
 */

const NONE = { passed: 0, failed: 0, skipped: 0 };

/** @type {Record<string, Runner>} */
const RUNNERS = {
  lint: { title: 'lint', folder: '.', run: lint },
  vitest: { title: 'vitest', folder: 'test', run: (project, context) => vitest(project, context, 'fast') },
  pytest: { title: 'pytest', folder: 'test/kernel', run: pytestInTwo },
  ui: { title: 'Galata', folder: 'test/ui', run: galata }
};

/**
 * What takes minutes and is no part of the others: what is named *.slow.test.ts, and the kernel on other Nodes.
 * @type {Runner[]}
 */
const SLOW = [
  { title: 'slow tier', folder: 'test', run: (project, context) => vitest(project, context, 'slow') },
  ...['22', '24'].map((node) => ({
    ...{ title: `kernel on Node ${node}`, folder: 'test/kernel' },
    run: (/** @type {Project} */ project, /** @type {Context} */ context) =>
      pytest(project, context, ['-k', 'test_kernel', '--node', node])
  }))
];

/** @type {Runner['run']} Every lint script counts as one test. */
async function lint(project) {
  const counts = { ...NONE };
  for (const script of ['lint:types', 'lint:code', 'lint:format', 'lint:style', 'lint:docs']) {
    console.log(`\n${script}`);
    const [command, words] = npm(['run', '--silent', script]);
    const code = await passThrough(command, words, { cwd: project.root });
    counts[code === 0 ? 'passed' : 'failed'] += 1;
  }
  return { code: counts.failed, counts };
}

/**
 * @param {Project} project
 * @param {Context} context
 * @param {'fast' | 'slow'} tier - As vitest.config.mts reads it.
 * @returns {ReturnType<Runner['run']>}
 */
async function vitest(project, { reports }, tier) {
  const report = freshReport(reports, tier === 'slow' ? 'slow.json' : 'vitest.json');
  const code = await runNode(
    project,
    ['vitest', 'vitest.mjs'],
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { ...venvEnvironment(project), SWITCHYARD_TIER: tier }
  );
  const read = readReport(report);
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = read ?? {};
  if (testResults === undefined) {
    return { code, counts: NONE };
  }
  // A file that does not even load has no tests; it is a failure all the same.
  const broken = testResults.filter(
    (/** @type {{ status: string, assertionResults: unknown[] }} */ file) =>
      file.status === 'failed' && file.assertionResults.length === 0
  );
  const failed = numFailedTests + broken.length;
  const counts = { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests };
  return { code, counts, skips: skippedInVitest(read, project.root) };
}

/**
 * The tests in two processes, by files, and then those that must run alone.
 * @type {Runner['run']}
 */
async function pytestInTwo(project, context) {
  const both = await pytest(project, context, [
    '-m',
    'not alone',
    '-n',
    '2',
    '--dist',
    'loadfile',
    '--no-loadscope-reorder'
  ]);
  const alone = await pytest(project, context, ['-m', 'alone'], 'pytest-alone.xml');
  const names = /** @type {(keyof Counts)[]} */ (Object.keys(NONE));
  const counts = Object.fromEntries(names.map((name) => [name, both.counts[name] + alone.counts[name]]));
  const skips = [both, alone].flatMap((each) => each.skips ?? []);
  return { code: both.code || alone.code, counts: /** @type {Counts} */ (counts), skips };
}

/**
 * @param {Project} project
 * @param {Context} context
 * @param {string[]} words
 * @param {string} [name] - The report's.
 * @returns {ReturnType<Runner['run']>}
 */
async function pytest(project, { reports }, words, name = 'pytest.xml') {
  const report = freshReport(reports, name);
  const code = await passThrough(
    venvProgram(project, 'python'),
    ['-m', 'pytest', 'test/kernel', ...words, `--junitxml=${report}`],
    { cwd: project.root, env: venvEnvironment(project) }
  );
  const xml = fs.existsSync(report) ? fs.readFileSync(report, 'utf8') : '';
  return { code, counts: countJunit(xml), skips: skippedInJunit(xml) };
}

/** @type {Runner['run']} */
async function galata(project, { reports, chromium }) {
  const report = freshReport(reports, 'playwright.json');
  const env = {
    ...venvEnvironment(project),
    SWITCHYARD_CHROMIUM: chromium,
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
    // Chromium is found already, and its place is in SWITCHYARD_CHROMIUM.
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1'
  };
  const words = ['test', '-c', 'test/ui', '--reporter=line,json'];
  const code = await runNode(project, ['@playwright', 'test', 'cli.js'], words, env);
  const read = readReport(report);
  const stats = read?.stats;
  const counts = stats && { passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped };
  if (stats?.flaky > 0) {
    console.log(`${String(stats.flaky)} passed only at the second try: see "flaky" above`);
  }
  return { code, counts: counts ?? NONE, skips: skippedInPlaywright(read) };
}

/**
 * @param {string} xml - JUnit's format.
 * @returns {Counts}
 */
function countJunit(xml) {
  const total = { tests: 0, failures: 0, errors: 0, skipped: 0 };
  for (const [tag] of xml.matchAll(/<testsuite\s[^>]*>/g)) {
    for (const name of /** @type {(keyof typeof total)[]} */ (Object.keys(total))) {
      total[name] += Number(new RegExp(`\\s${name}="(\\d+)"`).exec(tag)?.[1] ?? 0);
    }
  }
  const failed = total.failures + total.errors;
  return { passed: Math.max(0, total.tests - failed - total.skipped), failed, skipped: total.skipped };
}

/**
 * Runs a program of an installed Node package.
 * @param {Project} project
 * @param {string[]} script - Its path in `node_modules`.
 * @param {string[]} words
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>}
 */
function runNode(project, script, words, env = venvEnvironment(project)) {
  const file = path.join(project.root, 'node_modules', ...script);
  return passThrough(process.execPath, [file, ...words], { cwd: project.root, env });
}

/**
 * The path of a report; an earlier run's is deleted, so that it cannot count for this one.
 * @param {string} reports
 * @param {string} name
 * @returns {string}
 */
function freshReport(reports, name) {
  fs.mkdirSync(reports, { recursive: true });
  fs.rmSync(path.join(reports, name), { force: true });
  return path.join(reports, name);
}

/**
 * @param {string} file
 * @returns {any} Null where the runner wrote none, or only a part.
 */
function readReport(file) {
  try {
    return readJson(file);
  } catch {
    return null;
  }
}

module.exports = { RUNNERS, SLOW, countJunit };
