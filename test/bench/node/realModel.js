/** @file Opens a real model and writes with it when told to: a line of JSON in, a line of JSON out. */
'use strict';

const readline = require('readline');
const { core, models, ops, tf } = require('@switchyard/kernel-lib');

let model = null;

const COMMANDS = {
  async open({ place, dtype }) {
    const start = performance.now();
    model = await models.open(place, { dtype });
    const { memoryBytes, fileBytes } = model.card;
    return { seconds: (performance.now() - start) / 1000, memoryBytes, fileBytes };
  },

  /** Logits of the last place. */
  logits: ({ ids }) => ({ logits: Array.from(lastLogits(ids)) }),

  prefill({ ids }) {
    const start = performance.now();
    lastLogits(ids);
    return { milliseconds: performance.now() - start };
  },

  /** A token after another, the likeliest each time; after `untimed` ones. */
  async decode({ text, untimed, timed }) {
    let started = 0;
    let count = 0;
    const onToken = () => {
      count++;
      started = count === untimed ? performance.now() : started;
    };
    await model.generate(text, { maxNewTokens: untimed + timed, ignoreEnd: true, onToken });
    return { milliseconds: (performance.now() - started) / timed };
  },

  encode: ({ text }) => ({ ids: model.tokenizer.encode(text) })
};

function lastLogits(ids) {
  const ctx = core.Context.create();
  try {
    return ops.read(() => {
      const hidden = model.embedContext(tf.tensor2d([ids], undefined, 'int32'), ctx);
      const last = hidden.slice([0, ids.length - 1, 0], [1, 1, -1]);
      return model.readOut(last, ctx);
    });
  } finally {
    ctx.dispose();
  }
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const { command, ...rest } = JSON.parse(line);
  Promise.resolve()
    .then(() => COMMANDS[command](rest))
    .catch((error) => ({ error: error.stack ?? String(error) }))
    .then((answer) => process.stdout.write(`${JSON.stringify(answer)}\n`));
});
