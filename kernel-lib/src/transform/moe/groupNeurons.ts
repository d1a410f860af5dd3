import { assignEvenly } from '../../base/math/assignEvenly';

/** Hidden neurons in parts of equal size; together they are all neurons, each once. */
export interface NeuronGroups {
  /** Always on. */
  shared: number[];
  /** Of each expert; [E]. */
  routed: number[][];
  /** The neuron nearest to the middle of each expert's; [E]. */
  representatives: number[];
}

/** Firing of a neuron: how often, and when. */
export interface FiringPattern {
  /** Share of tokens on which each neuron is among those that fire most; [H]. */
  rate: Float32Array;
  /** 1 where it does, row by neuron; [H * T]. */
  fired: Uint8Array;
  numTokens: number;
}

/** Cuts an order of the neurons into parts: the first `shared` parts are always on. */
export function cutInOrder(order: readonly number[], numExperts: number, shared: number): NeuronGroups {
  const size = order.length / (numExperts + shared);
  const routed = Array.from({ length: numExperts }, (_, e) =>
    order.slice((shared + e) * size, (shared + e + 1) * size)
  );
  return { shared: order.slice(0, shared * size), routed, representatives: routed.map(([first]) => first) };
}

const MOST_ROUNDS = 10;

/**
 * Groups neurons by when they fire (CMoE, arXiv 2502.04416): those that fire most often are shared; the others are
 * clustered by k-means into parts of equal size, each round an exact assignment of neurons to places. The first centre is
 * the neuron that fires most; each further one, the neuron farthest from those before it.
 */
export function groupByFiring(pattern: FiringPattern, numExperts: number, shared: number): NeuronGroups {
  const { rate } = pattern;
  const hidden = rate.length;
  const size = hidden / (numExperts + shared);
  const byRate = Array.from(rate.keys()).sort((a, b) => rate[b] - rate[a]);
  const rest = byRate.slice(shared * size);
  let centres = firstCentres(pattern, rest, numExperts);
  let routed: number[][] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const away = (neuron: number, e: number): number => distance(pattern, neuron, centres[e]);
    const next = assignEvenly(rest, { groups: numExperts, size }, away);
    const settled = JSON.stringify(next) === JSON.stringify(routed);
    routed = next;
    if (settled) {
      break;
    }
    centres = routed.map((members) => meanPattern(pattern, members));
  }
  const representatives = routed.map((members, e) => nearest(pattern, members, centres[e]));
  return { shared: byRate.slice(0, shared * size), routed, representatives };
}

function firstCentres(pattern: FiringPattern, neurons: readonly number[], count: number): Float32Array[] {
  const centres = [meanPattern(pattern, [neurons[0]])];
  const away = neurons.map((neuron) => distance(pattern, neuron, centres[0]));
  while (centres.length < count) {
    const farthest = away.indexOf(Math.max(...away));
    const centre = meanPattern(pattern, [neurons[farthest]]);
    centres.push(centre);
    neurons.forEach((neuron, i) => (away[i] = Math.min(away[i], distance(pattern, neuron, centre))));
  }
  return centres;
}

function nearest(pattern: FiringPattern, members: readonly number[], centre: Float32Array): number {
  const away = members.map((neuron) => distance(pattern, neuron, centre));
  return members[away.indexOf(Math.min(...away))];
}

function meanPattern({ fired, numTokens }: FiringPattern, members: readonly number[]): Float32Array {
  const mean = new Float32Array(numTokens);
  members.forEach((neuron) => mean.forEach((_, t) => (mean[t] += fired[neuron * numTokens + t] / members.length)));
  return mean;
}

function distance({ fired, numTokens }: FiringPattern, neuron: number, centre: Float32Array): number {
  let sum = 0;
  for (let t = 0; t < numTokens; t++) {
    sum += (fired[neuron * numTokens + t] - centre[t]) ** 2;
  }
  return sum;
}
