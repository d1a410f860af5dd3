'use strict';

const fs = require('fs');
const path = require('path');
const { setUp } = require('../setup');
const { line, seconds } = require('../support/lines');
const { Problem } = require('../support/problem');
const { RUNNERS, SLOW } = require('../tests/runners');
const { closing, judge, totalLine } = require('../tests/tally');

/**
 * `switchyard test [--slow | --only lint|vitest|pytest|ui]`
 * @type {import('./index').Command}
 */
async function test(project, words) {
  if (!project.source) {
    throw new Problem("The tests are in the project's sources, and this folder only uses the library.", { code: 2 });
  }
  const chosen = parse(words);
  const { chromium } = await setUp(project, { browser: chosen.includes(RUNNERS.ui) });
  const context = { reports: path.join(project.state, 'reports'), chromium };
  const summary = [];
  const results = [];
  const skips = [];
  for (const runner of chosen) {
    if (!fs.existsSync(path.join(project.root, runner.folder))) {
      summary.push(line('note', runner.title, `no tests: there is no ${runner.folder}`));
      continue;
    }
    console.log(`\n--- ${runner.title}`);
    const start = Date.now();
    const outcome = await runner.run(project, context);
    const result = judge(outcome);
    skips.push(...(outcome.skips ?? []));
    results.push(result);
    const took = seconds(Date.now() - start);
    const detail = [totalLine([result]), result.note, took].filter((text) => text !== '').join(', ');
    summary.push(line(result.failed > 0 ? 'failed' : 'ok', runner.title, detail));
  }
  console.log(`\n--- summary\n${summary.join('\n')}\n${closing(results, skips)}`);
  return results.some(({ failed }) => failed > 0) || results.length === 0 ? 1 : 0;
}

/**
 * @param {string[]} words
 * @returns {import('../tests/runners').Runner[]}
 */
function parse(words) {
  if (words.length === 0) {
    return Object.values(RUNNERS);
  }
  if (words.length === 1 && words[0] === '--slow') {
    return SLOW;
  }
  const [option, name] = words;
  if (option !== '--only' || words.length !== 2 || !Object.hasOwn(RUNNERS, name)) {
    throw new Problem(`test knows --slow and --only ${Object.keys(RUNNERS).join('|')}, not "${words.join(' ')}".`, {
      code: 2
    });
  }
  return [RUNNERS[name]];
}

module.exports = { test };
