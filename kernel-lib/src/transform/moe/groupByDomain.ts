import { assignEvenly } from '../../base/math/assignEvenly';
import type { FiringPattern, NeuronGroups } from './groupNeurons';

/**
 * An expert for each domain (Read-ME, arXiv 2410.19123): the neurons that fire most often in all domains together are shared;
 * each other neuron goes where it fires more often than elsewhere, in parts of equal size, by an exact assignment.
 *
 * @param domains - Of each token, 0..E-1; [T].
 */
export function groupByDomain(
  pattern: FiringPattern,
  domains: ArrayLike<number>,
  numExperts: number,
  shared: number
): NeuronGroups {
  const { rate } = pattern;
  const size = rate.length / (numExperts + shared);
  const byRate = Array.from(rate.keys()).sort((a, b) => rate[b] - rate[a]);
  const rates = ratesByDomain(pattern, domains, numExperts);
  const routed = assignEvenly(
    byRate.slice(shared * size),
    { groups: numExperts, size },
    (neuron, e) => -rates[e][neuron]
  );
  const representatives = routed.map((members, e) => members.reduce((a, b) => (rates[e][b] > rates[e][a] ? b : a)));
  return { shared: byRate.slice(0, shared * size), routed, representatives };
}

/** Share of a domain's tokens on which each neuron fires; [E][H]. */
function ratesByDomain(
  { rate, fired, numTokens }: FiringPattern,
  domains: ArrayLike<number>,
  numExperts: number
): Float64Array[] {
  const rates = Array.from({ length: numExperts }, () => new Float64Array(rate.length));
  const sizes = new Array<number>(numExperts).fill(0);
  for (let t = 0; t < numTokens; t++) {
    sizes[domains[t]]++;
  }
  fired.forEach((one, i) => {
    const domain = domains[i % numTokens];
    rates[domain][Math.floor(i / numTokens)] += one / sizes[domain];
  });
  return rates;
}
