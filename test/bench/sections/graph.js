'use strict';

const { writeGraphCase } = require('../cases/writeGraphCase');
const { quantile } = require('../driver/statistics');
const { digits, printTable } = require('../driver/table');
const { directionName } = require('./contestants');

/** Bytes that the variant "read" reads. */
const READ_BYTES = 4 * 2 ** 26;

const shapeOf = ({ numNodes, numEdges, width }) => `N${numNodes} E${numEdges} F${width}`;

/** Sparse times dense over a graph, with and without gradients, and a training step of two graph convolutions: beside torch.sparse and PyTorch Geometric's scatter. */
async function graph(bench) {
  const lines = [];
  for (const sizes of bench.shapes.graphs) {
    const file = bench.file('graph.safetensors');
    writeGraphCase(file, sizes);
    await bench.open(file);
    const limit = await memoryLimit(bench, sizes);
    for (const direction of ['forward', 'both', 'weights', 'step']) {
      lines.push(await row(bench, sizes, direction, limit));
    }
  }
  const header = [
    'graph',
    'direction',
    'ours',
    'torch.sparse',
    'scatter',
    'best rival / ours',
    'G edge features/s',
    'of the memory limit'
  ];
  printTable('Sums over edges (median ms)', header, lines);
  await growth(bench);
}

/** Milliseconds of a sum over edges that is bound by memory alone, out of cache: each edge reads a row of features. Null without PyTorch, whose reading is timed. */
async function memoryLimit(bench, { numEdges, width }) {
  if (bench.torch === null) {
    return null;
  }
  const { milliseconds } = await bench.torch.ask('run', { name: 'read', untimed: 2, timed: 9 });
  const ms = quantile(milliseconds, 0.5);
  bench.note({ name: 'memory', shape: '256 MiB', direction: 'read', variant: 'torch', medianMs: ms });
  return (4 * numEdges * width * ms) / READ_BYTES;
}

async function row(bench, sizes, direction, limit) {
  const make = (variant, worker, name, rival) => ({ variant, worker, name: `${name} ${direction}`, rival });
  const contestants = [
    make('ours', bench.node, 'ours', false),
    // Its values have no gradient.
    ...(direction === 'weights' ? [] : [make('torch.sparse', bench.torch, 'csr', true)]),
    make('scatter', bench.torch, 'scatter', true)
  ];
  await bench.compare(contestants);
  const names = { weights: 'forward+backward, weights too', step: 'training step' };
  const title = { name: 'graph', shape: shapeOf(sizes), direction: names[direction] ?? directionName(direction) };
  const rows = await bench.time(title, contestants);
  const of = (variant) => digits(rows.find((each) => each.variant === variant)?.medianMs);
  const [{ medianMs, ratioToBestRival }] = rows;
  const speed = direction === 'forward' ? (sizes.numEdges * sizes.width) / (1e6 * medianMs) : null;
  const times = ratioToBestRival === null ? null : 1 / ratioToBestRival;
  const share = direction === 'forward' && limit !== null ? `${digits((100 * limit) / medianMs)} %` : digits(null);
  return [title.shape, title.direction, of('ours'), of('torch.sparse'), of('scatter'), digits(times), digits(speed), share]; // prettier-ignore
}

/** Time of each edge as a graph grows: flat where it is linear. */
async function growth(bench) {
  const { edges, width } = bench.shapes.growing;
  const lines = [];
  for (const numEdges of edges) {
    const file = bench.file('graph.safetensors');
    const sizes = { numNodes: numEdges / 10, numEdges, width, hidden: 8 };
    writeGraphCase(file, sizes);
    await bench.open(file);
    const [{ medianMs }] = await bench.time(
      { name: 'graph growth', shape: shapeOf(sizes), direction: 'forward+backward' },
      [{ variant: 'ours', worker: bench.node, name: 'ours both' }]
    );
    lines.push([shapeOf(sizes), digits(medianMs), digits((1e6 * medianMs) / numEdges)]);
  }
  printTable('Growth in edges, forward+backward', ['graph', 'ms', 'ns an edge'], lines);
}

module.exports = { graph };
