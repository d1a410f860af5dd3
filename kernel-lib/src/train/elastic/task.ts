import { tf } from '../../base/backend';
import { Context, fail } from '../../base/core';
import type { Module } from '../../base/core';
import * as ops from '../../base/ops';
import type { SubnetPoint, Supernet } from '../../transform/elastic';
import type { Metrics, Task } from '../tasks/task';
import { slicesOf } from './coverage';
import { distanceOf, resolveDistillation } from './distance';
import type { ElasticDistillation } from './distance';
import type { SliceSampler } from './sampler';
import { sandwich } from './sandwich';
import { sliceLoss } from './sliceLoss';

/** Options of `elastic.task`. */
export interface ElasticTaskOptions {
  /** Which slices a step trains. Default `elastic.sandwich()`. */
  sampler?: SliceSampler;
  /** How slices but the whole model learn: `{}` from the whole model, in place. Default: by the task's loss, as the whole model does. */
  distillation?: ElasticDistillation;
  /** Multiplies each slice's loss so that it is as large as the first's, gradients aside, so that no slice outweighs the others. Default false. */
  balance?: boolean;
  /** Slices that are measured beside the whole model, by name; their losses are in the metrics' "slices". Default: none. */
  evaluated?: Readonly<Record<string, SubnetPoint>>;
  /** Inputs for the statistics of batch norms of the slices that are measured; see `elastic.subnet`. Default: they are the model's. */
  calibration?: tf.Tensor | readonly tf.Tensor[];
}

/** A batch of the task, and the slices that learn from it. */
export interface ElasticBatch<B> {
  batch: B;
  points: readonly SubnetPoint[];
}

const WHERE = 'elastic.task';

/**
 * A task that trains all slices of a supernet at once: of each batch the mean of the losses of the slices that a sampler names. Values that none of
 * them reads stay as they are, whatever momentum and decay would do to them. Events come from passes of the whole model alone. The batch, the slices and
 * all that is random depend on step and seed, so that a resumed run goes on bit for bit.
 *
 * @throws {SwitchyardError} where an option is out of range; in `fit`, where the model is not the supernet's, and where a slice's output is not of
 * its teacher's shape.
 */
export function task<B, E extends Metrics>(
  base: Task<B, E>,
  supernet: Supernet,
  options: ElasticTaskOptions = {}
): Task<ElasticBatch<B>> {
  const { sampler = sandwich(), balance = false, evaluated = {}, calibration } = options;
  const distillation = options.distillation && resolveDistillation(WHERE, options.distillation, supernet.model);
  const { teacher, ...settings } = distillation ?? { teacher: null };
  Object.values(evaluated).forEach((point) => supernet.choice(point));
  const isWhole = (point: SubnetPoint): boolean => Object.keys(supernet.choice(point)).length === 0;
  const losses = (own: Task<B, E>, model: Module, { batch, points }: ElasticBatch<B>, ctx: Context) => {
    const terms: tf.Scalar[] = [];
    let wanted: tf.Tensor | null = null;
    points.forEach((point, i) => {
      const whole = isWhole(point);
      const at = distillation?.at ?? '';
      const pass = { ctx, name: `slice ${i}`, share: 1 / points.length, isWhole: whole, at };
      const { loss, output, input } = sliceLoss(own, supernet.subnet(point), batch, pass);
      if (distillation === undefined || (whole && teacher === null)) {
        wanted ??= whole ? ops.withoutGradient(() => output.clone()) : null;
        terms.push(loss);
        return;
      }
      wanted ??= ops.withoutGradient(() => outputOf(teacher ?? model, at, input));
      const soft = distanceOf(WHERE, [wanted, output], distillation);
      terms.push(distillation.hardLoss === 0 ? soft : soft.add(loss.mul(distillation.hardLoss)));
    });
    return terms.map((term) =>
      balance && term !== terms[0]
        ? term.mul<tf.Scalar>(ops.withoutGradient(() => terms[0].abs().div(term.abs().maximum(1e-12))))
        : term
    );
  };
  const on = (own: Task<B, E>): Task<ElasticBatch<B>> => ({
    kind: 'elastic',
    fixed: {
      ...own.fixed,
      ...{ task: own.kind, balance, sampler: JSON.stringify({ kind: sampler.kind, ...sampler.options }) },
      ...{ dimensions: JSON.stringify(supernet.dimensions), distillation: JSON.stringify(settings) }
    },
    get hash() {
      return own.hash;
    },
    on: (model) => {
      if (model !== supernet.model) {
        fail(WHERE, "the model must be the supernet's", model.kind);
      }
      return on(own.on?.(model) ?? (own as never));
    },
    batch: (step, seed) => {
      return { batch: own.batch(step, seed), points: sampler.points(supernet, step, slicesOf(seed, step)) };
    },
    loss: (model, batch, ctx) => {
      const terms = losses(own, model, batch, ctx);
      return Object.fromEntries(terms.map((term, i) => [`slice ${i}`, term.div<tf.Scalar>(terms.length)]));
    },
    reach: (_model, { points }) => union(points.map((point) => supernet.subnet(point).reach())),
    ...(own.evaluate && { evaluate: (model: Module) => measure(own, model) }),
    ...(own.text && { text: own.text }),
    ...(own.tokens && { tokens: ({ batch }: ElasticBatch<B>) => own.tokens!(batch) })
  });
  const measure = async (own: Task<B, E>, model: Module): Promise<Metrics> => {
    const metrics: Metrics = await own.evaluate!(model);
    const slices: Record<string, number> = {};
    for (const [name, point] of Object.entries(evaluated)) {
      const slice = supernet.subnet(point, { calibration });
      try {
        slices[name] = (await slice.run((each) => Promise.resolve(own.evaluate!(each)))).loss;
      } finally {
        slice.dispose();
      }
    }
    return Object.keys(slices).length === 0 ? metrics : { ...metrics, slices };
  };
  return on(base);
}

/** Output of the module at a path, outside of training. */
function outputOf(model: Module, at: string, x: tf.Tensor): tf.Tensor {
  const ctx = Context.create();
  const seen: tf.Tensor[] = [];
  const release = model
    .modules()
    .get(at)!
    .intercept((inner, y) => {
      const output = inner(y);
      seen.push(tf.keep(output.clone()));
      return output;
    });
  try {
    model.apply(x, ctx);
    const copy = seen[0].clone();
    tf.dispose(seen);
    return copy;
  } finally {
    release();
    ctx.dispose();
  }
}

/** Where any of several slices reads. */
function union(reaches: readonly ReadonlyMap<string, tf.Tensor | null>[]): Map<string, tf.Tensor | null> {
  const all = new Map<string, tf.Tensor | null>();
  for (const reach of reaches) {
    for (const [path, cells] of reach) {
      const before = all.get(path);
      all.set(path, before === undefined ? cells : before === null || cells === null ? null : tf.maximum(before, cells)); // prettier-ignore
    }
  }
  return all;
}
