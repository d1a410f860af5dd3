import { fail } from '../../../base/core';
import { paretoFront } from '../../../base/math';
import type { ParetoAxis, ParetoPayload } from '../../../protocol';
import type { BenchReport } from '../../../study/queries';
import { still } from '../../envelope';
import { benchCandidates } from './benchCandidates';
import type { ParetoCandidate } from './paretoCandidate';

/** Options of `show.pareto`. */
export interface ParetoOptions {
  /** The axis of cost. Default `{ name: 'cost', unit: '', better: 'lower' }`. */
  x?: Partial<ParetoAxis>;
  /** The axis of quality. Default `{ name: 'quality', unit: '', better: 'higher' }`. */
  y?: Partial<ParetoAxis>;
  /** The order in which a search tried the candidates: true for their own, or their indices. Default: no search. */
  trajectory?: boolean | readonly number[];
  /** Title for people. Default "cost and quality". */
  title?: string;
}

/**
 * Candidates in the plane of cost and quality with their front, as a payload: `show.payload(show.pareto(routing.bench(...)))`, or
 * of any points. In a bench, routers and single models compete; best single model, random mix and oracle stand beside.
 *
 * @throws {SwitchyardError} where there is nothing to show, or a number is not finite.
 */
export function pareto(of: BenchReport | readonly ParetoCandidate[], options: ParetoOptions = {}): ParetoPayload {
  const where = 'show.pareto';
  const candidates: readonly ParetoCandidate[] = 'routers' in of ? benchCandidates(of) : of;
  if (candidates.length === 0) {
    fail(where, 'there must be at least one candidate', 0);
  }
  const wrong = candidates.find(({ cost, quality }) => !Number.isFinite(cost) || !Number.isFinite(quality));
  if (wrong !== undefined) {
    fail(where, 'cost and quality must be finite numbers', wrong);
  }
  const x: ParetoAxis = { name: 'cost', unit: '', better: 'lower', ...options.x };
  const y: ParetoAxis = { name: 'quality', unit: '', better: 'higher', ...options.y };
  const series = [...new Set(candidates.map((candidate) => candidate.series ?? 'candidates'))];
  const points = candidates.map(({ cost, quality, label, series: own = 'candidates', low, high }, i) => ({
    label: label ?? String(i),
    series: series.indexOf(own),
    x: cost,
    y: quality,
    low: low ?? null,
    high: high ?? null
  }));
  const data = { x, y, series, points, front: frontOf(candidates, x, y), trajectory: order(candidates, options) };
  return still('pareto', data, { title: options.title ?? 'cost and quality' });
}

/** Indices of the front in the order of x, whichever way the axes point. */
function frontOf(candidates: readonly ParetoCandidate[], x: ParetoAxis, y: ParetoAxis): number[] {
  const sign = (axis: ParetoAxis, good: ParetoAxis['better']): number => (axis.better === good ? 1 : -1);
  const [ofCost, ofQuality] = [sign(x, 'lower'), sign(y, 'higher')];
  const turned = candidates.flatMap(({ cost, quality, competes = true }, index) =>
    competes ? [{ index, cost: ofCost * cost, quality: ofQuality * quality }] : []
  );
  const front = paretoFront(turned).map(({ index }) => index);
  return ofCost === 1 ? front : front.reverse();
}

function order(candidates: readonly ParetoCandidate[], { trajectory = false }: ParetoOptions): number[] {
  const indices = trajectory === true ? candidates.map((_, i) => i) : trajectory === false ? [] : [...trajectory];
  const wrong = indices.find((i) => !Number.isInteger(i) || i < 0 || i >= candidates.length);
  return wrong === undefined ? indices : fail('show.pareto', `trajectory must hold 0..${candidates.length - 1}`, wrong);
}
