'use strict';

const { shapeName } = require('../cases/shapes');
const { writeLayerCase } = require('../cases/writeCase');
const { digits, printTable } = require('../driver/table');
const { DIRECTIONS, directionName } = require('./contestants');

const DOUBLED = { T: 'numTokens', E: 'numExperts', k: 'k' };

/** How the cost of a layer grows when T, E and K are doubled, one at a time and then again. */
async function scaling(bench) {
  const { scaling: smallest } = bench.shapes;
  const base = await timesOf(bench, smallest);
  const lines = [];
  for (const [letter, size] of Object.entries(DOUBLED)) {
    let before = base;
    for (const factor of [2, 4]) {
      const after = await timesOf(bench, { ...smallest, [size]: factor * smallest[size] });
      const ratios = before.map((ms, i) => after[i] / ms);
      lines.push([
        `${letter} ${(factor / 2) * smallest[size]} -> ${factor * smallest[size]}`,
        ...ratios.map(digits),
        digits(after[1] / after[0])
      ]);
      before = after;
    }
  }
  const header = ['doubled', 'forward', 'forward+backward', 'forward+backward / forward'];
  printTable(
    `Growth from ${shapeName(smallest)}: time ratio (base ${base.map(digits).join(' and ')} ms)`,
    header,
    lines
  );
}

async function timesOf(bench, shape) {
  const file = bench.file('case.safetensors');
  writeLayerCase(file, shape);
  await bench.node.ask('open', { file });
  const times = [];
  for (const direction of DIRECTIONS) {
    const contestants = [{ variant: 'ours', worker: bench.node, name: `ours ${direction}` }];
    const [row] = await bench.time(
      { name: 'scaling', shape: shapeName(shape), direction: directionName(direction) },
      contestants
    );
    times.push(row.medianMs);
  }
  return times;
}

module.exports = { scaling };
