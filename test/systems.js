/**
 * Prints the table of research systems with the state of their checks, what is known of their claims and the seconds that their tests take (without
 * what these share), or with --json its rows; `--only ID` (more by commas) those alone. Fails where an entry names a function or a test that is not there, or a check that does not pass.
 */
'use strict';

const { spawnSync } = require('child_process');
const { existsSync, mkdtempSync, readFileSync, rmSync } = require('fs');
const { tmpdir } = require('os');
const { join } = require('path');
const { parseArgs } = require('util');

const ROOT = join(__dirname, '..');

/**
 * @param {import('@switchyard/kernel-lib').SystemEntry[]} entries
 * @param {object} library - What the dotted paths start from.
 * @param {{ file: string, name: string, status: string, seconds: number }[]} tests - Results; file from the root of the repository.
 * @param {(path: string) => boolean} exists - Whether a file of the repository is there.
 * @returns Rows with a status: "passed", "failed", or what is missing.
 */
function judge(entries, library, tests, exists) {
  const seen = new Set();
  return entries.map((entry) => {
    const own = tests.filter(({ file, name }) => file === entry.test && name.includes(`[${entry.id}]`));
    const status = seen.has(entry.id) ? 'the id is listed twice' : judgeOne(entry, library, own, exists);
    seen.add(entry.id);
    const seconds = own.reduce((sum, each) => sum + each.seconds, 0);
    return { ...entry, claim: entry.claim ?? 'mechanism', status, seconds: Math.round(10 * seconds) / 10 };
  });
}

function judgeOne(entry, library, own, exists) {
  if (typeof resolve(library, entry.function) !== 'function') {
    return `no function ${entry.function}`;
  }
  const { claim, measured } = entry;
  const lost = [entry.test, entry.notebook, measured?.test].find((path) => path !== undefined && !exists(path));
  if (lost !== undefined) {
    return `no file ${lost}`;
  }
  if (['claim held', 'claim refuted'].includes(claim) && measured === undefined) {
    return `no figures for "${claim}"`;
  }
  if (own.length === 0) {
    return `no test with [${entry.id}] in ${entry.test}`;
  }
  return own.every(({ status }) => status === 'passed') ? 'passed' : 'failed';
}

function resolve(library, path) {
  return path.split('.').reduce((at, name) => (at === null || at === undefined ? undefined : at[name]), library);
}

/** Runs the tests that carry an id. */
function runTests(entries) {
  const files = [...new Set(entries.map(({ test }) => test))].filter((file) => existsSync(join(ROOT, file)));
  if (files.length === 0) {
    return [];
  }
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-systems-'));
  const report = join(folder, 'report.json');
  try {
    const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
    const pattern = entries.map(({ id }) => `\\[${id}\\]`).join('|');
    const args = [vitest, 'run', ...files, '-t', pattern, '--reporter=json', `--outputFile=${report}`];
    const { stderr } = spawnSync(process.execPath, args, {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe']
    });
    if (!existsSync(report)) {
      throw new Error(`systems: vitest wrote no report\n${stderr}`);
    }
    return readReport(JSON.parse(readFileSync(report, 'utf8')));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readReport({ testResults }) {
  return testResults.flatMap(({ name: path, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status !== 'skipped')
      .map(({ fullName, status, duration }) => ({
        file: path.slice(ROOT.length + 1).replaceAll('\\', '/'),
        name: fullName,
        status,
        seconds: (duration ?? 0) / 1000
      }))
  );
}

function print(rows) {
  const columns = ['id', 'title', 'function', 'test', 'claim', 'seconds', 'status'];
  const cell = (row, column) =>
    column === 'title' && row.title.length > 60 ? `${row.title.slice(0, 59)}…` : String(row[column]);
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => cell(row, column).length)));
  const line = (cells) =>
    cells
      .map((text, i) => text.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  console.log(line(columns));
  rows.forEach((row) => console.log(line(columns.map((column) => cell(row, column)))));
}

/** The entries with these ids, all where none are named. */
function chosen(systems, only) {
  const ids = only?.split(',') ?? systems.map(({ id }) => id);
  const unknown = ids.find((id) => !systems.some((entry) => entry.id === id));
  if (unknown !== undefined) {
    throw new Error(`systems: --only must name ids of the table, got "${unknown}"`);
  }
  return systems.filter(({ id }) => ids.includes(id));
}

function main() {
  const library = require('@switchyard/kernel-lib');
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, only: { type: 'string' } } });
  const systems = chosen(library.systems, values.only);
  const rows = judge(systems, library, runTests(systems), (path) => existsSync(join(ROOT, path)));
  if (values.json) {
    console.log(JSON.stringify(rows, null, 2));
  } else {
    print(rows);
  }
  process.exitCode = rows.every(({ status }) => status === 'passed') ? 0 : 1;
}

module.exports = { chosen, judge };

if (require.main === module) {
  main();
}
