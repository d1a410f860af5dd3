import { tf } from '../../../base/backend';
import { expectInteger, expectNumber, expectOneOf, masksAt, Random } from '../../../base/core';
import type { Module } from '../../../base/core';
import { apportion, floor } from '../../../base/math';
import { chosenMatrices } from '../matrices';
import type { MatrixChoice } from '../matrices';
import { densityOf } from './density';
import type { PruningSchedule, StepState } from './schedule';

export interface DynamicSparseOptions extends MatrixChoice {
  /** Share of the values that is left, of all parameters together, above 0 and at most 1; it is the same after each step. */
  density: number;
  /** Steps from one change of the masks to the next. Default 20. */
  interval?: number;
  /** Share of the values left that makes place for others, at first; it falls to 0 as a cosine. Default 0.3. */
  dropRate?: number;
  /** Share of the steps after which masks stay, above 0 and at most 1. Default 0.75. */
  until?: number;
  /** Values that come back: "random" ones (SET), or those of the largest "gradient" (RigL). Default "gradient". */
  growBy?: 'random' | 'gradient';
  /** New values go to the parameters whose values left are larger in the mean (DSR, DSL); else each gets as many as it lost. Default false. */
  redistribute?: boolean;
  /** Density of each parameter at first: the same, or by the sum of its sides over their product ("erdosRenyi"). Default "erdosRenyi". */
  initial?: 'uniform' | 'erdosRenyi';
}

/** A parameter on the host, as a change of masks works on it. */
interface Layer {
  path: string;
  /** Changed in place. */
  mask: Float32Array;
  /** Values that went or came. */
  changed: Float32Array;
  /** Mean magnitude of what is left. */
  strength: number;
  lost: number;
}

const WHERE = 'prune.dynamicSparse';

/**
 * Dynamic sparse training: as many values as `density` says from the first step to the last, and which changes. Each `interval` steps the smallest values
 * go, and as many others, which are 0 then, begin: at random (SET, Mocanu et al., arXiv 1707.04780) or where the gradient is largest (RigL, Evci et
 * al., arXiv 1911.11134), and with `redistribute` in other parameters than they left (DSR, arXiv 1902.05967; DSL, arXiv 2402.02855).
 *
 * @throws {SwitchyardError} where an option is out of range; in `fit`, as `prune.unstructured` does.
 */
export function dynamicSparse(options: DynamicSparseOptions): PruningSchedule {
  const { density, interval = 20, dropRate = 0.3, until = 0.75, growBy = 'gradient', redistribute = false } = options;
  const { initial = 'erdosRenyi', include, exclude } = options;
  expectNumber(WHERE, 'density', density, Number.MIN_VALUE, 1);
  expectInteger(WHERE, 'interval', interval, 1);
  expectNumber(WHERE, 'dropRate', dropRate, 0, 1);
  expectNumber(WHERE, 'until', until, Number.MIN_VALUE, 1);
  expectOneOf(WHERE, 'growBy', growBy, ['random', 'gradient']);
  expectOneOf(WHERE, 'initial', initial, ['uniform', 'erdosRenyi']);
  const settings = { density, interval, dropRate, until, growBy, redistribute, initial };
  return {
    kind: 'dynamicSparse',
    begin: (model, { steps, seed }) => {
      const paths = chosenMatrices(WHERE, model, { include, exclude });
      const random = Random.fromSeed(seed).child('dynamicSparse');
      drawMasks(model, paths, { density, initial, random: random.child('initial') });
      const last = floor(until * steps);
      let left: number | null = null;
      return {
        fixed: JSON.stringify({ kind: 'dynamicSparse', ...settings, last, paths }),
        paths,
        density: () => (left ??= densityOf(model, paths)),
        afterStep: (state) => {
          const due = state.step % interval === 0 && state.step <= last;
          if (due) {
            const share = (dropRate / 2) * (1 + Math.cos((Math.PI * state.step) / last));
            left = null;
            exchange(model, paths, state, { share, growBy, redistribute, random: random.child(state.step) });
          }
          return due;
        }
      };
    }
  };
}

/** Random masks of parameters that have none; what an earlier mask left is gone on from. */
function drawMasks(
  model: Module,
  paths: readonly string[],
  { density, initial, random }: { density: number; initial: 'uniform' | 'erdosRenyi'; random: Random }
): void {
  const masks = masksAt(model, paths);
  const parameters = model.parameters();
  if ([...masks.values()].some(({ variable }) => variable.dataSync<'float32'>().includes(0))) {
    return;
  }
  const sizes = paths.map((path) => parameters.get(path)!.variable.size);
  const weights = initial === 'uniform' ? sizes : paths.map((path) => parameters.get(path)!.shape.reduce((a, b) => a + b, 0)); // prettier-ignore
  const total = Math.max(1, Math.round(density * sizes.reduce((a, b) => a + b, 0)));
  apportion(total, weights, sizes).forEach((count, i) => {
    const next = random.child(paths[i]).generator();
    const scores = Float32Array.from({ length: sizes[i] }, next);
    store(model, paths[i], maskOfLargest(scores, count));
  });
}

/** 1 at the `count` largest scores, of equal ones the first; those of -Infinity never. */
function maskOfLargest(scores: Float32Array, count: number): Float32Array {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
  const mask = new Float32Array(scores.length);
  order.subarray(0, count).forEach((place) => (mask[place] = scores[place] === -Infinity ? 0 : 1));
  return mask;
}

/** Stores a mask, and 0 where it has 0. */
function store(model: Module, path: string, mask: Float32Array): void {
  tf.tidy(() => {
    const parameter = model.parameters().get(path)!;
    const values = tf.tensor(mask, parameter.shape);
    masksAt(model, [path]).get(path)!.assign(values, path);
    parameter.assign(parameter.variable.mul(values), path);
  });
}

/**
 * Exchanges a share of the values that masks leave, the smallest, for as many that they do not, by random scores (of `random`) or by gradients. Values under a mask must be
 * stored as 0.
 */
export function exchange(
  model: Module,
  paths: readonly string[],
  state: StepState,
  options: { share: number; redistribute: boolean } & ({ growBy: 'random' | 'gradient'; random: Random } | { growBy: 'gradient'; random?: undefined }) // prettier-ignore
): void {
  const dropped = paths.map((path) => drop(model, path, options.share));
  const lost = dropped.map((each) => each.lost);
  const total = lost.reduce((a, b) => a + b, 0);
  const free = dropped.map(({ mask }) => mask.reduce((sum, kept) => sum + 1 - kept, 0));
  const gains = options.redistribute
    ? apportion(
        total,
        dropped.map(({ strength }) => strength),
        free
      )
    : lost;
  const scores = growthScores(model, dropped, state, options);
  dropped.forEach(({ path, mask, changed }, i) => {
    const grown = maskOfLargest(scores[i].map((score, place) => (mask[place] === 1 ? -Infinity : score)), gains[i]); // prettier-ignore
    grown.forEach((comes, place) => {
      mask[place] += comes;
      changed[place] = Math.max(changed[place], comes);
    });
    // What went is 0 when it comes back, in the same change too.
    const zero = changed.map((each) => 1 - each);
    tf.tidy(() => {
      const parameter = model.parameters().get(path)!;
      parameter.assign(parameter.variable.mul(tf.tensor(zero, parameter.shape)), path);
      state.forget(path, tf.tensor(changed, parameter.shape));
    });
    store(model, path, mask);
  });
}

function drop(model: Module, path: string, share: number): Layer {
  const values = model.parameters().get(path)!.variable.dataSync<'float32'>();
  const before = masksAt(model, [path]).get(path)!.variable.dataSync<'float32'>();
  const count = before.reduce((sum, kept) => sum + kept, 0);
  const lost = floor(share * count);
  const scores = before.map((kept, i) => (kept === 1 ? Math.abs(values[i]) : -Infinity));
  const mask = maskOfLargest(scores, count - lost);
  const changed = before.map((kept, i) => kept - mask[i]);
  const sum = mask.reduce((all, kept, i) => all + kept * Math.abs(values[i]), 0);
  return { path, mask, changed, strength: sum / Math.max(1, count - lost), lost };
}

/** Scores by which values come: gradients as if nothing were masked, or random ones. */
function growthScores(
  model: Module,
  layers: readonly Layer[],
  state: StepState,
  { growBy, random }: { growBy: 'random' | 'gradient'; random?: Random }
): Float32Array[] {
  if (growBy === 'random' && random !== undefined) {
    return layers.map(({ path, mask }) => Float32Array.from(mask, random.child(path).generator()));
  }
  const paths = layers.map(({ path }) => path);
  const masks = masksAt(model, paths);
  // What is masked is stored as 0: without masks the model computes the same, and its gradients reach all values.
  layers.forEach(({ path }) => tf.tidy(() => masks.get(path)!.assign(tf.onesLike(masks.get(path)!.variable))));
  const gradients = state.gradients();
  const scores = layers.map(({ path, mask }) => gradients.get(path)?.dataSync<'float32'>().map(Math.abs) ?? new Float32Array(mask.length)); // prettier-ignore
  tf.dispose([...gradients.values()]);
  return scores;
}
