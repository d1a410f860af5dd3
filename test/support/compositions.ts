import { core, graph, tf } from '@switchyard/kernel-lib';

/** Relations that compose as the symmetries of a triangle do: 0..2 turn, 3..5 mirror, and order matters. */
export const compose = (a: number, b: number): number => {
  const [turn, mirror] = [(b % 3) * (a < 3 ? 1 : 2), Number(a >= 3) ^ Number(b >= 3)];
  return ((a + turn) % 3) + 3 * mirror;
};

/** So many paths side by side with drawn relations, sources marked, and the relation of the end of each to its source. */
export function chains(length: number, count: number, seed: number) {
  const next = core.Random.fromSeed(seed).child(length).generator();
  const kinds = Array.from({ length: count }, () => Array.from({ length }, () => Math.floor(6 * next())));
  const size = length + 1;
  const edges = kinds.flatMap((path, i) => path.map((_, at) => [i * size + at, i * size + at + 1] as const));
  return {
    g: graph.fromEdges({ numNodes: count * size, edges, edgeTypes: kinds.flat() }),
    marks: tf.tensor2d(Float32Array.from({ length: count * size }, (_, node) => Number(node % size === 0)), [count * size, 1]), // prettier-ignore
    ends: Int32Array.from({ length: count }, (_, i) => i * size + length),
    answers: Int32Array.from(kinds, (path) => path.reduce(compose))
  };
}
