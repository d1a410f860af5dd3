import type { RoutingRecord } from '../../base/core';
import type { TokenSample } from '../../protocol';
import type { Batch } from '../../train/data';
import { sampledTokens } from './sampledTokens';
import type { SampledTokens } from './sampledTokens';

export interface TokenSamplerOptions {
  /** Tokens kept, T; null for the first sequence's, see `sampledTokens`. */
  count: number | null;
  /** Text of a token; null where it is unknown, and then nothing is sampled. */
  decode: ((token: number) => string) | null;
  /** Domains that have a name, G. */
  numDomains: number;
}

/** Choices of one layer for the tokens of the sample. */
interface Choices {
  k: number;
  indices: Int32Array;
  weights: Float32Array;
}

interface Sample extends SampledTokens {
  choices: Map<string, Choices>;
  /** Loss of each token; absent where it is not known. */
  losses?: Float32Array;
}

/** Keeps the first tokens of the latest batch with what every layer chose for them. */
export class TokenSampler {
  private latest: Sample = emptySample();
  /** Shown while the latest batch has not passed through every layer. */
  private previous: Sample = emptySample();

  constructor(private readonly options: TokenSamplerOptions) {}

  /** The batch whose records follow. */
  batch(batch: Batch): void {
    this.previous = this.latest;
    const { count, numDomains } = this.options;
    this.latest = { ...sampledTokens(batch, count, numDomains), choices: new Map() };
  }

  record({ path, k, indices, weights }: RoutingRecord): void {
    const { tokens, choices } = this.latest;
    if (tokens.length > 0) {
      const size = tokens.length * k;
      choices.set(path, { k, indices: indices.slice(0, size), weights: weights.slice(0, size) });
    }
  }

  /** The losses of the batch's tokens. */
  losses(losses: Float32Array): void {
    this.latest.losses = losses.slice(0, this.latest.tokens.length);
  }

  /** The newest sample that every one of these layers has chosen for; null where there is none. */
  read(paths: readonly string[]): TokenSample | null {
    const { decode } = this.options;
    const sample = [this.latest, this.previous].find(({ choices }) => paths.every((path) => choices.has(path)));
    if (decode === null || sample === undefined || sample.tokens.length === 0) {
      return null;
    }
    const T = sample.tokens.length;
    const choices = paths.map((path) => sample.choices.get(path) as Choices);
    return {
      text: Array.from(sample.tokens, (token) => decode(token)),
      domain: sample.domain,
      experts: choices.map(({ indices, k }) => table(indices, T, k)),
      weights: choices.map(({ weights, k }) => table(weights, T, k)),
      ...(sample.losses?.length === T ? { loss: Array.from(sample.losses) } : {}),
      truncated: false
    };
  }
}

function emptySample(): Sample {
  return { tokens: new Int32Array(), domain: [], choices: new Map() };
}

function table(values: Int32Array | Float32Array, rows: number, columns: number): number[][] {
  const all: number[][] = [];
  for (let t = 0; t < rows; t++) {
    const row: number[] = [];
    for (let i = t * columns; i < (t + 1) * columns; i++) {
      row.push(values[i]);
    }
    all.push(row);
  }
  return all;
}
