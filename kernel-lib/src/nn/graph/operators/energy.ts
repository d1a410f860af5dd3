import { tf } from '../../../base/backend';
import { expectInteger, expectNumber, expectShape, fail } from '../../../base/core';
import { degrees, type Graph } from '../../../base/graph';
import { withGradient } from '../../../base/ops';
import { edgeGather, edgeScatter, edgeSum } from '../../../base/ops/graph';

/** Parts of a convex energy of a graph's nodes. */
export interface GraphEnergy {
  /** Pull on each node, c, [N, F]. */
  pull: tf.Tensor2D;
  /** Map of a source, K, [F, E]. */
  source: tf.Tensor2D;
  /** Map of a target, Q, [F, E]. */
  target: tf.Tensor2D;
  /** b, how much large values cost, above 0. Default 1. */
  stiffness?: number;
}

/** Options of `graph.energyMinimum`. */
export interface EnergyMinimumOptions {
  /** Largest gradient of the energy that counts as none, times the largest pull where that exceeds 1. Default 2e-6. */
  tolerance?: number;
  /** Steps at most. Default 2000. */
  steps?: number;
}

/** Energy of what nodes hold, [N, F]: `sum over nodes of b / 2 |h|^2 - h . c + sum over edges of sum(log cosh(h_source K + h_target Q))`. Convex; a scalar. */
export function graphEnergy(h: tf.Tensor2D, graph: Graph, energy: GraphEnergy): tf.Scalar {
  const { pull, stiffness } = checked('graph.graphEnergy', h, graph, energy);
  return tf.tidy(() => {
    // log cosh x = |x| + log(1 + exp(-2 |x|)) - log 2, which no x overflows.
    const x = pressure(h, graph, energy).abs();
    const edges = x.add(x.mul(-2).exp().log1p()).sub(Math.log(2)).sum();
    return h.square().mul(stiffness / 2).sub(h.mul(pull)).sum().add<tf.Scalar>(edges); // prettier-ignore
  });
}

/** Gradient of {@link graphEnergy} by what nodes hold, [N, F]: a node needs itself and its neighbours, along edges and against them. */
export function energyGradient(h: tf.Tensor2D, graph: Graph, energy: GraphEnergy): tf.Tensor2D {
  const { pull, stiffness } = checked('graph.energyGradient', h, graph, energy);
  return tf.tidy(() =>
    h
      .mul(stiffness)
      .sub(pull)
      .add(backOf(pressure(h, graph, energy).tanh(), graph, energy))
  );
}

/** Largest curvature that the energy can have at each node, [N, 1]: a step of its inverse lowers the energy. */
export function energyCurvature(graph: Graph, { source, target, stiffness = 1 }: GraphEnergy): tf.Tensor2D {
  return tf.tidy(() => {
    const entering = tf.tensor2d(degrees(graph), [graph.numNodes, 1]);
    const leaving = tf.tensor2d(degrees(graph, { direction: 'out' }), [graph.numNodes, 1]);
    return entering.add(leaving).mul(source.square().sum().add(target.square().sum())).add(stiffness);
  });
}

/**
 * Minimiser of a convex energy of the graph (see {@link graphEnergy}), the values of nodes where it is least, [N, F]: an implicit layer (energy graph networks, arXiv 2407.04494), which is one whatever the order or the time in which nodes are
 * updated. Found by accelerated descent; gradients reach the pull and both maps by the implicit function theorem, with conjugate gradients.
 *
 * @throws {SwitchyardError} where shapes do not fit, or it does not settle in as many steps.
 */
export function energyMinimum(
  graph: Graph,
  energy: GraphEnergy,
  { tolerance = 2e-6, steps = 2000 }: EnergyMinimumOptions = {}
): tf.Tensor2D {
  const where = 'graph.energyMinimum';
  const { stiffness } = checked(where, energy?.pull, graph, energy);
  expectNumber(where, 'tolerance', tolerance, 0);
  expectInteger(where, 'steps', steps, 1);
  const limits = { tolerance, steps };
  return withGradient<tf.Tensor2D>(
    [energy.pull, energy.source, energy.target],
    (save) => {
      const h = descended(graph, energy, limits);
      save([h, energy.pull, energy.source, energy.target]);
      return h;
    },
    (dy, saved) => {
      const [h, pull, source, target] = saved as tf.Tensor2D[];
      const own = { pull, source, target, stiffness };
      const T = pressure(h, graph, own).tanh() as tf.Tensor2D;
      const slope = tf.sub(1, T.square());
      const bent = (u: tf.Tensor2D): tf.Tensor2D => slope.mul(pressure(u, graph, own));
      const hessian = (u: tf.Tensor2D): tf.Tensor2D => u.mul(stiffness).add(backOf(bent(u), graph, own));
      const u = conjugateGradients(hessian, dy, limits);
      const r = bent(u);
      const ofMap = (end: 'source' | 'target'): tf.Tensor2D => {
        const maps = tf.matMul(edgeGather(u, graph, end), T, true);
        return maps.add<tf.Tensor2D>(tf.matMul(edgeGather(h, graph, end), r, true)).neg();
      };
      return [u, ofMap('source'), ofMap('target')];
    }
  );
}

/** `h_source K + h_target Q` of each edge, [M, E]. */
function pressure(h: tf.Tensor2D, graph: Graph, { source, target }: GraphEnergy): tf.Tensor2D {
  return edgeSum(tf.matMul(h, source), tf.matMul(h, target), graph);
}

/** Values of edges through the transposed maps to their ends, [N, F]. */
function backOf(edges: tf.Tensor2D, graph: Graph, { source, target }: GraphEnergy): tf.Tensor2D {
  const to = (end: 'source' | 'target', map: tf.Tensor2D): tf.Tensor2D =>
    tf.matMul(edgeScatter(edges, graph, 'sum', end), map, false, true);
  return to('target', target).add(to('source', source));
}

interface Limits {
  tolerance: number;
  steps: number;
}

/** Steps between two looks at the gradient, each of which waits for the device. */
const BLIND = 8;

/** Accelerated descent (Nesterov's, of a strongly convex function), with each node's own rate. */
function descended(graph: Graph, energy: GraphEnergy, { tolerance, steps }: Limits): tf.Tensor2D {
  const curvature = energyCurvature(graph, energy);
  const { stiffness = 1 } = energy;
  const [hardest, scale] = tf.tidy(() => [curvature.max(), energy.pull.abs().max()].map((each) => (energy.pull.size === 0 ? 1 : each.dataSync()[0]))); // prettier-ignore
  const root = Math.sqrt(hardest / stiffness);
  const momentum = (root - 1) / (root + 1);
  const down = (at: tf.Tensor2D): tf.Tensor2D => at.sub(energyGradient(at, graph, energy).div(curvature));
  let [last, ahead] = tf.tidy(() => [energy.pull.div<tf.Tensor2D>(curvature), energy.pull.div<tf.Tensor2D>(curvature)]);
  for (let step = 0; step < steps; step += BLIND) {
    const size = tf.tidy(() => (last.size === 0 ? 0 : energyGradient(last, graph, energy).abs().max().dataSync()[0]));
    if (size <= tolerance * Math.max(1, scale)) {
      tf.dispose([curvature, ahead]);
      return last;
    }
    const next = tf.tidy(() => {
      let [from, at] = [last, ahead];
      for (let i = 0; i < BLIND; i++) {
        const to = down(at);
        at = to.add(to.sub(from).mul(momentum));
        from = to;
      }
      return [from, at];
    });
    tf.dispose([last, ahead]);
    [last, ahead] = next;
  }
  tf.dispose([curvature, last, ahead]);
  return fail('graph.energyMinimum', `the gradient must fall to ${tolerance} in ${steps} steps`, 'one that does not');
}

/** u of `H u = b`, H symmetric and positive. */
function conjugateGradients(
  hessian: (u: tf.Tensor2D) => tf.Tensor2D,
  b: tf.Tensor2D,
  { tolerance, steps }: Limits
): tf.Tensor2D {
  const size = (x: tf.Tensor): number => x.square().sum().dataSync()[0];
  let [u, r, p]: tf.Tensor2D[] = [tf.zerosLike(b), b.clone(), b.clone()];
  let rr = size(r);
  const enough = rr * tolerance ** 2;
  for (let step = 0; step < steps && rr > enough; step++) {
    const image = hessian(p);
    const along = rr / p.mul(image).sum().dataSync()[0];
    u = u.add(p.mul(along));
    r = r.sub(image.mul(along));
    const next = size(r);
    p = r.add(p.mul(next / rr));
    rr = next;
  }
  return u;
}

function checked(where: string, h: tf.Tensor2D, graph: Graph, energy: GraphEnergy): Required<GraphEnergy> {
  const { pull, source, target, stiffness = 1 } = energy ?? fail(where, 'the energy must be given', energy);
  expectShape(where, h, [graph.numNodes, 'F']);
  expectShape(where, pull, [...h.shape]);
  expectShape(where, source, [h.shape[1], 'E']);
  expectShape(where, target, [...source.shape]);
  expectNumber(where, 'stiffness', stiffness, Number.MIN_VALUE);
  return { pull, source, target, stiffness };
}
