'use strict';

const { digits, printTable } = require('../driver/table');

/** "L4 d128 E16 k2 B16 N128" */
function sizesName({ layers, width, numExperts, k, batchSize, length }) {
  return `L${layers} d${width} E${numExperts} k${k} B${batchSize} N${length}`;
}

/** A whole training step of a routed transformer and of its dense twin, against the same models on PyTorch. */
async function training(bench) {
  const { training: sizes } = bench.shapes;
  const lines = [];
  for (const routed of [true, false]) {
    const file = bench.file('model.safetensors');
    await bench.node.ask('exportModel', { file, sizes: { ...sizes, routed } });
    await bench.open(file);
    const eager = [
      { variant: 'ours', worker: bench.node, name: 'ours' },
      { variant: 'torch eager', worker: bench.torch, name: 'eager', rival: true }
    ];
    await bench.compare(eager);
    const compiled = await compiledContestant(bench);
    const watched = routed ? [{ variant: 'ours, watched', worker: bench.node, name: 'watched' }] : [];
    const model = routed ? 'routed transformer' : 'dense twin';
    const title = { name: 'training step', shape: `${model} ${sizesName(sizes)}`, direction: 'forward+backward' };
    const rows = await bench.time(title, [...eager, ...watched, ...compiled]);
    const of = (variant) => digits(rows.find((row) => row.variant === variant)?.medianMs) || 'does not run here';
    const [{ ratioToBestRival }] = rows;
    const { numOps, reads } = await bench.node.ask('profile', { name: 'ours' });
    const counted = { shape: title.shape, direction: 'training step', variant: 'ours' };
    bench.note({ name: 'ops dispatched', ...counted, value: numOps, unit: 'ops' });
    bench.note({ name: 'host reads', ...counted, value: reads.count, unit: 'reads' });
    lines.push([model, of('ours'), of('torch eager'), of('torch.compile'), digits(ratioToBestRival)]);
    if (routed) {
      await telemetry(bench, rows, title.shape);
    }
  }
  const header = ['model', 'ours', 'torch eager', 'torch.compile', 'ours / eager'];
  printTable(`Training step, ${sizesName(sizes)} (median ms)`, header, lines);
}

/** torch.compile needs a compiler and headers; where it fails, the column stays empty and the reason is told. */
async function compiledContestant({ torch }) {
  if (torch === null) {
    return [];
  }
  try {
    await torch.ask('run', { name: 'compiled', untimed: 0, timed: 1 });
    return [{ variant: 'torch.compile', worker: torch, name: 'compiled' }];
  } catch (error) {
    console.error(`torch.compile does not run here: ${error.message.trim().split('\n').at(-1)}`);
    return [];
  }
}

/** What watching costs: a step with and without, and a snapshot for the panel. */
async function telemetry(bench, rows, shape) {
  const [plain, watched] = ['ours', 'ours, watched'].map((name) => rows.find(({ variant }) => variant === name));
  const percent = 100 * (watched.medianMs / plain.medianMs - 1);
  const watching = { name: 'telemetry', shape, direction: 'training step', variant: 'ours' };
  bench.note({ ...watching, value: percent, unit: '%' });
  const title = { name: 'payload snapshot', shape, direction: 'none' };
  const [snapshot] = await bench.time(title, [{ variant: 'ours', worker: bench.node, name: 'snapshot' }]);
  printTable(
    `Telemetry, ${shape}`,
    ['what', 'cost'],
    [
      ['watching a training step', `${digits(percent)} %`],
      ['a snapshot for the panel', `${digits(snapshot.medianMs)} ms`]
    ]
  );
}

module.exports = { sizesName, training };
