import { expectInteger, expectNumber, fail, given } from '../../base/core';
import { powerLaw, type PowerLaw } from './powerLaw';

/** Options of `analysis.scalingStudy`. */
export interface ScalingStudyOptions {
  /** Sizes that are trained, ascending: of parameters by width or depth, or of data. */
  sizes: readonly number[];
  /** Seeds of each size. */
  seeds: readonly number[];
  /** Loss of a training of a size from a seed. */
  run: (size: number, seed: number) => number | Promise<number>;
  /** Largest sizes that the law is not fitted to but held to. Default 1. */
  heldOut?: number;
}

/** A size that the law was not fitted to. */
export interface Extrapolation {
  size: number;
  /** Mean over seeds. */
  loss: number;
  predicted: number;
  /** Distance of the two over the loss. */
  error: number;
}

/** Study of how a loss falls with size. */
export interface ScalingStudy {
  /** Every training, in the order in which they ran, with the seed that runs it again. */
  runs: { size: number; seed: number; loss: number }[];
  /** Of the means over seeds of the sizes that are not held out. */
  law: PowerLaw;
  heldOut: Extrapolation[];
}

/**
 * Study of scale (as of graph networks for molecules, arXiv 2404.11568): the same training at several sizes and seeds, one after the other, a power law through the smaller sizes' means, and how far it misses the largest.
 *
 * @throws {SwitchyardError} where sizes do not ascend or leave less than two to fit, there is no seed, or a loss is not above 0.
 */
export async function scalingStudy(options: ScalingStudyOptions): Promise<ScalingStudy> {
  const where = 'graph.probes.scalingStudy';
  const { sizes, seeds, run, heldOut = 1 } = given(where, options);
  sizes.forEach((size, i) => expectNumber(where, 'sizes', size, i === 0 ? Number.MIN_VALUE : sizes[i - 1]));
  expectInteger(where, 'heldOut', heldOut, 0, Math.max(0, sizes.length - 2));
  if (seeds.length === 0 || new Set(seeds).size < seeds.length || new Set(sizes).size < sizes.length) {
    fail(where, 'there must be seeds, and each size and seed once', { sizes, seeds });
  }
  const runs: ScalingStudy['runs'] = [];
  for (const size of sizes) {
    for (const seed of seeds) {
      const loss = await run(size, seed);
      runs.push({ size, seed, loss: loss > 0 && Number.isFinite(loss) ? loss : fail(where, `loss of size ${size}, seed ${seed} must be a number above 0`, loss) }); // prettier-ignore
    }
  }
  const means = sizes.map((size) => ({ size, loss: runs.filter((each) => each.size === size).reduce((sum, { loss }) => sum + loss, 0) / seeds.length })); // prettier-ignore
  const law = powerLaw(means.slice(0, means.length - heldOut));
  const beyond = means.slice(means.length - heldOut).map(({ size, loss }) => ({ size, loss, predicted: law.at(size), error: Math.abs(law.at(size) - loss) / loss })); // prettier-ignore
  return { runs, law, heldOut: beyond };
}
