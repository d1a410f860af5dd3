import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, expectParameterGradients, spread } from '../../../support/gradients';
import { passOn, withGraph } from '../../../support/graphs';
import { setValue } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { expectSaves } from '../../../support/saved';

const random = core.Random.fromSeed(3);
type Edges = [source: number, target: number, type: number][];
const graphOf = (numNodes: number, edges: Edges): graph.Graph => graph.fromEdges({ numNodes, edges: edges.map(([a, b]) => [a, b]), edgeTypes: edges.map(([, , type]) => type) }); // prettier-ignore
/** A double edge 1 -> 3, a loop at 2 and an isolated node 5. */
const EDGES: Edges = [[0, 2, 0], [0, 3, 0], [1, 3, 0], [1, 3, 0], [2, 2, 1], [2, 4, 1], [3, 4, 1], [4, 0, 2], [4, 1, 2]]; // prettier-ignore
const g = graphOf(6, EDGES);
const PATHS = [[0, 1, 2], [1], [0, 1]]; // prettier-ignore
const make = (paths: readonly (readonly number[])[] = PATHS, stream = random): graph.MetaPathViews =>
  new graph.MetaPathViews({ inputWidth: 2, outputWidth: 3, paths, random: stream });

/** Instances of a meta-path that end at a node, each the nodes that it passes, its end left out. */
function instances(path: readonly number[], end: number): number[][] {
  if (path.length === 0) {
    return [[]];
  }
  const last = EDGES.filter(([, target, type]) => target === end && type === path.at(-1));
  return last.flatMap(([source]) => instances(path.slice(0, -1), source).map((before) => [...before, source]));
}

describe('views by meta-paths', () => {
  test('each view by listing every instance: a mean over all of their contexts, and of the nodes that they connect, each once', () => {
    const x = spread([6, 2]);
    const rows = x.arraySync() as number[][];
    PATHS.forEach((path) => {
      const model = make([path]);
      tf.tidy(() => withGraph(g, (ctx) => {
        const { coarse, fine } = model.states(x, ctx);
        const weight = (name: string): number[][] => model.parameters().get(`0.${name}.weight`)!.read().arraySync() as number[][];
        const mapped = (name: string, node: number): number[] => weight(name)[0].map((_, p) => rows[node].reduce((sum, value, f) => sum + value * weight(name)[f][p], 0));
        const mean = (all: number[][]): number[] => [0, 1, 2].map((p) => Math.tanh(all.reduce((sum, row) => sum + row[p], 0) / Math.max(1, all.length)));
        const [wantedCoarse, wantedFine] = [0, 1].map((which) => rows.flatMap((_, end) => {
          const all = instances(path, end);
          const contexts = all.map((nodes) => nodes.map((node, place) => mapped(`place${place}`, node)).reduce((a, b) => a.map((value, p) => value + b[p])));
          return mean(which === 0 ? [...new Set(all.map(([first]) => first))].map((first) => mapped('coarse', first)) : contexts);
        }));
        expectClose(coarse, wantedCoarse, 1e-5);
        expectClose(fine, wantedFine, 1e-5);
      })); // prettier-ignore
      model.dispose();
    });
    x.dispose();
  });

  test('meta-paths are mixed by a softmax of the mean score of the whole graph, in each view alike', () => {
    const x = spread([6, 2]);
    const model = make([[1], [2]]);
    const alone = [0, 1].map((i) => {
      const one = make([[i + 1]]);
      ['coarse', 'place0'].forEach((name) => setValue(one, `0.${name}.weight`, () => model.parameters().get(`${i}.${name}.weight`)!.read())); // prettier-ignore
      return one;
    });
    tf.tidy(() => withGraph(g, (ctx) => {
      const attend = model.parameters().get('attend')!.read().arraySync() as number[][];
      for (const view of ['coarse', 'fine'] as const) {
        const parts = alone.map((each) => each.states(x, ctx)[view].arraySync());
        const scores = parts.map((rows) => rows.reduce((sum, row) => sum + row.reduce((all, value, p) => all + value * attend[p][0], 0), 0) / 6);
        const raised = scores.map(Math.exp);
        const shares = raised.map((each) => each / (raised[0] + raised[1]));
        expectClose(model.states(x, ctx)[view], parts[0].flatMap((row, n) => row.map((value, p) => shares[0] * value + shares[1] * parts[1][n][p])), 1e-5);
      }
      // As a module it gives the fine view.
      expectClose(passOn(g, model, x), model.states(x, ctx).fine, 0);
    })); // prettier-ignore
    [x, model, ...alone].forEach((each) => each.dispose());
  });

  test('nodes in another order give the same in that order; a meta-path that is nowhere gives 0', () => {
    const order = [3, 5, 0, 1, 4, 2];
    const moved = graphOf(6, EDGES.map(([a, b, type]) => [order[a], order[b], type])); // prettier-ignore
    const [model, none] = [make(), make([[2, 2]])];
    tf.tidy(() => {
      const x = spread([6, 2]);
      const back = tf.tensor1d(order.map((_, node) => order.indexOf(node)), 'int32'); // prettier-ignore
      expectClose(passOn(moved, model, tf.gather(x, back)), tf.gather(passOn(g, model, x), back), 1e-5);
      expectClose(passOn(g, none, x), new Array<number>(18).fill(0), 0);
    });
    [model, none].forEach((each) => each.dispose());
  });

  test('gradients of finite differences, by what nodes hold and of every parameter', () => {
    const model = make();
    const x = spread([6, 2]);
    const both = (rows: tf.Tensor): tf.Tensor => tf.tidy(() => withGraph(g, (ctx) => {
      const { coarse, fine } = model.states(rows, ctx);
      return tf.concat([coarse, fine], 1);
    })); // prettier-ignore
    expectGradients(both, [x], 1e-2);
    expectParameterGradients(model, () => tf.tidy(() => both(x).mul(spread([6, 6])).sum().mul(3))); // prettier-ignore
    [x, model].forEach((each) => each.dispose());
  });

  test('what is saved computes the same; nothing is left behind; what is refused', () => {
    const x = spread([6, 2]);
    expectSaves(
      (stream) => make(PATHS, stream),
      (model) => tf.tidy(() => passOn(g, model, x).dataSync().slice())
    );
    const model = make();
    expectNoLeak(() => passOn(g, model, x).dispose());
    expectNoLeak(() => make().dispose());
    const where = 'graph.MetaPathViews: ';
    expect(() => make([])).toThrow(`${where}meta-paths must be an integer of at least 1, got 0`);
    expect(() => make([[0], []])).toThrow(`${where}a meta-path must have an edge, got [[0],[]]`);
    expect(() => new graph.MetaPathViews({ inputWidth: 2, outputWidth: 0, paths: PATHS, random })).toThrow(`${where}outputWidth must be an integer of at least 1, got 0`); // prettier-ignore
    tf.tidy(() => {
      expect(() => withGraph(g, (ctx) => model.states(tf.ones([6, 3]), ctx))).toThrow(`${where}expects shape [6, 2], got [6, 3]`); // prettier-ignore
      const plain = graph.fromEdges({ numNodes: 6, edges: [[0, 1]] });
      expect(() => withGraph(plain, (ctx) => model.states(x, ctx))).toThrow('graph.composed: edges must have types, and a relation must be named, got no types'); // prettier-ignore
      expect(() => model.states(x, core.Context.create())).toThrow('meta-path-views: the pass must have edges (graph.OnGraph), got none'); // prettier-ignore
    });
    [x, model].forEach((each) => each.dispose());
  });
});
