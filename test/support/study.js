'use strict';

// A study in a process of its own, which a test kills: `node study.js <options as JSON>`. Says on its output which trial it is at.
const { nas } = require('@switchyard/kernel-lib');

const { storage, name, strategy, trials, milliseconds, workers } = JSON.parse(process.argv[2]);
const space = nas.space({ a: nas.integer(0, 20), b: nas.categorical(['x', 'y', 'z']), c: nas.integer(0, 20) });

nas
  .study({
    ...{ space, storage, name, trials, seed: 5, progress: false },
    strategy: nas.strategies.of(strategy),
    executor: nas.inProcess({ slots: workers }),
    evaluate: async ({ candidate, number, resource = 0 }) => {
      process.stdout.write(`${number}\n`);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      return Math.abs(candidate.a - 13) + Math.abs(candidate.c - 4) + (candidate.b === 'y' ? 0 : 3) - resource / 100;
    }
  })
  .then(({ trials: all }) =>
    process.stdout.write(`${JSON.stringify(all.map(({ parameters, values }) => [parameters, values]))}\n`)
  );
