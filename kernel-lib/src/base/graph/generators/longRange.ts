import { expectInteger, given, Random } from '../../core';
import { fromEdges, type Graph } from '../graph';
import { ring, tree } from './shapes';

/** A graph whose one node is asked for something that only nodes at a distance know. */
export interface LongRangeTask {
  /** With features of its nodes. */
  graph: Graph;
  /** Node that is asked. */
  target: number;
  /** Nodes that know: nothing nearer does. */
  sources: number[];
  /** Steps from the target to those that know. */
  distance: number;
  /** The answer, from 0. */
  label: number;
}

/** Options of `graph.generators.ringTransfer`. */
export interface RingTransferOptions {
  /** Steps from the source to the target, d; the ring has 2 d nodes. */
  distance: number;
  /** Answers, C. Default 5. */
  classes?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Ring transfer (Bodnar et al., 2021; a task of the Long Range Graph Benchmark's kind, arXiv 2206.08164): the node opposite the target holds one of C answers, one-hot; the target holds a mark, all others nothing but ones. Features
 * [2 d, C + 2] hold the answer, the mark, and 1 of those between. A network that hears less than d steps far is right one time in C.
 *
 * @throws {SwitchyardError} where the distance is less than 2 or there are less than 2 classes.
 */
export function ringTransfer(options: RingTransferOptions): LongRangeTask {
  const where = 'graph.generators.ringTransfer';
  const { distance, classes = 5, seed = 0 } = given(where, options);
  expectInteger(where, 'distance', distance, 2);
  expectInteger(where, 'classes', classes, 2);
  const label = Math.floor(Random.fromSeed(seed).child(where).generator()() * classes);
  const nodeFeatures = Array.from({ length: 2 * distance }, (_, node) => {
    const at = node === distance ? label : node === 0 ? classes : classes + 1;
    return oneHot(classes + 2, at);
  });
  const shape = ring({ nodes: 2 * distance });
  return { graph: fromEdges({ ...shape.directedOptions, nodeFeatures }), target: 0, sources: [distance], distance, label }; // prettier-ignore
}

/** Options of `graph.generators.treeNeighbours`. */
export interface TreeNeighboursOptions {
  /** Levels below the root, d; there are 2^d leaves. */
  depth: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Tree neighbours' match (Alon and Yahav, 2020, arXiv 2006.05205): each leaf of a binary tree has a key and a value, both drawn orders of 0..2^d-1; the root has a key, and is asked for the value of the leaf with the same. Features
 * [N, 2^(d+1) + 1] hold key, value, and 1 of nodes in between. All of what the leaves know has to come through two nodes.
 *
 * @throws {SwitchyardError} where the depth is not 1..10.
 */
export function treeNeighbours(options: TreeNeighboursOptions): LongRangeTask {
  const where = 'graph.generators.treeNeighbours';
  const { depth, seed = 0 } = given(where, options);
  expectInteger(where, 'depth', depth, 1, 10);
  const random = Random.fromSeed(seed).child(where);
  const leaves = 2 ** depth;
  const all = Array.from({ length: leaves }, (_, i) => i);
  const [keys, values] = [random.child('keys').shuffle(all), random.child('values').shuffle(all)];
  const asked = Math.floor(random.child('root').generator()() * leaves);
  const shape = tree({ branching: 2, depth });
  const first = shape.numNodes - leaves;
  const nodeFeatures = Array.from({ length: shape.numNodes }, (_, node) => {
    const row = oneHot(2 * leaves + 1, node === 0 ? asked : node < first ? 2 * leaves : keys[node - first]);
    if (node >= first) {
      row[leaves + values[node - first]] = 1;
    }
    return row;
  });
  const sources = all.map((leaf) => first + leaf);
  return { graph: fromEdges({ ...shape.directedOptions, nodeFeatures }), target: 0, sources, distance: depth, label: values[keys.indexOf(asked)] }; // prettier-ignore
}

function oneHot(width: number, at: number): number[] {
  return Array.from({ length: width }, (_, i) => Number(i === at));
}
