'use strict';

const { shapeName } = require('../cases/shapes');
const { writeLayerCase } = require('../cases/writeCase');
const { digits, printTable } = require('../driver/table');
const { DIRECTIONS, directionName } = require('./contestants');

const RUNS = 9;
const SHOWN_OPS = 12;

/** Where the time of our layer goes: each op with its binding, copies in and out, and JavaScript. */
async function profile(bench) {
  for (const shape of bench.shapes.layers.filter((each) => bench.wants(shapeName(each)))) {
    const file = bench.file('case.safetensors');
    writeLayerCase(file, shape);
    await bench.node.ask('open', { file });
    for (const direction of DIRECTIONS) {
      print(`${shapeName(shape)}, ${directionName(direction)}`, await typicalRun(bench, `ours ${direction}`));
    }
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
