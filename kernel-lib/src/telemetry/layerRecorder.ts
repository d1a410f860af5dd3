import type { RoutingRecord } from '../core';
import type { Batch } from '../data';
import { LayerCounts } from './layerCounts';
import { countSequences, SequenceRing } from './sequenceRing';
import { vocabularySpecialisation } from './vocabularySpecialisation';

export interface LayerRecorderOptions {
  numDomains: number;
  /** Sequences kept. */
  sequences: number;
  /** V; 0 leaves the vocabulary uncounted. */
  vocabSize: number;
}

const UNKNOWN = Int32Array.of(-1);

/** What a recorder keeps of one routed layer. */
export class LayerRecorder {
  readonly path: string;
  readonly router: string;
  readonly experts: string[];
  readonly numExperts: number;
  readonly k: number;
  readonly ring: SequenceRing;
  /** The step under way. */
  readonly latest: LayerCounts;
  /** Steps since the window last rolled, and the full window before. */
  private current: LayerCounts;
  private previous: LayerCounts;
  private sequenceCounts = new Float32Array();
  /** N_vi [V * E] and N_v [V]. */
  private readonly vocabulary: { counts: Float64Array; occurrences: Float64Array } | null;

  constructor(record: RoutingRecord, { numDomains, sequences, vocabSize }: LayerRecorderOptions) {
    const { path, router, experts, numExperts, k } = record;
    this.path = path;
    this.router = router;
    this.experts = experts;
    this.numExperts = numExperts;
    this.k = k;
    this.ring = new SequenceRing(sequences, numExperts);
    this.latest = new LayerCounts(numExperts, k, numDomains);
    this.current = new LayerCounts(numExperts, k, numDomains);
    this.previous = new LayerCounts(numExperts, k, numDomains);
    this.vocabulary =
      vocabSize === 0
        ? null
        : { counts: new Float64Array(vocabSize * numExperts), occurrences: new Float64Array(vocabSize) };
  }

  /** False where the layer has changed its shape and must be recorded anew. */
  fits({ numExperts, k }: RoutingRecord): boolean {
    return numExperts === this.numExperts && k === this.k;
  }

  /** Adds a record; `batch` gives its sequences and words, where it is of that batch's tokens. */
  record(record: RoutingRecord, batch: Batch | null): void {
    const known = batch !== null && batch.batchSize > 0 && record.numTokens % batch.batchSize === 0;
    const domains = known ? batch.domains : UNKNOWN;
    const size = domains.length * this.numExperts;
    if (this.sequenceCounts.length !== size) {
      this.sequenceCounts = new Float32Array(size);
    }
    countSequences(record, domains.length, this.sequenceCounts);
    this.latest.record(record, this.sequenceCounts, domains);
    this.ring.add(this.sequenceCounts, domains);
    if (this.vocabulary !== null && batch !== null && record.numTokens === batch.batchSize * batch.length) {
      this.countWords(record, batch);
    }
  }

  /** Moves the step's counts into the window; `roll` starts the window's next half. */
  endStep(roll: boolean): void {
    this.current.add(this.latest);
    this.latest.clear();
    if (roll) {
      [this.previous, this.current] = [this.current, this.previous];
      this.current.clear();
    }
  }

  /** Counts of the latest steps. */
  window(): LayerCounts {
    const sum = new LayerCounts(this.numExperts, this.k, this.latest.domainLoad.length / this.numExperts);
    [this.previous, this.current, this.latest].forEach((counts) => sum.add(counts));
    return sum;
  }

  vocabularySpecialisation(options: { minOccurrences?: number }): number | null {
    if (this.vocabulary === null) {
      return null;
    }
    const { counts, occurrences } = this.vocabulary;
    return vocabularySpecialisation(counts, occurrences, { ...options, numExperts: this.numExperts });
  }

  private countWords({ indices, k }: RoutingRecord, { tokens, batchSize, length }: Batch): void {
    const { counts, occurrences } = this.vocabulary as { counts: Float64Array; occurrences: Float64Array };
    for (let b = 0; b < batchSize; b++) {
      for (let n = 0; n < length; n++) {
        const word = tokens[b * (length + 1) + n];
        const row = (b * length + n) * k;
        occurrences[word]++;
        for (let i = row; i < row + k; i++) {
          if (indices[i] >= 0) {
            counts[word * this.numExperts + indices[i]]++;
          }
        }
      }
    }
  }
}
