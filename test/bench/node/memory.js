'use strict';

const fs = require('fs');

/**
 * Most memory that this process holds while `run` runs a few times, in megabytes: the whole process, libraries included. It has run before, so
 * that values are where TensorFlow has them, and not in JavaScript as well. Needs Linux, and Node started with --expose-gc.
 */
async function memoryPeak(run) {
  run();
  // What was collected is given back a little later.
  for (let i = 0; i < 5; i++) {
    global.gc();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  // Resets the peak to what is held now.
  fs.writeFileSync('/proc/self/clear_refs', '5');
  for (let i = 0; i < 3; i++) {
    run();
  }
  return megabytes('VmHWM');
}

/** Memory that this process holds now. */
const memoryHeld = () => megabytes('VmRSS');

function megabytes(field) {
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
}

module.exports = { memoryHeld, memoryPeak };
