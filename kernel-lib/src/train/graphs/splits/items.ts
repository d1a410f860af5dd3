import { expectInteger, fail, Random } from '../../../base/core';
import type { Graph } from '../../../base/graph';
import { listOf } from '../listOf';
import { checkedShares, type SplitShares, sizesOf } from './shares';

/** Numbers of nodes or graphs, ascending, in three parts that share none. */
export interface ItemSplit {
  train: Int32Array;
  validation: Int32Array;
  test: Int32Array;
}

/** Options of `graph.splits.nodes` and `graph.splits.graphs`. */
export interface ItemSplitOptions extends SplitShares {
  /** Class of each: every part then has the same share of each class. Default: drawn evenly. */
  classes?: ArrayLike<number>;
}

/** Nodes of a graph in parts for training, validation and test. @throws {SwitchyardError} where a part that is asked for would be empty. */
export function nodes(graph: Graph, options: ItemSplitOptions = {}): ItemSplit {
  return split('graph.splits.nodes', 'nodes', graph.numNodes, options);
}

/** Graphs, by their number, in parts for training, validation and test. @throws {SwitchyardError} where a part that is asked for would be empty. */
export function graphs(count: number, options: ItemSplitOptions = {}): ItemSplit {
  expectInteger('graph.splits.graphs', 'count', count, 0);
  return split('graph.splits.graphs', 'graphs', count, options);
}

function split(where: string, what: string, count: number, options: ItemSplitOptions): ItemSplit {
  const { classes, seed = 0 } = options;
  const shares = checkedShares(where, options);
  if (classes !== undefined && classes.length !== count) {
    fail(where, `there must be a class for each of the ${count} ${what}`, classes.length);
  }
  const groups = new Map<number, number[]>();
  for (let item = 0; item < count; item++) {
    listOf(groups, classes?.[item] ?? 0).push(item);
  }
  if (count === 0) {
    fail(where, `there must be ${what}`, 'none');
  }
  const random = Random.fromSeed(seed).child(where);
  const parts = [...groups].map(([own, items]) => {
    const sizes = sizesOf(where, classes === undefined ? what : `${what} of class ${own}`, items.length, shares);
    const order = random.child(own).shuffle(items);
    return [
      order.slice(sizes.validation + sizes.test),
      order.slice(0, sizes.validation),
      order.slice(sizes.validation, sizes.validation + sizes.test)
    ];
  });
  const [train, validation, test] = [0, 1, 2].map((part) =>
    Int32Array.from(parts.flatMap((each) => each[part])).sort()
  );
  return { train, validation, test };
}
