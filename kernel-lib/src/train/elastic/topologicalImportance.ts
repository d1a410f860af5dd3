import { expectNumber, fail } from '../../base/core';
import type { Random } from '../../base/core';
import { drawIndex } from '../../base/math';
import type { SubnetPoint, Supernet } from '../../transform/elastic';
import { pathChain } from './pathChain';
import type { PathChain } from './pathChain';
import type { SliceSampler } from './sampler';

/** Options of `elastic.topologicalImportance`. */
export interface TopologicalImportanceOptions {
  /** Operations on a token that slices may spend, as `elastic.subnet(...).cost()` counts them; of each budget a step trains one slice. Default: one slice, whatever it spends. */
  budgets?: readonly number[];
  /** Positions of a sequence, or pixels of an image, for the count of operations. Default: as `models.moduleFlops`. */
  length?: number;
}

interface Known {
  chain: PathChain;
  flops: number[];
}

const WHERE = 'elastic.topologicalImportance';

/**
 * Slices drawn by how much of the network's walks they are ({@link pathChain}; TIPS, arXiv 2305.08021), one for each budget: among those that spend no more, and more than the next smaller budget where there are any.
 *
 * @throws {SwitchyardError} where a budget is not positive; in a training where no slice is within one.
 */
export function topologicalImportance({ budgets = [], length }: TopologicalImportanceOptions = {}): SliceSampler {
  budgets.forEach((budget) => expectNumber(WHERE, 'budgets', budget, Number.MIN_VALUE));
  const ascending = [...budgets].sort((a, b) => a - b);
  const known = new WeakMap<Supernet, Known>();
  return {
    kind: 'topologicalImportance',
    options: { budgets: ascending, ...(length !== undefined && { length }) },
    points: (net, _step, random) => {
      const own = known.get(net) ?? measure(net, ascending.length > 0, length);
      known.set(net, own);
      const limits = ascending.length > 0 ? ascending : [Infinity];
      return limits.map((limit, i) => draw(own, { limit, above: limits[i - 1] ?? 0 }, random.child(i)));
    }
  };
}

function measure(net: Supernet, priced: boolean, length?: number): Known {
  const chain = pathChain(net);
  const flops = chain.paths.map(({ point }) => {
    const spent = priced ? net.subnet(point).cost({ length }).flops : 0;
    return spent ?? fail(WHERE, 'modules must say their operations', net.model.kind);
  });
  return { chain, flops };
}

function draw(
  { chain, flops }: Known,
  { limit, above }: { limit: number; above: number },
  random: Random
): SubnetPoint {
  const within = chain.paths.filter((_, i) => flops[i] <= limit);
  const close = chain.paths.filter((_, i) => flops[i] <= limit && flops[i] > above);
  const among = close.length > 0 ? close : within;
  if (among.length === 0) {
    fail(WHERE, `a slice must spend no more than ${limit} operations`, `at least ${Math.min(...flops)}`);
  }
  const weights = among.map(({ weight }) => weight);
  return among[drawIndex(weights, random.generator()())].point;
}
