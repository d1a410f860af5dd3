import { core, graph, tf } from '@switchyard/kernel-lib';

/** What a layer makes of nodes on a graph, outside of training unless it is said. */
export function passOn(
  g: graph.Graph,
  network: core.Module,
  x: tf.Tensor,
  options: core.ContextOptions = {}
): tf.Tensor {
  const ctx = core.Context.create(options);
  const y = tf.tidy(() => new graph.OnGraph(g, network).apply(x, ctx));
  ctx.dispose();
  return y;
}

/** A path 0 - 1 - ... of so many nodes. */
export function path(numNodes: number): graph.Graph {
  const edges = Array.from({ length: numNodes - 1 }, (_, i) => [i, i + 1] as const);
  return graph.fromEdges({ numNodes, edges, undirected: true });
}

/** Rings of these sizes, one after the other; each is a graph of its own where `apart`. */
export function rings(sizes: readonly number[], apart = false): graph.Graph {
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0));
  const edges = sizes.flatMap((size, i) => Array.from({ length: size }, (_, j) => [starts[i] + j, starts[i] + ((j + 1) % size)] as const)); // prettier-ignore
  const graphOf = apart ? sizes.flatMap((size, i) => new Array<number>(size).fill(i)) : undefined;
  return graph.fromEdges({ numNodes: sizes.reduce((a, b) => a + b, 0), edges, undirected: true, graphOf });
}

/** An undirected graph of edges drawn with this probability. */
export function drawnGraph(numNodes: number, probability: number, random: core.Random): graph.Graph {
  const next = random.generator();
  const edges: [number, number][] = [];
  for (let a = 0; a < numNodes; a++) {
    for (let b = 0; b < a; b++) {
      if (next() < probability) {
        edges.push([b, a]);
      }
    }
  }
  return graph.fromEdges({ numNodes, edges, undirected: true });
}

/** Adjacency as rows, [N][N]: row by target. */
export function dense(g: graph.Graph, weights?: ArrayLike<number>): number[][] {
  const out = Array.from({ length: g.numNodes }, () => new Array<number>(g.numNodes).fill(0));
  g.sources.forEach((source, edge) => (out[g.targets[edge]][source] += weights?.[edge] ?? 1));
  return out;
}

/** What a function makes of a pass that has a graph, outside of training unless it is said. */
export function withGraph<T>(g: graph.Graph, f: (ctx: core.Context) => T, options: core.ContextOptions = {}): T {
  const ctx = core.Context.create(options);
  ctx.setState(core.stateKey<graph.Graph>('graph'), g);
  const found = f(ctx);
  ctx.dispose();
  return found;
}
