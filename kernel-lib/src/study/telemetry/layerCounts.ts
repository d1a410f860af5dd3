import type { RoutingRecord } from '../../base/core';
import { countPairs } from './coActivation';
import { ScoreCounts } from './scoreCounts';

/** Pairs of experts are counted up to this many experts: E * E numbers a layer. */
const MAX_PAIR_EXPERTS = 256;

/** Sums over the tokens of one routed layer. */
export class LayerCounts {
  tokens = 0;
  /** Choices made, dropped ones included. */
  choices = 0;
  droppedChoices = 0;
  /** Sum over passes of what an expert takes at most, and whether something can be dropped. */
  capacity = 0;
  drops = false;
  /** Sum over tokens of the entropy, in nats. */
  entropy = 0;
  /** Choices of each expert; [E]. */
  readonly load: Float64Array;
  /** Sum of each expert's probability; [E]. */
  readonly importance: Float64Array;
  /** Choices of each expert that were not dropped, and the sum of their weights; [E]. */
  readonly taken: Float64Array;
  readonly weight: Float64Array;
  /** Scores that the choices were made by. */
  readonly scores = new ScoreCounts();
  /** Choices by domain and expert; [G * E]. */
  readonly domainLoad: Float64Array;
  /** Tokens sent to both of two experts; [E * E]. Null where k is 1 or there are too many experts. */
  readonly pairs: Float64Array | null;

  constructor(
    readonly numExperts: number,
    readonly k: number,
    numDomains: number
  ) {
    this.load = new Float64Array(numExperts);
    this.importance = new Float64Array(numExperts);
    this.taken = new Float64Array(numExperts);
    this.weight = new Float64Array(numExperts);
    this.domainLoad = new Float64Array(numDomains * numExperts);
    this.pairs = k > 1 && numExperts <= MAX_PAIR_EXPERTS ? new Float64Array(numExperts * numExperts) : null;
  }

  /** Adds a record. `sequences` [B * E] holds its choices by sequence and expert, `domains` [B] each sequence's domain or -1. */
  record(record: RoutingRecord, sequences: Float32Array, domains: Int32Array): void {
    const { numExperts } = this;
    this.tokens += record.numTokens;
    this.entropy += record.entropy * record.numTokens;
    for (let e = 0; e < numExperts; e++) {
      this.importance[e] += record.importance[e];
    }
    for (let b = 0; b < domains.length; b++) {
      const known = domains[b] >= 0 && domains[b] < this.domainLoad.length / numExperts;
      const row = domains[b] * numExperts;
      for (let e = 0; e < numExperts; e++) {
        const count = sequences[b * numExperts + e];
        this.load[e] += count;
        this.choices += count;
        if (known) {
          this.domainLoad[row + e] += count;
        }
      }
    }
    this.capacity += record.capacity ?? 0;
    this.drops ||= record.dropped !== null;
    this.weigh(record);
    this.scores.record(record);
    if (this.pairs !== null) {
      countPairs(record.indices, { numExperts, k: record.k }, this.pairs);
    }
  }

  private weigh({ indices, weights, dropped }: RoutingRecord): void {
    for (let i = 0; i < indices.length; i++) {
      if (dropped !== null && dropped[i] !== 0) {
        this.droppedChoices++;
      } else if (indices[i] >= 0) {
        this.taken[indices[i]]++;
        this.weight[indices[i]] += weights[i];
      }
    }
  }

  add(other: LayerCounts): void {
    this.tokens += other.tokens;
    this.choices += other.choices;
    this.droppedChoices += other.droppedChoices;
    this.capacity += other.capacity;
    this.drops ||= other.drops;
    this.entropy += other.entropy;
    addInto(this.load, other.load);
    addInto(this.importance, other.importance);
    addInto(this.taken, other.taken);
    addInto(this.weight, other.weight);
    addInto(this.domainLoad, other.domainLoad);
    this.scores.add(other.scores);
    if (this.pairs !== null && other.pairs !== null) {
      addInto(this.pairs, other.pairs);
    }
  }

  clear(): void {
    this.tokens = this.choices = this.droppedChoices = this.entropy = this.capacity = 0;
    this.drops = false;
    this.load.fill(0);
    this.importance.fill(0);
    this.taken.fill(0);
    this.weight.fill(0);
    this.domainLoad.fill(0);
    this.scores.clear();
    this.pairs?.fill(0);
  }
}

function addInto(into: Float64Array, values: Float64Array): void {
  for (let i = 0; i < into.length; i++) {
    into[i] += values[i];
  }
}
