'use strict';

const { SMOKE_SHAPES, shapeName } = require('../cases/shapes');
const { writeLayerCase } = require('../cases/writeCase');
const { DIRECTIONS, directionName, layerContestants } = require('./contestants');

/** Parity alone, on small shapes and without PyTorch: with custom ops, composed, and one-hot give the same numbers. */
async function smoke(bench) {
  for (const shape of SMOKE_SHAPES) {
    const file = bench.file('case.safetensors');
    writeLayerCase(file, shape);
    await bench.open(file);
    for (const direction of DIRECTIONS) {
      const contestants = layerContestants(bench, shape, direction).filter(({ compared }) => compared);
      const worst = await bench.compare(contestants);
      const row = { name: 'parity', shape: shapeName(shape), direction: directionName(direction) };
      contestants.forEach(({ variant }) => bench.note({ ...row, variant }));
      console.log(
        `${row.shape}, ${row.direction}: ${contestants.map(({ variant }) => variant).join(', ')} agree to ${worst.toExponential(1)}`
      );
    }
  }
}

module.exports = { smoke };
