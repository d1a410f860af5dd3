import type { BenchReport } from '../../../study/queries';
import type { ParetoCandidate } from './paretoCandidate';

/** The points of a bench of routers: each router, the single models, and what a router is compared with. */
export function benchCandidates({ routers, singles, bestSingle, randomMix, oracle }: BenchReport): ParetoCandidate[] {
  const at = (costWeight: number): string => `cost weight ${costWeight}`;
  return [
    ...Object.entries(routers).flatMap(([series, points]) =>
      points.map(({ cost, quality, costWeight }) => ({ series, label: `${series}, ${at(costWeight)}`, cost, quality }))
    ),
    ...Object.entries(singles).map(([label, { cost, quality }]) => ({ series: 'single models', label, cost, quality })),
    ...bestSingle.map(({ model, costWeight, cost, quality }) => ({
      ...{ series: 'best single model', label: `${model}, ${at(costWeight)}`, cost, quality },
      competes: false
    })),
    ...randomMix.map(({ cost, quality }) => ({
      ...{ series: 'random mix', label: 'corner of the random mix', cost, quality },
      competes: false
    })),
    ...oracle.map(({ costWeight, cost, quality }) => ({
      ...{ series: 'oracle', label: `oracle, ${at(costWeight)}`, cost, quality },
      competes: false
    }))
  ];
}
