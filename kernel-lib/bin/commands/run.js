'use strict';

const fs = require('fs');
const path = require('path');
const { parseArgs } = require('util');
const { withRecord } = require('../notebooks/environment');
const { readNotebook } = require('../notebooks/notebook');
const { injectParameters } = require('../notebooks/parameters');
const { runCopy } = require('../notebooks/runCopy');
const { writeWhole } = require('../notebooks/writeWhole');
const { printable } = require('../support/printable');
const { Problem } = require('../support/problem');

/**
 * `switchyard run NOTEBOOK [-p name=value ...] [-o OUT]`
 * @type {import('./index').Command}
 */
async function run(project, words) {
  const { file, out, values } = parse(words);
  const notebook = withRecord(injectParameters(readNotebook(file), values));
  if (!fs.existsSync(path.dirname(path.resolve(out)))) {
    throw new Problem(`${out} cannot be written: there is no folder ${path.dirname(out)}.`, { code: 2 });
  }
  const folder = path.dirname(path.resolve(file));
  const outcome = await runCopy(project, notebook, { title: path.basename(file), folder });
  if ('error' in outcome) {
    throw new Problem(`${file}: ${outcome.error}\n\n${out} was not written.`);
  }
  writeWhole(out, `${JSON.stringify(outcome.result, null, 1)}\n`);
  console.log(printable(`${out} is written.`));
  return 0;
}

/**
 * @param {string[]} words
 * @returns {{ file: string, out: string, values: Map<string, string> }}
 */
function parse(words) {
  const { positionals, values } = parseWords(words);
  if (positionals.length !== 1) {
    throw new Problem('usage: switchyard run NOTEBOOK [-p name=value ...] [-o OUT]', { code: 2 });
  }
  const [file] = positionals;
  const given = (values.parameter ?? []).map(parsePair);
  const twice = given.map(([name]) => name).find((name, i, names) => names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new Problem(`Parameter "${twice}" is given twice.`, { code: 2 });
  }
  return { file, out: values.out ?? file, values: new Map(given) };
}

/** @param {string[]} words */
function parseWords(words) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: { parameter: { type: 'string', short: 'p', multiple: true }, out: { type: 'string', short: 'o' } }
    });
  } catch (error) {
    throw new Problem(`run: ${/** @type {Error} */ (error).message}`, { code: 2 });
  }
}

/**
 * @param {string} pair
 * @returns {[string, string]}
 */
function parsePair(pair) {
  const at = pair.indexOf('=');
  if (at < 1) {
    throw new Problem(`A parameter is written name=value, got "${pair}".`, { code: 2 });
  }
  return [pair.slice(0, at), pair.slice(at + 1)];
}

module.exports = { run };
