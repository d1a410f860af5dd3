'use strict';

const { setTimeout: pause } = require('timers/promises');
const { summarize } = require('./statistics');

const WARM_UPS = 5;
/** Warm-ups of what is short take at least so long together: Node compiles a function after some hundred calls. */
const WARM_UP_MS = 250;
const ROUNDS = 5;
const RUNS_A_ROUND = 4;
/** Runs of a turn take at least so long together: threads sleep before it, and what is shorter would be timed as its first runs alone. */
const TURN_MS = 5;
const MOST_RUNS = 100;
const MOST_WARM_UPS = 1000;
/** Threads of a worker that has just run go on spinning for a while. */
const PAUSE_MS = 10;
/** Below this, what another process left in the caches matters: the first run of a turn is not timed, nor are others within so many milliseconds. */
const SHORT_MS = 20;
const UNTIMED_MS = 1;

/**
 * Times contestants in turn, A B C A B C ...: 20 runs each after 5 warm-ups, of what is short up to 500 after 1,000, so that what else the machine does falls on
 * all of them alike.
 *
 * @param {{ variant: string, worker: Worker, name: string }[]} contestants
 * @returns One summary for each: medianMs, p10, p90.
 */
async function interleave(contestants) {
  const samples = contestants.map(() => []);
  const counts = [];
  for (const { worker, name } of contestants) {
    const { milliseconds } = await worker.ask('run', { name, untimed: WARM_UPS - 1, timed: 1 });
    counts.push(countsOf(milliseconds[0]));
    const more = Math.min(MOST_WARM_UPS, Math.ceil(WARM_UP_MS / milliseconds[0])) - WARM_UPS;
    if (more > 0) {
      await worker.ask('run', { name, untimed: more, timed: 0 });
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, { worker, name }] of contestants.entries()) {
      await pause(PAUSE_MS);
      const { milliseconds } = await worker.ask('run', { name, ...counts[i] });
      samples[i].push(...milliseconds);
    }
  }
  return samples.map(summarize);
}

/** Runs of a turn, by how long one takes. */
function countsOf(ms) {
  const within = (limit) => Math.min(MOST_RUNS, Math.ceil(limit / ms));
  return { untimed: ms < SHORT_MS ? within(UNTIMED_MS) : 0, timed: Math.max(RUNS_A_ROUND, within(TURN_MS)) };
}

module.exports = { interleave };
