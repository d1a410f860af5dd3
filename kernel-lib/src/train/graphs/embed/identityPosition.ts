import { tf } from '../../../base/backend';
import { Context, expectInteger, given, Random } from '../../../base/core';
import type { Features, Graph } from '../../../base/graph';
import { IdentityPosition } from '../../../nn/graph/identityPosition';
import { descend } from '../descend';
import { walkStatistics, type WalkStatisticsOptions } from './walkStatistics';

/** Options of `graph.embed.identityPosition`. */
export interface IdentityPositionTraining extends WalkStatisticsOptions {
  /** Width of either embedding, D. */
  dim: number;
  /** Steps of training. Default 100. */
  steps?: number;
  /** Default 0.02. */
  learningRate?: number;
}

/** A trained embedding of the nodes of any graph; dispose it. */
export interface IdentityPositionEmbedding {
  /** Embeddings of the nodes of a graph, [N, D] each: the one that it was trained on, or another. */
  of(graph: Graph): { identity: Features; position: Features };
  dispose(): void;
}

/**
 * Joint embedding of what nodes are and where they are (IRWE, arXiv 2401.00651; `graph.IdentityPosition`), trained on one graph without attributes or labels, on both losses at once, and fit for others as it is.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function identityPosition(graph: Graph, options: IdentityPositionTraining): IdentityPositionEmbedding {
  const where = 'graph.embed.identityPosition';
  const { dim, steps = 100, learningRate = 0.02, seed = 0, ...walks } = given(where, options);
  Object.entries({ dim, steps }).forEach(([name, value]) => expectInteger(where, name, value, 1));
  const statistics = walkStatistics(graph, { ...walks, seed });
  const { anonymous, degrees, position } = statistics;
  const random = Random.fromSeed(seed).child(where);
  const model = new IdentityPosition({ anonymous: anonymous.width, degrees: degrees.width, positions: position.width, width: dim, random: random.child('model') }); // prettier-ignore
  descend(where, model, { steps, learningRate, seed }, (step, ctx) => {
    const next = random.child('drawn').child(step).generator();
    // Of other walks and other projections in each step: what is learnt is not where these nodes are.
    const own = walkStatistics(graph, { ...walks, seed: seed + step });
    const drawn = Int32Array.from(own.met.sources, () => Math.floor(next() * graph.numNodes));
    const losses = model.losses(own, drawn, ctx);
    return losses.identity.add<tf.Scalar>(losses.position);
  });
  const rows = (values: tf.Tensor2D): Features => ({ values: values.dataSync<'float32'>().slice(), width: dim });
  return {
    of: (other) => {
      const own = other === graph ? statistics : walkStatistics(other, { ...walks, seed });
      const ctx = Context.create();
      const { identity, position } = tf.tidy(() => ({ ...model.states(own, ctx) }));
      ctx.dispose();
      const out = { identity: rows(identity), position: rows(position) };
      tf.dispose([identity, position]);
      return out;
    },
    dispose: () => model.dispose()
  };
}
