'use strict';

const { setTimeout: pause } = require('timers/promises');
const { summarize } = require('./statistics');

const WARM_UPS = 5;
const ROUNDS = 5;
const RUNS_A_ROUND = 4;
/** Threads of a worker that has just run go on spinning for a while. */
const PAUSE_MS = 10;
/** Below this, what another process left in the caches matters: the first run of a turn is not timed. */
const SHORT_MS = 20;

/**
 * Times contestants in turn, A B C A B C ...: 20 runs each after 5 warm-ups, so that what else the machine does falls on
 * all of them alike.
 *
 * @param {{ variant: string, worker: Worker, name: string }[]} contestants
 * @returns One summary for each: medianMs, p10, p90.
 */
async function interleave(contestants) {
  const samples = contestants.map(() => []);
  const untimed = [];
  for (const [i, { worker, name }] of contestants.entries()) {
    const { milliseconds } = await worker.ask('run', { name, untimed: WARM_UPS - 1, timed: 1 });
    untimed[i] = milliseconds[0] < SHORT_MS ? 1 : 0;
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { worker, name }] of contestants.entries()) {
      await pause(PAUSE_MS);
      const { milliseconds } = await worker.ask('run', { name, untimed: untimed[i], timed: RUNS_A_ROUND });
      samples[i].push(...milliseconds);
    }
  }
  return samples.map(summarize);
}

module.exports = { interleave };
