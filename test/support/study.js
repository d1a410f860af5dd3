'use strict';

const { nas } = require('@switchyard/kernel-lib');

/**
 * A study which a test kills, in a process of its own: `node study.js <options as JSON>`. Says on its output which trial it is at.
 * Where it is required it runs in the caller's process.
 * @param {{ storage: string, name: string, strategy: object, trials: number, milliseconds: number, workers: number, python?: string }} options
 * @param {(number: number) => void} [begins] - Is told each trial that begins.
 * @returns {Promise<[object, Record<string, number>][]>} The parameters and values of its trials.
 */
async function runStudy({ storage, name, strategy, trials, milliseconds, workers, python }, begins = () => undefined) {
  const space = nas.space({ a: nas.integer(0, 20), b: nas.categorical(['x', 'y', 'z']), c: nas.integer(0, 20) });
  const { trials: all } = await nas.study({
    ...{ space, storage, name, trials, seed: 5, progress: false, ...(python && { python }) },
    strategy: nas.strategies.of(strategy),
    executor: nas.inProcess({ slots: workers }),
    evaluate: async ({ candidate, number, resource = 0 }) => {
      begins(number);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      return Math.abs(candidate.a - 13) + Math.abs(candidate.c - 4) + (candidate.b === 'y' ? 0 : 3) - resource / 100;
    }
  });
  return all.map(({ parameters, values }) => [parameters, values]);
}

module.exports = { runStudy };

if (require.main === module) {
  void runStudy(JSON.parse(process.argv[2]), (number) => process.stdout.write(`${number}\n`)).then((all) =>
    process.stdout.write(`${JSON.stringify(all)}\n`)
  );
}
