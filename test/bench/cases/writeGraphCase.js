'use strict';

const { generator, uniform } = require('./random');
const { write } = require('./writeCase');

const CLASSES = 16;

/**
 * Writes a graph and what a sum over it is run on: edges with weights, what nodes hold, and the gradient that comes from above. Nodes that have many edges
 * are few: an end is drawn from a square.
 */
function writeGraphCase(file, { numNodes, numEdges, width, hidden }) {
  const next = generator(1);
  const node = () => Math.floor(next() ** 2 * numNodes);
  const ids = (count, draw) => ({ shape: [count], values: Int32Array.from({ length: count }, draw) });
  write(file, { numNodes, numEdges, width, hidden, classes: CLASSES, kind: 'graph' }, [
    ['sources', ids(numEdges, node)],
    ['targets', ids(numEdges, node)],
    ['weights', uniform([numEdges], 0.5, next)],
    ['x', uniform([numNodes, width], 1, next)],
    ['upstream', uniform([numNodes, width], 1, next)],
    ['labels', ids(numNodes, () => Math.floor(next() * CLASSES))],
    ['first', uniform([width, hidden], width ** -0.5, next)],
    ['second', uniform([hidden, CLASSES], hidden ** -0.5, next)]
  ]);
}

module.exports = { writeGraphCase };
