'use strict';

const { shapeName } = require('../cases/shapes');
const { writeLayerCase } = require('../cases/writeCase');
const { digits, printTable } = require('../driver/table');
const { nodeWorker, torchWorker } = require('../driver/worker');
const { layerContestants } = require('./contestants');

const VARIANTS = ['ours', 'composed', 'torch loop', 'torch sorted', 'torch grouped'];

/** Peak memory of a whole process that runs one variant, forward and backward; a fresh process for each. */
async function memory(bench) {
  const lines = [];
  for (const shape of bench.shapes.memory.filter((each) => bench.wants(shapeName(each)))) {
    const file = bench.file('case.safetensors');
    writeLayerCase(file, shape);
    const row = { name: 'peak memory', shape: shapeName(shape), direction: 'forward+backward', unit: 'MB' };
    const peaks = [];
    for (const { variant, worker, name } of layerContestants(bench, shape, 'both')) {
      if (VARIANTS.includes(variant)) {
        peaks.push({ ...row, variant, ...(await peakOf(bench, worker === bench.torch, file, name)) });
      }
    }
    peaks.forEach((peak) => bench.note(peak));
    lines.push([row.shape, ...VARIANTS.map((variant) => shown(peaks.find((peak) => peak.variant === variant)))]);
  }
  if (lines.length > 0) {
    printTable(
      'Peak memory of the process, forward+backward (MB; with it, of what libraries hold before a model is there)',
      ['layer', ...VARIANTS],
      lines
    );
  }
}

function shown(peak) {
  return peak === undefined ? digits(undefined) : `${digits(peak.value)} (${digits(peak.libraries)})`;
}

async function peakOf({ python, threads }, onTorch, file, name) {
  const worker = onTorch ? torchWorker(python, threads) : nodeWorker(threads);
  try {
    const { megabytes, libraries } = await worker.ask('memory', { name, file });
    return { value: megabytes, libraries };
  } finally {
    worker.close();
  }
}

module.exports = { memory };
