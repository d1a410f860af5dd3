'use strict';

const { timeRuns } = require('./timeRuns');

/** Answers as a worker does, in this process. */
function inProcess(run) {
  return {
    ask: (_command, counts) => ({ milliseconds: timeRuns(run, counts) })
  };
}

module.exports = { inProcess };
