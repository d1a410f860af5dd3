import { tf } from '../../base/backend';
import { expectInteger, expectOneOf, fail, showShape } from '../../base/core';
import type { Context, Interceptor, Module } from '../../base/core';

/** A whole block, a residual layer in it, or a convolution in that. */
export type ReuseLevel = 'block' | 'layer' | 'unit';

/** Options of `adaptive.featureReuse`. */
export interface FeatureReuseOptions {
  /** Outputs that are reused. */
  level: ReuseLevel;
  /** Steps from one computation to the next; or whether a step, from 0, computes. Step 0 always does. */
  schedule: number | ((step: number) => boolean);
  /** Which modules of that level, by path. Default: all. */
  wanted?: (path: string) => boolean;
}

/** Reuse that goes on until it is stopped. */
export interface FeatureReuse {
  /** Of the steps since the last restart, the share in which each module ran that can be reused, by path. */
  shares(): ReadonlyMap<string, number>;
  /** Begins at step 0 again: for other points. */
  restart(): void;
  /** Takes it off the model, and frees what it holds. */
  stop(): void;
}

const KINDS: Readonly<Record<ReuseLevel, string>> = { block: 'unet-block', layer: 'residual', unit: 'conv2d' };

/**
 * Skips modules of a diffusion network in some steps of sampling: they give what they gave in the last step that computed
 * (feature inheritance of A-SDM, arXiv 2406.00210). Each `apply` of the model is a step. What is given is a module's whole output; what then
 * nobody asks for is not computed. `models.moduleFlops(model, { shares })` counts what is left.
 *
 * @throws {SwitchyardError} where the model has no such module; in a pass, in training, or where the shape is another than before.
 */
export function featureReuse(model: Module, options: FeatureReuseOptions): FeatureReuse {
  const { level, schedule, wanted = () => true } = options;
  expectOneOf('adaptive.featureReuse', 'level', level, Object.keys(KINDS));
  const computes = typeof schedule === 'number' ? everyNth(schedule) : schedule;
  const modules = [...model.modules()].filter(([path, { kind }]) => kind === KINDS[level] && wanted(path));
  if (modules.length === 0) {
    fail('adaptive.featureReuse', `the model must have a ${KINDS[level]} that is wanted`, model.kind);
  }
  let step = -1;
  const kept = new Map<string, tf.Tensor>();
  const runs = new Map(modules.map(([path]) => [path, 0]));
  const forget = (): void => {
    kept.forEach((value) => value.dispose());
    kept.clear();
  };
  const reusing =
    (path: string): Interceptor =>
    (inner, x, ctx) => {
      const before = kept.get(path);
      if (before !== undefined && !computes(step)) {
        return expectSame(before, x, ctx).clone();
      }
      const value = inner(x);
      runs.set(path, runs.get(path)! + 1);
      before?.dispose();
      kept.set(path, tf.keep(value.clone()));
      return value;
    };
  const release = [
    model.intercept((inner, x) => {
      step++;
      return inner(x);
    }),
    ...modules.map(([path, module]) => module.intercept(reusing(path)))
  ];
  return {
    shares: () => new Map([...runs].map(([path, count]) => [path, step < 0 ? 1 : count / (step + 1)])),
    restart: () => {
      step = -1;
      runs.forEach((_, path) => runs.set(path, 0));
      forget();
    },
    stop: () => {
      release.forEach((undo) => undo());
      forget();
    }
  };
}

function everyNth(interval: number): (step: number) => boolean {
  expectInteger('adaptive.featureReuse', 'schedule', interval, 1);
  return (step) => step % interval === 0;
}

function expectSame(before: tf.Tensor, x: tf.Tensor, { path, training }: Context): tf.Tensor {
  if (training) {
    fail(path, 'features are not reused in training', 'training');
  }
  return before.shape[0] === x.shape[0]
    ? before
    : fail(
        path,
        `reuse is for the same points: restart for others than ${showShape(before.shape)}`,
        showShape(x.shape)
      );
}
