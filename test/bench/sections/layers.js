'use strict';

const { allShapes, shapeName } = require('../cases/shapes');
const { writeLayerCase } = require('../cases/writeCase');
const { digits, printTable } = require('../driver/table');
const { DIRECTIONS, directionName, layerContestants } = require('./contestants');

const VARIANTS = ['ours', 'composed', 'one-hot', 'floor', 'torch loop', 'torch sorted', 'torch grouped', 'torch dense'];

/** The routed layer against its rivals, forward and with gradients. */
async function layers(bench) {
  const measured = [];
  for (const shape of (bench.full ? allShapes() : bench.shapes.layers).filter((each) => bench.wants(shapeName(each)))) {
    const file = bench.file('case.safetensors');
    if (!writeLayerCase(file, shape)) {
      console.log(`${shapeName(shape)}: left out, the measured routing counts are not on this machine`);
      continue;
    }
    await bench.open(file);
    for (const direction of DIRECTIONS) {
      const title = { name: 'layer', shape: shapeName(shape), direction: directionName(direction) };
      const contestants = layerContestants(bench, shape, direction);
      await bench.compare(contestants.filter(({ compared }) => compared));
      measured.push({
        ...title,
        rows: await bench.time(title, contestants),
        ...(await counts(bench, title, direction))
      });
      report(measured.at(-1));
    }
  }
  DIRECTIONS.map(directionName).forEach((direction) => printDirection(measured, direction));
}

/** Ops that ours dispatches, and reads from the device. */
async function counts(bench, title, direction) {
  const { numOps, reads } = await bench.node.ask('profile', { name: `ours ${direction}` });
  bench.note({ ...title, name: 'ops dispatched', variant: 'ours', value: numOps, unit: 'ops' });
  bench.note({ ...title, name: 'host reads', variant: 'ours', value: reads.count, unit: 'reads' });
  return { numOps, numReads: reads.count };
}

/** One line while it runs. */
function report({ shape, direction, rows }) {
  const times = rows.map(({ variant, medianMs }) => `${variant} ${digits(medianMs)}`).join(', ');
  console.error(`${shape}, ${direction} [ms]: ${times}`);
}

function printDirection(measured, direction) {
  const chosen = measured.filter((each) => each.direction === direction);
  if (chosen.length === 0) {
    return;
  }
  const lines = chosen.map(({ shape, rows, numOps, numReads }) => {
    const of = (variant) => rows.find((row) => row.variant === variant);
    const { medianMs, p10, p90, ratioToBestRival } = of('ours');
    const share = `${Math.round((100 * of('floor').medianMs) / medianMs)} %`;
    const times = VARIANTS.slice(1).map((variant) => digits(of(variant)?.medianMs));
    const spread = `${digits(p10)}-${digits(p90)}`;
    return [shape, digits(medianMs), spread, ...times, digits(ratioToBestRival), share, numOps, numReads];
  });
  const header = ['layer', 'ours', 'p10-p90', ...VARIANTS.slice(1), 'ours / best rival', 'of floor', 'ops', 'reads'];
  printTable(`Routed layer, ${direction} (median ms)`, header, lines);
}

module.exports = { layers };
