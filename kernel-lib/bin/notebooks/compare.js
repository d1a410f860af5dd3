'use strict';

const { environmentChanges, findRecord, sameMachine } = require('./environment');
const { LeftOut } = require('./leftOut');
const { codeCells } = require('./notebook');
const { compareOutputs } = require('./outputs');
const { readRules } = require('./rules');

/**
 * @typedef {import('./notebook').Notebook} Notebook
 * @typedef {import('./values').Difference} Difference
 *
 * @typedef {object} Comparison
 * @property {number} cells - Cells that were compared.
 * @property {{ number: number, differences: Difference[] }[]} different - Only the cells that differ.
 * @property {string[]} environment - What of the environment has changed, a line each.
 * @property {number} tolerance - That was applied.
 * @property {string[]} leftOut - What was not compared, a line each.
 */

/**
 * Compares a notebook with itself as it came out of a new run. Where both runs recorded the same machine and versions
 * numbers must be the same, bit for bit; elsewhere the notebook's tolerance holds.
 * @param {Notebook} saved
 * @param {Notebook} now - With the same cells.
 * @returns {Comparison}
 */
function compareNotebooks(saved, now) {
  const records = /** @type {const} */ ([findRecord(saved), findRecord(now)]);
  const { tolerance, ignore } = readRules(saved);
  const leftOut = new LeftOut(ignore);
  const rules = { tolerance: sameMachine(...records) ? 0 : tolerance, ignore, leftOut };
  const cells = codeCells(saved);
  const compared = cells.map((cell, i) => ({
    number: i + 1,
    differences: compareOutputs(saved.cells[cell].outputs ?? [], now.cells[cell].outputs ?? [], rules)
  }));
  return {
    cells: cells.length,
    different: compared.filter(({ differences }) => differences.length > 0),
    environment: environmentChanges(...records),
    tolerance: rules.tolerance,
    leftOut: leftOut.describe()
  };
}

module.exports = { compareNotebooks };
