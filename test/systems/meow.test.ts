import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { passOn } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';

const [AUTHORS, PAPERS, F] = [60, 120, 4];
const random = core.Random.fromSeed(3);

/** Authors (first) write papers; edges of type 0 lead from author to paper, of type 1 back. The class of an author is that of the papers that stand between; authors hold noise. */
function library(seed: number) {
  const next = core.Random.fromSeed(seed).generator();
  const pick = (count: number): number => Math.floor(next() * count);
  const classes = Array.from({ length: AUTHORS }, (_, author) => author % 2);
  const edges: [number, number, number][] = [];
  const rows = Array.from({ length: AUTHORS + PAPERS }, () => Array.from({ length: F }, () => next() - 0.5));
  for (let paper = 0; paper < PAPERS; paper++) {
    // A paper joins two authors of any class, and is of the class of the first.
    const [first, second] = [paper % AUTHORS, pick(AUTHORS)];
    edges.push([first, AUTHORS + paper, 0], [second, AUTHORS + paper, 0], [AUTHORS + paper, first, 1]);
    rows[AUTHORS + paper][0] += 2 * classes[first] - 1;
  }
  const g = graph.fromEdges({
    numNodes: AUTHORS + PAPERS,
    edges: edges.map(([u, v]) => [u, v] as const),
    edgeTypes: edges.map(([, , type]) => type),
    nodeFeatures: rows
  });
  return { g, classes, nodes: classes.map((_, author) => author) };
}

/** Share of authors told right by the nearest mean of the class of every second one. */
function probe({ values, width }: { values: Float32Array; width: number }, classes: readonly number[]): number {
  const row = (author: number): Float32Array => values.subarray(author * width, (author + 1) * width);
  const known = classes.map((_, author) => author).filter((author) => author % 4 < 2);
  const mean = [0, 1].map((of) => Array.from({ length: width }, (_, f) => known.filter((author) => classes[author] === of).reduce((sum, author) => sum + row(author)[f] / (known.length / 2), 0))); // prettier-ignore
  const asked = classes.map((_, author) => author).filter((author) => author % 4 >= 2);
  const distance = (author: number, of: number): number => Math.hypot(...mean[of].map((value, f) => value - row(author)[f])); // prettier-ignore
  return asked.filter((author) => Number(distance(author, 1) < distance(author, 0)) === classes[author]).length / asked.length; // prettier-ignore
}

describe('MEOW', () => {
  test('[meow] the coarse view is the mean of what a meta-path connects, each once; the fine one the mean over its instances of their contexts', () => {
    // 0 and 1 lead to 4 over 2 and 3: 0-2-4, 0-3-4 twice by a double edge, 1-3-4 twice.
    const g = graph.fromEdges({ numNodes: 6, edges: [[0, 2], [0, 3], [1, 3], [2, 4], [3, 4], [3, 4]], edgeTypes: [0, 0, 0, 1, 1, 1] }); // prettier-ignore
    const views = new graph.MetaPathViews({ inputWidth: 2, outputWidth: 3, paths: [[0, 1]], random });
    const x = spread([6, 2]) as tf.Tensor2D;
    tf.tidy(() => {
      const ctx = core.Context.create();
      ctx.setState(core.stateKey<graph.Graph>('graph'), g);
      const { coarse, fine } = views.states(x, ctx);
      const map = (name: string, of: number[]): tf.Tensor => tf.matMul(x.gather(tf.tensor1d(of, 'int32')).mean(0, true), views.parameters().get(`0.${name}.weight`)!.read() as tf.Tensor2D); // prettier-ignore
      const at = (rows: tf.Tensor2D, node: number): tf.Tensor => rows.slice([node, 0], [1, 3]);
      expectClose(at(coarse, 4), map('coarse', [0, 1]).tanh(), 1e-5);
      const context = map('place0', [0, 0, 0, 1, 1]).add(map('place1', [2, 3, 3, 3, 3]));
      expectClose(at(fine, 4), context.tanh(), 1e-5);
      expectClose(at(fine, 5), [0, 0, 0], 1e-6);
    });
    const two = new graph.MetaPathViews({ inputWidth: 2, outputWidth: 3, paths: [[0, 1], [1]], random }); // prettier-ignore
    expectGradients((rows) => passOn(g, two, rows), [x], 1e-2);
    expectNoLeak(() => passOn(g, two, x).dispose());
    [x, views, two].forEach((each) => each.dispose());
    expect(() => new graph.MetaPathViews({ inputWidth: 2, outputWidth: 3, paths: [[]], random })).toThrow('graph.MetaPathViews: a meta-path must have an edge, got [[]]'); // prettier-ignore
  });

  test('[meow] where the class of authors is that of the papers in between, the fine view says it and the coarse one does not', () => {
    const { g, classes, nodes } = library(1);
    const accuracy = (options: Partial<Parameters<typeof graph.embed.metaPathContrast>[2]>): number =>
      probe(graph.embed.metaPathContrast(g, nodes, { dim: 6, paths: [[0, 1]], steps: 40, seed: 2, ...options }), classes); // prettier-ignore
    const fine = (['uniform', 'cluster', 'learnt'] as const).map((negativeWeights) => accuracy({ negativeWeights }));
    const coarse = accuracy({ views: 'coarse' });
    fine.forEach((each) => expect(each).toBeGreaterThan(0.9));
    expect(coarse).toBeLessThan(0.75);
    expectNoLeak(() => void accuracy({ steps: 2 }));
    expect(() => graph.embed.metaPathContrast(g, [999], { dim: 2, paths: [[0]] })).toThrow('graph.embed.metaPathContrast: nodes must be an integer 0..179, got 999'); // prettier-ignore
  });
});
