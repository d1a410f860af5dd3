import { tf } from '../../../base/backend';
import { Context, fail } from '../../../base/core';
import { copyModel } from '../../../models/copyModel';
import type { Mlp } from '../../../models/mlp';
import type { TransformReport } from '../../moe/report';
import { Metanetwork } from './metanetwork';
import { networkGraph } from './networkGraph';

/** Options of `prune.meta`. */
export interface MetaOptions {
  /** Trained one, as `prune.metanetwork()` gives it. */
  metanet: Metanetwork;
}

export interface MetaReport extends TransformReport {
  /** Norm of the change over the norm of the parameter, by path. */
  change: Record<string, number>;
}

const WHERE = 'prune.meta';

/**
 * Meta pruning (arXiv 2506.12041): one pass of a metanetwork gives a network that is easier to prune. A new model of the same shapes, to be pruned and trained on as any; the one given
 * stays.
 *
 * @throws {SwitchyardError} where the network is no multilayer perceptron, is masked already, or its new values are not finite.
 */
export function meta(model: Mlp, { metanet }: MetaOptions): { model: Mlp; report: MetaReport } {
  if (!(metanet instanceof Metanetwork)) {
    fail(WHERE, 'metanet must be a prune.metanetwork', typeof metanet);
  }
  const graph = networkGraph(WHERE, model);
  const changed = copyModel(model);
  const parameters = changed.parameters();
  const change: Record<string, number> = {};
  const ctx = Context.create();
  try {
    tf.tidy(() =>
      metanet.changed(graph, ctx).forEach((value, path) => {
        const { variable } = parameters.get(path)!;
        const [moved, norm] = [value.sub(variable), variable].map((each) => each.norm().dataSync()[0]);
        if (!Number.isFinite(moved)) {
          fail(WHERE, `new values of "${path}" must be finite`, moved);
        }
        change[path] = norm === 0 ? moved : moved / norm;
        parameters.get(path)!.assign(value, path);
      })
    );
  } catch (error) {
    changed.dispose();
    throw error;
  } finally {
    ctx.dispose();
  }
  const count = model.countParameters();
  return { model: changed, report: { transformation: 'meta', parameters: { before: count, after: count }, change } };
}
