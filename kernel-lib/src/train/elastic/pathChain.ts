import { stationary } from '../../base/math';
import { expectInteger } from '../../base/core';
import type { ElasticDimension, SubnetPoint, Supernet } from '../../transform/elastic';

/** A state of the chain: a value of a dimension; the first state is the input. */
export interface PathState {
  dimension: string;
  value: number;
}

/** A supernet as a Markov chain whose walks are its slices. */
export interface PathChain {
  /** The input, null, then the values of each dimension in turn. */
  states: (PathState | null)[];
  /** Probability of going from a state to another, [S][S]; from the last dimension back to the input. */
  transitions: number[][];
  /** How often a long walk is in each state. */
  stationary: number[];
  /** Every slice, with the probability that a walk from the input is it: they sum to 1. */
  paths: { point: SubnetPoint; weight: number }[];
}

const WHERE = 'elastic.pathChain';
const MOST_PATHS = 20_000;

/**
 * A supernet as a discrete-time Markov chain (TIPS, arXiv 2305.08021): a walk goes from the input through its dimensions and comes back, to a value with the share of the links that lead there: of a size its share
 * of the positions; of a depth of n residual blocks the 2^n ways that lead through or past them. What is walked most is what training comes by most.
 *
 * @throws {SwitchyardError} where it has more than 20,000 slices.
 */
export function pathChain(supernet: Supernet): PathChain {
  expectInteger(WHERE, 'the number of slices', supernet.count, 1, MOST_PATHS);
  const { dimensions } = supernet;
  const states: (PathState | null)[] = [
    null,
    ...dimensions.flatMap(({ name, values }) => values.map((value) => ({ dimension: name, value })))
  ];
  const shares = new Map(dimensions.map((each) => [each.name, sharesOf(each)]));
  const transitions = states.map((from) => {
    const at = from === null ? -1 : dimensions.findIndex(({ name }) => name === from.dimension);
    const next = dimensions[at + 1];
    return states.map(
      (to) =>
      next === undefined ? (to === null ? 1 : 0) : to?.dimension === next.name ? shares.get(next.name)!.get(to.value)! : 0 // prettier-ignore
    );
  });
  const indexOf = (dimension: string, value: number): number =>
    states.findIndex((state) => state?.dimension === dimension && state.value === value);
  const paths = [...supernet.points()].map((point) => {
    const walk = [0, ...dimensions.map(({ name }) => indexOf(name, point[name]))];
    return { point, weight: walk.slice(1).reduce((product, to, i) => product * transitions[walk[i]][to], 1) };
  });
  return { states, transitions, stationary: stationary(transitions), paths };
}

function sharesOf({ kind, values }: ElasticDimension): Map<number, number> {
  const links = values.map((value) => (kind === 'depth' ? 2 ** value : value));
  const sum = links.reduce((a, b) => a + b, 0);
  return new Map(values.map((value, i) => [value, links[i] / sum]));
}
