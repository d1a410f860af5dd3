'use strict';

const { shapeName } = require('../cases/shapes');
const { writeRouterCase } = require('../cases/writeCase');
const { digits, printTable } = require('../driver/table');

/** The router alone: projection, softmax, top-k, weights. */
async function router(bench) {
  const lines = [];
  for (const shape of bench.shapes.router) {
    const file = bench.file('case.safetensors');
    writeRouterCase(file, shape);
    await bench.open(file);
    const contestants = [
      { variant: 'ours', worker: bench.node, name: 'ours' },
      { variant: 'torch', worker: bench.torch, name: 'topK', rival: true }
    ];
    await bench.compare(contestants);
    const title = { name: 'router', shape: shapeName(shape), direction: 'forward' };
    const [ours, torch] = await bench.time(title, contestants);
    lines.push([title.shape, ...[ours.medianMs, torch?.medianMs, ours.ratioToBestRival].map(digits)]);
  }
  printTable('Router alone, forward (median ms)', ['router', 'ours', 'torch', 'ours / torch'], lines);
}

module.exports = { router };
