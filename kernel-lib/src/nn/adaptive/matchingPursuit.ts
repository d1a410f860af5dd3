import { tf } from '../../base/backend';
import { Axis, expectInteger, expectNumber, expectShape, fail, Module, Parameter, stateKey } from '../../base/core';
import type { Context, Random } from '../../base/core';
import * as ops from '../../base/ops';

/** Key of the variance of the noise of each signal, [T]. */
export const NOISE = stateKey<tf.Tensor1D>('noise');

/** Options of `adaptive.MatchingPursuit`. */
export interface MatchingPursuitOptions {
  /** Values of a signal, D. */
  width: number;
  /** Atoms of the dictionary, A. */
  atoms: number;
  /** Most steps, L. */
  maxSteps: number;
  /** A signal is done when `|residual|^2 <= noiseFactor * D * noise`. Default 1. */
  noiseFactor?: number;
  /** First dictionary, [D, A], taken over. Default: normal values. */
  dictionary?: tf.Tensor2D;
  /** Stream for the initial dictionary. */
  random: Random;
}

/**
 * Matching pursuit as a network (mpNet, arXiv 2008.04088), real-valued: each step takes off a signal its projection onto the
 * atom that it correlates with most; atoms are learnt and have length 1 when they are used. A signal takes steps until what is left is
 * no more than its noise, so its depth follows its signal-to-noise ratio, and the steps after are not computed for it. Depths are published as
 * events of the kind "depth". Signals
 * [T, D] to what was taken off, [T, D]; the pass holds "noise", the variance of each. Train it without targets: the loss is
 * what is left, `y - apply(y)`.
 *
 * @throws {SwitchyardError} where an option is out of range; in `apply`, without a variance for each signal.
 */
export function matchingPursuit(options: MatchingPursuitOptions): MatchingPursuit {
  (['width', 'atoms', 'maxSteps'] as const).forEach((name) =>
    expectInteger('adaptive.matchingPursuit', name, options[name], 1)
  );
  expectNumber('adaptive.matchingPursuit', 'noiseFactor', options.noiseFactor ?? 1, 0);
  return new MatchingPursuit(options);
}

export class MatchingPursuit extends Module {
  readonly kind = 'matching-pursuit';
  /** [D, A]. */
  readonly dictionary: Parameter;

  constructor(private readonly options: MatchingPursuitOptions) {
    super();
    const { width, atoms, random } = options;
    const { dictionary = random.child('dictionary').normal([width, atoms]) } = options;
    expectShape('adaptive.matchingPursuit', dictionary, [width, atoms]);
    const axes = [Axis.of('width', width), Axis.of('atoms', atoms)];
    this.dictionary = this.addParameter('dictionary', new Parameter(dictionary, { axes, decay: false }));
  }

  /** Where a signal takes all steps. */
  override ownFlops(): number {
    const [width, atoms] = this.dictionary.axes;
    return 4 * this.options.maxSteps * width.size * atoms.size;
  }

  override apply(y: tf.Tensor, ctx: Context): tf.Tensor {
    return this.pursue(y as tf.Tensor2D, ctx).estimate;
  }

  /** As `apply`, with the steps that each signal took; [T]. The caller disposes the estimate. */
  pursue(y: tf.Tensor2D, ctx: Context): { estimate: tf.Tensor2D; depths: Int32Array } {
    const { maxSteps, noiseFactor = 1 } = this.options;
    const width = this.dictionary.axes[0].size;
    expectShape(ctx.path || this.kind, y, ['T', width]);
    const limits = this.noiseOf(y.shape[0], ctx).map((variance) => noiseFactor * width * variance);
    const depths = new Int32Array(y.shape[0]);
    const estimate = tf.tidy(() => {
      const raw = this.dictionary.read() as tf.Tensor2D;
      const dictionary = raw.div<tf.Tensor2D>(raw.square().sum(0, true).sqrt());
      let [left, taken] = [y, tf.zerosLike(y)];
      for (let step = 0; step < maxSteps; step++) {
        const energy = left.square().sum(1).dataSync();
        const working = Int32Array.from(limits, (limit, t) => (energy[t] > limit ? 0 : -1));
        if (working.every((at) => at < 0)) {
          break;
        }
        working.forEach((at, t) => (depths[t] += at + 1));
        const projection = project(left, dictionary, working);
        [left, taken] = [left.sub(projection), taken.add(projection)];
      }
      return taken;
    });
    if (ctx.wants('depth')) {
      const modules = Array.from({ length: maxSteps + 1 }, (_, steps) => `${steps} steps`);
      ctx.publish({ kind: 'depth', path: ctx.path || this.kind, modules, taken: depths.slice() });
    }
    return { estimate, depths };
  }

  private noiseOf(numSignals: number, ctx: Context): number[] {
    const noise = ctx.getState(NOISE);
    return noise?.size === numSignals
      ? Array.from(noise.dataSync())
      : fail(
          ctx.path || this.kind,
          `the context must hold "${NOISE.name}" for ${numSignals} signals`,
          noise?.size ?? null
        );
  }
}

// What each working signal's best atom explains of it, 0 for the others, which are left out of the product.
function project(left: tf.Tensor2D, dictionary: tf.Tensor2D, working: Int32Array): tf.Tensor2D {
  const plan = ops.planDispatch(working, { numTokens: working.length, k: 1, numExperts: 1 });
  const correlation = ops.dispatch(left, plan).matMul(dictionary); // [R, A]
  const atom = ops.withoutGradient(() => tf.oneHot(correlation.abs().argMax(1).toInt(), dictionary.shape[1], 1, 0, 'float32')); // prettier-ignore
  const projection = correlation.mul<tf.Tensor2D>(atom).matMul(dictionary, false, true) as tf.Tensor2D;
  return ops.combine(projection, tf.ones([working.length, 1]), plan);
}
