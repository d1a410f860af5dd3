import { tf } from '../../base/backend';
import { expectInteger, expectNumber, fail } from '../../base/core';
import type { Context, Module } from '../../base/core';
import { sliceLoss } from '../../train/elastic/sliceLoss';
import type { Task } from '../../train/tasks/task';
import type { SubnetPoint, Supernet } from '../../transform/elastic';
import { alternate } from './alternate';
import type { AlternateOptions } from './alternate';
import { meanEntropy } from './darts';
import { likeliestPoint } from './likeliestPoint';
import { SizeDistributions } from './sizeDistributions';

/** Options of `nas.widthDepth`. */
export interface WidthDepthOptions extends Omit<AlternateOptions, 'order'> {
  /** Operations on a token that the slice found is to spend, as `elastic.subnet(...).cost()` counts them. */
  flops: number;
  /** Relative distance to `flops` within which the cost is no loss, and which the slice found keeps. Default 0.05. */
  tolerance?: number;
  /** Weight of the loss of the cost. Default 2. */
  costLoss?: number;
  /** Values of each dimension that a pass runs. Default 2. */
  samples?: number;
  /** Temperature of the Gumbel softmax at the first step and at the last, falling evenly between. Default [10, 0.1]. */
  temperature?: readonly [first: number, last: number];
  /** Positions of a sequence, or pixels of an image, for the count of operations. Default: as `models.moduleFlops`. */
  length?: number;
}

/** A search of widths and depths that has ended. */
export interface WidthDepthReport {
  /** Slice found: the likeliest point whose operations are within the tolerance. */
  point: SubnetPoint;
  /** Its operations on a token. */
  flops: number;
  /** Probability of each value, by dimension. */
  probabilities: Record<string, number[]>;
  /** Loss on validation batches before each step of the architecture, that of the cost included. */
  losses: number[];
  /** Mean entropy of the distributions after each step, in nats. */
  entropies: number[];
}

const WHERE = 'nas.widthDepth';

/**
 * Transformable architecture search (TAS, arXiv 1905.09717): distributions over the widths and depths of a supernet are learnt with its weights. A pass runs some sizes that are drawn, and sums their
 * features, which channel-wise interpolation makes of one width; a loss leads the expected operations to a target. The model is trained in place. `elastic.extract` makes the slice found a network, and
 * `train.tasks.distillation` with the whole one as the teacher trains it.
 *
 * @throws {SwitchyardError} where an option is out of range, a size is not of outputs of linear maps or convolutions, operations are not known, and where no slice spends what is asked for.
 */
export async function widthDepth(supernet: Supernet, options: WidthDepthOptions): Promise<WidthDepthReport> {
  const { flops, tolerance = 0.05, costLoss = 2, samples = 2, temperature = [10, 0.1], length, ...rest } = options;
  expectNumber(WHERE, 'flops', flops, Number.MIN_VALUE);
  expectNumber(WHERE, 'tolerance', tolerance, 0, 1);
  expectNumber(WHERE, 'costLoss', costLoss, 0);
  expectInteger(WHERE, 'samples', samples, 1);
  temperature.forEach((each) => expectNumber(WHERE, 'temperature', each, Number.MIN_VALUE));
  const { model } = supernet;
  const cost = costOf(supernet, length);
  const distributions = new SizeDistributions(WHERE, supernet);
  const release = model.adopt('searchedSizes', distributions);
  const losses: number[] = [];
  const entropies: number[] = [];
  const drawn = (task: Task, cost: (() => tf.Scalar) | null): Task => ({
    ...task,
    kind: 'width-depth',
    on: undefined,
    loss: (_model: Module, batch: unknown, ctx: Context) => {
      const share = Math.min(1, losses.length / Math.max(1, rest.steps - 1));
      const now = temperature[0] + share * (temperature[1] - temperature[0]);
      const random = ctx.random.child('sizes');
      const pass = { ctx, name: 'sizes', share: 1, isWhole: false, at: '' };
      const own = distributions.run({ samples, temperature: now, random }, (slice) =>
        sliceLoss(task, slice, batch, pass)
      );
      return cost === null ? own.loss : { task: own.loss, cost: cost().mul<tf.Scalar>(costLoss) };
    }
  });
  try {
    const [task, validation] = [rest.task, rest.validation].map((each) => each.on?.(model) ?? each);
    const architecture = new Map([...model.parameters()].filter(([path]) => path.startsWith('searchedSizes.')));
    const ofCost = (): tf.Scalar => costTerm(supernet, distributions, { cost, flops, tolerance });
    const own = { ...rest, order: 'first' as const, task: drawn(task, null), validation: drawn(validation, ofCost) };
    await alternate(WHERE, model, architecture, own, (loss) => {
      losses.push(loss);
      entropies.push(meanEntropy(Object.values(distributions.probabilities)));
    });
    const { probabilities } = distributions;
    const fits = (point: SubnetPoint): boolean => Math.abs(cost(point) / flops - 1) <= tolerance;
    const point = likeliestPoint(supernet.dimensions, probabilities, fits);
    if (point === null) {
      fail(WHERE, `a slice must spend ${flops} operations, give or take ${tolerance} of them`, 'none');
    }
    return { point: point!, flops: cost(point!), probabilities, losses, entropies };
  } finally {
    release();
    distributions.dispose();
  }
}

/** Operations of a point, remembered. */
function costOf(supernet: Supernet, length?: number): (point: SubnetPoint) => number {
  const known = new Map<string, number>();
  return (point) => {
    const key = JSON.stringify(point);
    if (!known.has(key)) {
      const { flops } = supernet.subnet(point).cost({ length });
      known.set(key, flops ?? fail(WHERE, 'modules must say their operations', supernet.model.kind));
    }
    return known.get(key)!;
  };
}

/**
 * The logarithm of the expected operations where the likeliest slice spends too many, its negative where it spends too few (equation 8). Its gradient is by each dimension with the others at the sizes
 * nearest to those expected.
 */
function costTerm(
  supernet: Supernet,
  distributions: SizeDistributions,
  { cost, flops, tolerance }: { cost: (point: SubnetPoint) => number; flops: number; tolerance: number }
): tf.Scalar {
  const { probabilities } = distributions;
  const nearest: Record<string, number> = {};
  const likeliest: Record<string, number> = {};
  for (const { name, values } of supernet.dimensions) {
    const parts = probabilities[name];
    const expected = values.reduce((sum, value, i) => sum + value * parts[i], 0);
    nearest[name] = values.reduce((best, each) => (Math.abs(each - expected) < Math.abs(best - expected) ? each : best)); // prettier-ignore
    likeliest[name] = values[parts.indexOf(Math.max(...parts))];
  }
  const away = cost(likeliest) / flops - 1;
  const sign = away > tolerance ? 1 : away < -tolerance ? -1 : 0;
  const terms = supernet.dimensions.map(({ name, values }) => {
    const costs = values.map((value) => cost({ ...nearest, [name]: value }));
    return distributions
      .read(name)
      .mul(tf.tensor1d(costs))
      .sum<tf.Scalar>()
      .log()
      .mul<tf.Scalar>(sign / supernet.dimensions.length);
  });
  return tf.addN(terms);
}
