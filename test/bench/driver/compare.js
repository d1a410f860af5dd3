'use strict';

const path = require('path');

const TOLERANCE = 1e-4;

/**
 * Has the first contestant write its values and gradients, and each other one compare its own with them.
 *
 * @throws where any differs by more than 1e-4 of the largest magnitude.
 */
async function compare(contestants, folder) {
  const [reference, ...others] = contestants;
  const file = path.join(folder, 'reference.safetensors');
  await reference.worker.ask('write', { name: reference.name, file });
  let worst = 0;
  for (const { variant, worker, name } of others) {
    const { errors } = await worker.ask('compare', { name, file });
    for (const [value, error] of Object.entries(errors)) {
      if (error === null || error > TOLERANCE) {
        throw new Error(
          `bench: ${value} of "${variant}" must agree with "${reference.variant}" to ${TOLERANCE}, got ${error}`
        );
      }
      worst = Math.max(worst, error);
    }
  }
  return worst;
}

module.exports = { compare };
