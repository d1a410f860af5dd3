'use strict';

const { shapeName } = require('../cases/shapes');
const { writeLayerCase } = require('../cases/writeCase');
const { digits, printTable } = require('../driver/table');
const { DIRECTIONS, directionName } = require('./contestants');
const { sizesName } = require('./training');

const RUNS = 9;
const SHOWN_OPS = 12;

/** Where the time of our layer and of a training step goes: each op with its binding, copies in and out, and JavaScript. */
async function profile(bench) {
  if (bench.only === null) {
    await steps(bench);
  }
  for (const shape of bench.shapes.layers.filter((each) => bench.wants(shapeName(each)))) {
    const file = bench.file('case.safetensors');
    writeLayerCase(file, shape);
    await bench.node.ask('open', { file });
    for (const direction of DIRECTIONS) {
      print(`${shapeName(shape)}, ${directionName(direction)}`, await typicalRun(bench, `ours ${direction}`));
    }
  }
}

/** Whole training steps, and how long their matrix products alone would take. */
async function steps(bench) {
  for (const routed of [true, false]) {
    const sizes = { ...bench.shapes.training, routed };
    const file = bench.file('model.safetensors');
    await bench.node.ask('exportModel', { file, sizes });
    await bench.node.ask('open', { file });
    const { gigaflops, perSecond } = await bench.node.ask('stepFloor', { sizes });
    print(
      `Training step, ${routed ? 'routed transformer' : 'dense twin'} ${sizesName(sizes)}`,
      await typicalRun(bench, 'ours')
    );
    const milliseconds = digits((1000 * gigaflops) / perSecond);
    console.log(
      `matrix products alone: ${milliseconds} ms (${digits(gigaflops)} GFLOP at ${digits(perSecond)} GFLOP/s)`
    );
  }
}

/** Of several runs, the one of median length. */
async function typicalRun({ node }, name) {
  await node.ask('run', { name, untimed: 5, timed: 1 });
  const runs = [];
  for (let i = 0; i < RUNS; i++) {
    runs.push(await node.ask('profile', { name }));
  }
  return runs.sort((a, b) => a.milliseconds - b.milliseconds)[Math.floor(RUNS / 2)];
}

function print(title, { milliseconds, ops, uploads, reads, deletions, javascript }) {
  const line = (name, { count, milliseconds: part }) => [
    name,
    count,
    digits(part),
    `${Math.round((100 * part) / milliseconds)} %`
  ];
  printTable(
    `${title}: ${digits(milliseconds)} ms`,
    ['where', 'calls', 'ms', 'share'],
    [
      ...ops.slice(0, SHOWN_OPS).map((op) => line(op.name, op)),
      line('copies to TensorFlow', uploads),
      line('reads', reads),
      line('freeing', deletions),
      line('JavaScript', { count: '', milliseconds: javascript })
    ]
  );
}

module.exports = { profile };
