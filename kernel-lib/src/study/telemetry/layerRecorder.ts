import type { RoutingRecord } from '../../base/core';
import type { Batch } from '../../train/data';
import { BiasWatch } from './biasWatch';
import { ExpertContexts } from './expertContexts';
import { LayerCounts } from './layerCounts';
import { countSequences, SequenceRing } from './sequenceRing';
import { TokenCounts } from './tokenCounts';
import { vocabularySpecialisation } from './vocabularySpecialisation';

export interface LayerRecorderOptions {
  numDomains: number;
  /** Sequences kept. */
  sequences: number;
  /** Whether to count tokens by expert over the window. */
  countTokens: boolean;
  /** Whether to count them over the whole run as well. */
  countVocabulary: boolean;
}

const UNKNOWN = Int32Array.of(-1);

/** Record of one routed layer. */
export class LayerRecorder {
  readonly path: string;
  readonly router: string;
  readonly experts: string[];
  readonly numExperts: number;
  readonly k: number;
  /** Experts that work on every token besides. */
  readonly sharedExperts: number;
  readonly ring: SequenceRing;
  /** The bias that balances the router without a loss. */
  readonly bias: BiasWatch;
  /** The step under way. */
  readonly latest: LayerCounts;
  /** Steps since the window last rolled, and the full window before. */
  private current: LayerCounts;
  private previous: LayerCounts;
  private sequenceCounts = new Float32Array();
  /** Tokens by expert, over the window. */
  readonly tokens: TokenCounts | null;
  /** Where the heaviest of them stood. */
  readonly contexts: ExpertContexts | null;
  /** The same over the whole run. */
  private readonly vocabulary: TokenCounts | null;

  constructor(record: RoutingRecord, options: LayerRecorderOptions) {
    const { path, router, experts, numExperts, k } = record;
    const { numDomains, sequences, countTokens, countVocabulary } = options;
    this.path = path;
    this.router = router;
    this.experts = experts;
    this.numExperts = numExperts;
    this.k = k;
    this.sharedExperts = record.sharedExperts ?? 0;
    this.ring = new SequenceRing(sequences, numExperts);
    this.bias = new BiasWatch(numExperts);
    this.latest = new LayerCounts(numExperts, k, numDomains);
    this.current = new LayerCounts(numExperts, k, numDomains);
    this.previous = new LayerCounts(numExperts, k, numDomains);
    this.tokens = countTokens ? new TokenCounts(numExperts) : null;
    this.contexts = countTokens ? new ExpertContexts(numExperts) : null;
    this.vocabulary = countVocabulary ? new TokenCounts(numExperts, Infinity) : null;
  }

  /** False where the layer has changed its shape and must be recorded anew. */
  fits({ numExperts, k }: RoutingRecord): boolean {
    return numExperts === this.numExperts && k === this.k;
  }

  /** Adds a record of the step under way; `batch` gives its sequences and words, where it is of that batch's tokens. */
  record(record: RoutingRecord, batch: Batch | null, step: number): void {
    const known = batch !== null && batch.batchSize > 0 && record.numTokens % batch.batchSize === 0;
    const domains = known ? batch.domains : UNKNOWN;
    const size = domains.length * this.numExperts;
    if (this.sequenceCounts.length !== size) {
      this.sequenceCounts = new Float32Array(size);
    }
    countSequences(record, domains.length, this.sequenceCounts);
    this.latest.record(record, this.sequenceCounts, domains);
    this.ring.add(this.sequenceCounts, domains);
    if (record.scores?.selectionBias) {
      this.bias.record(record.scores.selectionBias);
    }
    if (batch !== null && record.numTokens === batch.batchSize * batch.length) {
      this.tokens?.record(record, batch);
      this.vocabulary?.record(record, batch);
      this.contexts?.record(record, batch, step);
    }
  }

  /** Moves the step's counts into the window; `roll` starts the window's next half. */
  endStep(roll: boolean): void {
    this.current.add(this.latest);
    this.latest.clear();
    if (roll) {
      [this.previous, this.current] = [this.current, this.previous];
      this.current.clear();
      this.tokens?.roll();
      this.contexts?.roll();
    }
  }

  /** Counts of the latest steps. */
  window(): LayerCounts {
    const sum = new LayerCounts(this.numExperts, this.k, this.latest.domainLoad.length / this.numExperts);
    [this.previous, this.current, this.latest].forEach((counts) => sum.add(counts));
    return sum;
  }

  vocabularySpecialisation(options: { minOccurrences?: number }): number | null {
    const seen = this.vocabulary?.read() ?? null;
    return seen && vocabularySpecialisation(seen.counts, seen.routed, { ...options, numExperts: this.numExperts });
  }
}
