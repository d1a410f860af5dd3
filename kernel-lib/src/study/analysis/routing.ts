import { expectInteger, expectOneOf, fail } from '../../base/core';
import type { RoutingRecord } from '../../base/core';
import type { Batch } from '../../train/data';
import { specialisation } from '../telemetry';

/** Routing of one batch by one layer. */
export interface RoutingObservation {
  record: RoutingRecord;
  batch: Batch;
  /** Training step of the checkpoint that decided. Default 0. */
  step?: number;
}

/** Attribute of tokens that routing is held against. */
export type RoutingAttribute = 'token-id' | 'previous-token' | 'position' | 'step' | 'domain';

/** Options of `moe.analysis.routing`. */
export interface RoutingOptions {
  by: readonly RoutingAttribute[];
  /** Shufflings to compare with. Default 20. */
  permutations?: number;
  /** Default 0. */
  seed?: number;
}

/** How much an attribute of a token tells of its experts. */
export interface AttributeInformation {
  /** Mutual information of attribute and expert beyond that of shuffled labels, in nats: comparable between attributes. */
  information: number;
  /** Without the correction. */
  raw: number;
  /** Share of the shufflings, the truth included, that tell as much. */
  pValue: number;
}

/** Information that routing has on attributes of tokens. */
export interface RoutingAnalysis {
  by: Partial<Record<RoutingAttribute, AttributeInformation>>;
  /** Share of the choices that were dropped at each position of a sequence; [N]. */
  dropByPosition: Float64Array;
}

const ATTRIBUTES: readonly RoutingAttribute[] = ['token-id', 'previous-token', 'position', 'step', 'domain'];

/**
 * Dependence of routing on the token itself, the one before it, its position, the domain of its sequence, the training step
 * (OpenMoE, arXiv 2402.01739, section 4). Uses `telemetry.specialisation`, a token a unit, so some ten thousand tokens
 * are enough and tell a few hundred labels.
 *
 * @throws {SwitchyardError} where a record is not of its batch's tokens, or layers differ in experts.
 */
export function routing(observations: readonly RoutingObservation[], options: RoutingOptions): RoutingAnalysis {
  const { by, permutations = 20, seed = 0 } = options;
  check(observations, by);
  const [{ record }] = observations;
  const { numExperts } = record;
  const counts = observations.flatMap((observation) => choices(observation.record));
  const analysis: RoutingAnalysis['by'] = {};
  for (const attribute of by) {
    const labels = observations.flatMap((observation) => labelsOf(observation, attribute));
    const { score, shuffled, pValue } = specialisation(counts, labels, { numExperts, permutations, seed });
    // The score is a share of the attribute's own entropy. An attribute that is always the same tells nothing.
    const entropy = entropyOf(labels, counts, numExperts);
    const nats = (share: number): number => (entropy > 0 ? share * entropy : 0);
    analysis[attribute] = { information: nats(score - shuffled), raw: nats(score), pValue: entropy > 0 ? pValue : 1 };
  }
  return { by: analysis, dropByPosition: dropByPosition(observations) };
}

/** Choices of each token and expert; [T * E]. */
function choices({ indices, k, numTokens, numExperts }: RoutingRecord): number[] {
  const counts = new Array<number>(numTokens * numExperts).fill(0);
  indices.forEach((expert, a) => {
    if (expert >= 0) {
      counts[Math.floor(a / k) * numExperts + expert]++;
    }
  });
  return counts;
}

function labelsOf({ batch, step = 0 }: RoutingObservation, attribute: RoutingAttribute): number[] {
  const { tokens, batchSize, length, domains } = batch;
  const label = (b: number, n: number): number => {
    const at = b * (length + 1) + n;
    switch (attribute) {
      case 'token-id':
        return tokens[at];
      case 'previous-token':
        return n === 0 ? -1 : tokens[at - 1];
      case 'position':
        return n;
      case 'step':
        return step;
      case 'domain':
        return domains[b];
    }
  };
  return Array.from({ length: batchSize * length }, (_, t) => label(Math.floor(t / length), t % length));
}

/** Entropy of the labels over choices, in nats; label -1 left out. */
function entropyOf(labels: readonly number[], counts: readonly number[], numExperts: number): number {
  const sums = new Map<number, number>();
  let total = 0;
  labels.forEach((label, t) => {
    for (let e = 0; label >= 0 && e < numExperts; e++) {
      sums.set(label, (sums.get(label) ?? 0) + counts[t * numExperts + e]);
      total += counts[t * numExperts + e];
    }
  });
  return -[...sums.values()].reduce((sum, n) => sum + (n > 0 ? (n / total) * Math.log(n / total) : 0), 0);
}

function dropByPosition(observations: readonly RoutingObservation[]): Float64Array {
  const { length } = observations[0].batch;
  const [dropped, all] = [new Float64Array(length), new Float64Array(length)];
  for (const { record } of observations) {
    record.indices.forEach((expert, a) => {
      const position = Math.floor(a / record.k) % length;
      all[position] += expert >= 0 ? 1 : 0;
      dropped[position] += record.dropped?.[a] ?? 0;
    });
  }
  return dropped.map((n, position) => n / all[position]);
}

function check(observations: readonly RoutingObservation[], by: readonly RoutingAttribute[]): void {
  const where = 'moe.analysis.routing';
  expectInteger(where, 'the number of observations', observations.length, 1);
  by.forEach((attribute) => expectOneOf(where, 'by', attribute, ATTRIBUTES));
  const [first] = observations;
  for (const { record, batch } of observations) {
    if (record.numTokens !== batch.batchSize * batch.length) {
      fail(where, `a record must be of its batch's tokens (${batch.batchSize * batch.length})`, record.numTokens);
    }
    if (record.numExperts !== first.record.numExperts || batch.length !== first.batch.length) {
      fail(where, 'observations must have the same experts and length', [record.numExperts, batch.length]);
    }
  }
}
