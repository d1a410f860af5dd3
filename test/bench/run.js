/**
 * `npm run bench`: the routed layer, the router and whole training steps against PyTorch on the same threads.
 *
 *   --json FILE   writes the rows: name, shape, direction, variant, medianMs, p10, p90, ratioToBestRival
 *   --smoke       parity on small shapes only; needs no PyTorch
 *   --small       every section on shapes so small that its figures mean nothing: to see that it ends well
 *   --alone       without PyTorch: ours only
 *   --only NAME   one section (layers, memory, router, scaling, training, start, depth, graph, pruning, search, profile,
 *                 ui, lab, real, large), or layers whose shape contains NAME
 *   --large       at the end a mixture of 13.8 GB, which is written to .switchyard/bench first
 *                 (`--only large`: that alone)
 *   --full        every shape (hours)
 *   --threads N   threads of each library; 2 unless told otherwise
 *
 * PyTorch is taken from the Python in SWITCHYARD_TORCH_PYTHON, else installed for the benchmark into .switchyard/torch-venv.
 */
'use strict';

const fs = require('fs');
const os = require('os');
const { parseArgs } = require('util');
const { Bench } = require('./driver/bench');
const { depth } = require('./sections/depth');
const { graph } = require('./sections/graph');
const { lab } = require('./sections/lab');
const { large } = require('./sections/large');
const { layers } = require('./sections/layers');
const { memory } = require('./sections/memory');
const { profile } = require('./sections/profile');
const { pruning } = require('./sections/pruning');
const { real } = require('./sections/real');
const { router } = require('./sections/router');
const { scaling } = require('./sections/scaling');
const { search } = require('./sections/search');
const { smoke } = require('./sections/smoke');
const { start } = require('./sections/start');
const { training } = require('./sections/training');
const { ui } = require('./sections/ui');

const SECTIONS = { layers, memory, router, scaling, training, start };
/** Not part of a whole run: they compare nothing, or need a model that is fetched. */
const EXTRA_SECTIONS = { depth, graph, pruning, search, profile, ui, lab, real, large };
/** They need no PyTorch. */
const NEED_NO_TORCH = [depth, pruning, search, smoke, ui, lab, large];

function readOptions() {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  const flags = { smoke: flag, small: flag, alone: flag, full: flag, large: flag };
  const { values } = parseArgs({ options: { json: text, only: text, threads: text, ...flags } });
  return { ...values, only: values.only ?? null, threads: Number(values.threads ?? 2) };
}

/** The sections to run; `--only` with the name of none picks layers by shape. */
function choose({ only, smoke: smokeOnly, large: largeToo }) {
  if (smokeOnly) {
    return [smoke];
  }
  if (only === null) {
    return [...Object.values(SECTIONS), ...(largeToo ? [large] : [])];
  }
  return [{ ...SECTIONS, ...EXTRA_SECTIONS }[only] ?? layers];
}

function describe({ torch, python, threads }) {
  const [{ model }] = os.cpus();
  const load = os.loadavg().map((value) => value.toFixed(1));
  return [
    `${new Date().toISOString().slice(0, 10)}, ${model}, ${os.cpus().length} cores, ${os.type()} ${os.release()}`,
    `Node ${process.version.slice(1)}, PyTorch ${torch}, Python ${python}, ${threads} threads each; load ${load.join(' ')}`
  ].join('\n');
}

async function main() {
  const options = readOptions();
  const chosen = choose(options);
  const shapes = chosen[0] === layers && options.only !== 'layers' ? options.only : null;
  const bench = new Bench({ ...options, only: shapes });
  try {
    if (!options.alone && !chosen.every((section) => NEED_NO_TORCH.includes(section))) {
      console.log(describe(await bench.startTorch()));
    }
    for (const section of chosen) {
      await section(bench);
      // As each ends, so that one that fails leaves the others' rows.
      if (options.json !== undefined) {
        fs.writeFileSync(options.json, `${JSON.stringify(bench.rows, null, 2)}\n`);
      }
    }
    if (shapes !== null && bench.rows.length === 0) {
      throw new Error(`bench: --only must name a section, or a part of a layer's shape, got ${shapes}`);
    }
  } finally {
    bench.close();
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
