/** @file Runs variants on this library when told to: a line of JSON in, a line of JSON out. */
'use strict';

const fs = require('fs');
const readline = require('readline');
const { io } = require('@switchyard/kernel-lib');
const { timeRuns } = require('../driver/timeRuns');
const { largestErrors } = require('./errors');
const { memoryHeld, memoryPeak } = require('./memory');
const { profile } = require('./profile');
const { exportModel } = require('./exportModel');
const { stepFloor } = require('./stepFloor');
const graph = require('./graphVariants');
const layer = require('./layerVariants');
const router = require('./routerVariants');
const training = require('./trainingVariants');

/**
 * How a variant is made from a case. A variant has `run()`, which leaves no tensor behind, `results()`, named values
 * to compare, and `dispose()`.
 */
const KINDS = { graph: graph.VARIANTS, layer: layer.VARIANTS, router: router.VARIANTS, training: training.VARIANTS };

let opened = null;
const variants = new Map();

function variant(name) {
  if (!variants.has(name)) {
    variants.set(name, KINDS[opened.sizes.kind][name](opened));
  }
  return variants.get(name);
}

const COMMANDS = {
  open({ file }) {
    variants.forEach((each) => each.dispose());
    variants.clear();
    const { tensors, metadata } = io.decodeSafetensors(fs.readFileSync(file), file);
    opened = { tensors, sizes: JSON.parse(metadata.sizes) };
    return {};
  },

  run({ name, untimed, timed }) {
    const { run } = variant(name);
    return { milliseconds: timeRuns(run, { untimed, timed }) };
  },

  write({ name, file }) {
    const tensors = new Map(Object.entries(variant(name).results()));
    fs.writeFileSync(file, Buffer.concat(io.encodeSafetensors({ tensors, metadata: {} })));
    return {};
  },

  compare({ name, file }) {
    const { tensors } = io.decodeSafetensors(fs.readFileSync(file), file);
    return { errors: largestErrors(variant(name).results(), tensors) };
  },

  profile: ({ name }) => profile(variant(name).run),

  async memory({ name, file }) {
    const libraries = memoryHeld();
    COMMANDS.open({ file });
    const { run } = variant(name);
    opened.tensors.clear();
    return { megabytes: await memoryPeak(run), libraries };
  },

  exportModel,
  stepFloor
};

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  let answer;
  try {
    const { command, ...rest } = JSON.parse(line);
    answer = await COMMANDS[command](rest);
  } catch (error) {
    answer = { error: error.stack ?? String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
