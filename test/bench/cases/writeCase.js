'use strict';

const fs = require('fs');
const { io } = require('@switchyard/kernel-lib');
const { expertShares } = require('./expertShares');
const { generator, uniform } = require('./random');

/**
 * Writes all that a routed layer is run on: tokens, logits, weights and the gradient that comes from above.
 *
 * @param shape - numTokens, width, hidden, numExperts, k, routing.
 * @returns False where the routing cannot be made here.
 */
function writeLayerCase(file, shape) {
  const { numTokens, width, hidden, numExperts, routing } = shape;
  const shares = expertShares(routing, numExperts);
  if (shares === null) {
    return false;
  }
  const next = generator(1);
  write(file, { ...shape, kind: 'layer' }, [
    ['x', uniform([numTokens, width], 1, next)],
    ['logits', drawLogits(numTokens, shares, next)],
    ['w1', uniform([numExperts, width, hidden], width ** -0.5, next)],
    ['w2', uniform([numExperts, hidden, width], hidden ** -0.5, next)],
    ['upstream', uniform([numTokens, width], 1, next)]
  ]);
  return true;
}

/** What a router alone is run on. */
function writeRouterCase(file, shape) {
  const next = generator(1);
  write(file, { ...shape, kind: 'router' }, [
    ['x', uniform([shape.numTokens, shape.width], 1, next)],
    ['weight', uniform([shape.width, shape.numExperts], shape.width ** -0.5, next)]
  ]);
}

/** Logits whose K largest are a draw of K experts without replacement, by their shares: the Gumbel-top-k trick; [T, E]. */
function drawLogits(numTokens, shares, next) {
  const logs = shares.map(Math.log);
  const values = new Float32Array(numTokens * shares.length);
  for (let i = 0; i < values.length; i++) {
    values[i] = logs[i % logs.length] - Math.log(-Math.log(next() + 1e-12));
  }
  return { shape: [numTokens, shares.length], values };
}

function write(file, sizes, entries) {
  const pieces = io.encodeSafetensors({ tensors: new Map(entries), metadata: { sizes: JSON.stringify(sizes) } });
  fs.rmSync(file, { force: true });
  pieces.forEach((piece) => fs.appendFileSync(file, piece));
}

module.exports = { write, writeLayerCase, writeRouterCase };
