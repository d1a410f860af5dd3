'use strict';

const { writeGraphCase } = require('../cases/writeGraphCase');
const { digits, printTable } = require('../driver/table');
const { directionName } = require('./contestants');

const shapeOf = ({ numNodes, numEdges, width }) => `N${numNodes} E${numEdges} F${width}`;

/** Sparse times dense over a graph, with and without gradients, and a training step of two graph convolutions: beside torch.sparse and PyTorch Geometric's scatter. */
async function graph(bench) {
  const lines = [];
  for (const sizes of bench.shapes.graphs) {
    const file = bench.file('graph.safetensors');
    writeGraphCase(file, sizes);
    await bench.open(file);
    for (const direction of ['forward', 'both', 'weights', 'step']) {
      lines.push(await row(bench, sizes, direction));
    }
  }
  const header = ['graph', 'direction', 'ours', 'torch.sparse', 'scatter', 'best rival / ours', 'G edge features/s'];
  printTable('Sums over edges (median ms)', header, lines);
  await growth(bench);
}

async function row(bench, sizes, direction) {
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
  return [title.shape, title.direction, of('ours'), of('torch.sparse'), of('scatter'), digits(times), digits(speed)];
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
