'use strict';

const fs = require('fs');

/**
 * Most memory that this process holds while `run` runs a few times, in megabytes: the whole process, libraries
 * included. Needs Linux, and Node started with --expose-gc.
 */
function memoryPeak(run) {
  global.gc();
  // Resets the peak to what is held now.
  fs.writeFileSync('/proc/self/clear_refs', '5');
  for (let i = 0; i < 3; i++) {
    run();
  }
  return Number(/VmHWM:\s+(\d+) kB/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
}

module.exports = { memoryPeak };
