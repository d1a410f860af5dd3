import { expectNumber, fail, Random } from '../../base/core';
import type { Context } from '../../base/core';
import type { Mlp } from '../../models/mlp';
import { maskOfScores } from '../../transform/prune/matrixScores';
import { Metanetwork } from '../../transform/prune/meta/metanetwork';
import { networkGraph } from '../../transform/prune/meta/networkGraph';
import type { Metrics, Task } from './task';

/** Options of `train.tasks.metaPruning`. */
export interface MetaPruningOptions {
  /** Trained networks that the metanetwork learns on; they stay as they are, and the caller keeps them. */
  networks: readonly Mlp[];
  /** Share of the weights of each matrix, those of least size, that goes before the loss is taken, 0..1. */
  sparsity: number;
}

/** A network, by number, and a batch for it. */
export interface MetaBatch<B> {
  network: number;
  batch: B;
}

/**
 * Training of a metanetwork (arXiv 2506.12041): the loss of a task by a network that it changed and that was pruned by magnitude then, each step one of several networks. Gradients go
 * through the weights that are left. For `prune.metanetwork()`.
 *
 * @throws {SwitchyardError} where there is no network, one is not a whole multilayer perceptron, or sparsity is out of range; in `fit`, where the model is no metanetwork.
 */
export function metaPruning<B, E extends Metrics>(
  given: Task<B, E>,
  { networks, sparsity }: MetaPruningOptions
): Task<MetaBatch<B>> {
  expectNumber(WHERE, 'sparsity', sparsity, 0, 1);
  if (networks.length === 0) {
    fail(WHERE, 'networks must be trained ones', 'none');
  }
  const graphs = networks.map((network) => networkGraph(WHERE, network));
  const tasks = networks.map((network) => given.on?.(network) ?? given);
  return {
    kind: 'meta-pruning',
    fixed: { ...given.fixed, task: given.kind, sparsity, networks: networks.length },
    get hash() {
      return given.hash;
    },
    batch: (step, seed) => {
      const draw = Random.fromSeed(seed).child('metaPruning').child(step).generator();
      const network = Math.floor(draw() * networks.length);
      return { network, batch: tasks[network].batch(step, seed) };
    },
    loss: (model, { network, batch }, ctx: Context) => {
      if (!(model instanceof Metanetwork)) {
        return fail(WHERE, 'the model must be a prune.metanetwork', model.kind);
      }
      const parameters = networks[network].parameters();
      const release = [...model.changed(graphs[network], ctx)].map(([path, value]) => {
        const left = value.rank < 2 ? value : value.mul(maskOfScores(value, sparsity));
        return parameters.get(path)!.wrap(() => left);
      });
      try {
        return tasks[network].loss(networks[network], batch, ctx.within('network'));
      } finally {
        release.forEach((undo) => undo());
      }
    }
  };
}

const WHERE = 'train.tasks.metaPruning';
