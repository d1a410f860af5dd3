'use strict';

/** Milliseconds of each of `timed` runs, after `untimed` that do not count. */
function timeRuns(run, { untimed, timed }) {
  const milliseconds = [];
  for (let i = -untimed; i < timed; i++) {
    const start = performance.now();
    run();
    if (i >= 0) {
      milliseconds.push(performance.now() - start);
    }
  }
  return milliseconds;
}

module.exports = { timeRuns };
