'use strict';

const path = require('path');
const { compareNotebooks } = require('../notebooks/compare');
const { missingModels, missingPackages } = require('../notebooks/needs');
const { readNotebook } = require('../notebooks/notebook');
const { isFine, report } = require('../notebooks/report');
const { readRules } = require('../notebooks/rules');
const { runCopy } = require('../notebooks/runCopy');
const { printable } = require('../support/printable');
const { Problem } = require('../support/problem');

/**
 * `switchyard verify NOTEBOOK...`
 * @type {import('./index').Command}
 */
async function verify(project, words) {
  if (words.length === 0 || words.some((word) => word.startsWith('-'))) {
    throw new Problem('usage: switchyard verify NOTEBOOK...', { code: 2 });
  }
  const notebooks = words.map((file) => ({ file, saved: readNotebook(file) }));
  // A wrong rule is said before the first notebook runs.
  notebooks.forEach(({ saved }) => readRules(saved));
  const verdicts = [];
  for (const { file, saved } of notebooks) {
    verdicts.push({ file, ...(await judge(project, file, saved)) });
  }
  console.log(printable(report(verdicts)));
  return verdicts.every(isFine) ? 0 : 1;
}

/**
 * Runs a copy of a notebook, in the notebook's own folder, and compares it with what was saved.
 * @param {import('../support/project').Project} project
 * @param {string} file
 * @param {import('../notebooks/notebook').Notebook} saved
 * @returns {Promise<import('../notebooks/report').Outcome>}
 */
async function judge(project, file, saved) {
  const missing = [...missingPackages(project, saved), ...missingModels(project, saved)];
  if (missing.length > 0) {
    return { missing };
  }
  const folder = path.dirname(path.resolve(file));
  const outcome = await runCopy(project, saved, { title: path.basename(file), folder });
  return 'error' in outcome ? outcome : { comparison: compareNotebooks(saved, outcome.result) };
}

module.exports = { verify };
