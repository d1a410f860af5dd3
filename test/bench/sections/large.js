'use strict';

const { execFileSync } = require('child_process');
const path = require('path');
const { findProject } = require('../../../kernel-lib/bin/support/project');
const { writeOlmoe } = require('../cases/writeOlmoe');
const { digits, printTable } = require('../driver/table');

const SCRIPT = path.join(__dirname, '../node/largeModel.js');

/** A mixture of OLMoE-1B-7B's shape with random values, 13.8 GB on disk: opened with lazy experts, and a text continued within a part of its memory. */
function large(bench) {
  const { name, cacheBytes, tokens, ...sizes } = bench.shapes.large;
  const folder = path.join(findProject().root, '.switchyard', 'bench', name);
  writeOlmoe(folder, sizes);
  const env = { ...process.env, OMP_NUM_THREADS: String(bench.threads), TF_NUM_INTRAOP_THREADS: String(bench.threads) };
  const run = execFileSync(process.execPath, [SCRIPT, folder, String(cacheBytes), String(tokens)], { env, encoding: 'utf8' }); // prettier-ignore
  const { opening, first, token, fileBytes, peakBytes, expertCache } = JSON.parse(run.trim().split('\n').pop());
  const row = { shape: `${name}, ${tokens} tokens`, direction: 'forward', variant: 'ours, experts lazily' };
  const figures = [
    ['opening', opening, 's'],
    ['first token', first, 's'],
    ['token', 1000 * token, 'ms, mean'],
    ['file', fileBytes / 1e9, 'GB'],
    ['peak memory', peakBytes / 1e9, 'GB'],
    ['hits of the expert cache', expertCache.hitRate, '']
  ];
  figures.forEach(([what, value, unit]) => bench.note({ ...row, name: what, value, unit }));
  const header = figures.map(([what, , unit]) => (unit === '' ? what : `${what} [${unit}]`));
  const words = `${expertCache.policy}, room for ${expertCache.capacity} of ${expertCache.of} matrices`;
  printTable(`A mixture larger than its memory (${words})`, header, [figures.map(([, value]) => digits(value))]);
}

module.exports = { large };
