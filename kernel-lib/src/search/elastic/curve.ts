import { expectOneOf, fail } from '../../base/core';
import type { Module } from '../../base/core';
import { paretoFront } from '../../base/math';
import type { SubnetCost, SubnetOptions, SubnetPoint, Supernet } from '../../transform/elastic';

/** Measure of a slice that is to be small: a loss. The model is the slice while it runs. */
export type MeasureSlice = (model: Module, point: SubnetPoint) => number | Promise<number>;

/** A cost of a slice. */
export type SliceCost = keyof SubnetCost;

/** Options of `elastic.curve`. */
export interface CurveOptions extends SubnetOptions {
  /** Measure of a slice: `async (model) => (await task.evaluate(model)).loss`. */
  evaluate: MeasureSlice;
  /** Slices. Default: all, of at most 256. */
  points?: Iterable<SubnetPoint>;
  /** Cost that slices are ordered by. Default "parameters". */
  cost?: SliceCost;
  /** Positions of a sequence for operations. Default: the model's context length. */
  length?: number;
}

/** A slice that was measured. */
export interface CurvePoint {
  point: SubnetPoint;
  loss: number;
  parameters: number;
  flops: number | null;
}

/** An elastic curve: loss against size. */
export interface ElasticCurve {
  /** By cost, ascending. */
  points: CurvePoint[];
  /** Those that no cheaper one equals, ascending. */
  front: CurvePoint[];
}

const MOST = 256;
const WHERE = 'elastic.curve';

/**
 * The elastic curve of a supernet: loss against size for all slices, or those named, measured in place, and the front among them.
 *
 * @throws {SwitchyardError} where there are more slices than can be measured unasked, a measure is not finite, or the cost is not known.
 */
export async function curve(supernet: Supernet, options: CurveOptions): Promise<ElasticCurve> {
  const { evaluate, cost = 'parameters', calibration, length } = options;
  expectOneOf(WHERE, 'cost', cost, ['parameters', 'flops']);
  if (options.points === undefined && supernet.count > MOST) {
    fail(WHERE, `points must be given where there are more than ${MOST} slices`, supernet.count);
  }
  const measured: CurvePoint[] = [];
  for (const point of options.points ?? supernet.points()) {
    const slice = supernet.subnet(point, { calibration });
    try {
      const loss = await slice.run((model) => Promise.resolve(evaluate(model, point)));
      if (!Number.isFinite(loss)) {
        fail(WHERE, `the measure of ${JSON.stringify(point)} must be finite`, loss);
      }
      measured.push({ point, loss, ...slice.cost({ length }) });
    } finally {
      slice.dispose();
    }
  }
  const points = measured.sort((a, b) => costOf(a, cost) - costOf(b, cost) || a.loss - b.loss);
  const front = paretoFront(points.map((each) => ({ each, cost: costOf(each, cost), quality: -each.loss })));
  return { points, front: front.map(({ each }) => each) };
}

/** Cost of a slice. @throws {SwitchyardError} where it is not known. */
export function costOf({ parameters, flops }: SubnetCost, cost: SliceCost): number {
  return cost === 'parameters' ? parameters : (flops ?? fail(WHERE, 'modules must say what they spend', null));
}
