import { createHash } from 'crypto';
import { expectInteger, expectNumber, fail, Random } from '../../base/core';
import type { Batch, TextData } from './contract';
import type { NamedText } from './pick';
import type { Split } from './split';
import type { Tokenizer } from './tokenizer';

/** Tokens of one domain of a corpus. */
export interface DomainSize {
  trainFiles: number;
  validationFiles: number;
  trainTokens: number;
  validationTokens: number;
}

type Part = 'train' | 'validation';

interface Streams {
  train: Int32Array;
  validation: Int32Array;
}

/** Size of a batch of text. */
export interface BatchShape {
  batchSize: number;
  length: number;
}

/**
 * Text as token ids, one stream a domain and part. The sequences of a batch take the domains in turn, so that each
 * domain has the same share whatever its size. Sequences may begin anywhere and run over the end of a file.
 */
export class Corpus implements TextData {
  readonly vocabSize: number;
  readonly domains: readonly string[];
  /** Files and tokens of each domain. */
  readonly sizes: Readonly<Record<string, DomainSize>>;
  private readonly streams: Streams[];
  /** Share of each domain in a training batch; null where they take turns. */
  private shares: readonly number[] | null = null;

  constructor(
    private readonly splits: Readonly<Record<string, Split>>,
    private readonly tokenizer: Tokenizer,
    /** sha256 of what was read. */
    readonly hash: string,
    /** Versions of the npm packages that were looked through, by name. */
    readonly packages: Readonly<Record<string, string>> = {},
    streams: Streams[] | null = null
  ) {
    this.vocabSize = tokenizer.vocabSize;
    this.domains = Object.keys(splits);
    this.streams =
      streams ??
      this.domains.map((domain) => ({
        train: encode(splits[domain].train, tokenizer),
        validation: encode(splits[domain].validation, tokenizer)
      }));
    this.sizes = Object.fromEntries(
      this.domains.map((domain, d) => [
        domain,
        {
          trainFiles: splits[domain].train.length,
          validationFiles: splits[domain].validation.length,
          trainTokens: this.streams[d].train.length,
          validationTokens: this.streams[d].validation.length
        }
      ])
    );
  }

  /**
   * The sequences of a training step, [B, N + 1] token ids: a function of `seed` and `step` alone.
   *
   * @throws {SwitchyardError} for an empty batch, and a domain whose text is shorter than a sequence.
   */
  trainBatch(options: BatchShape & { seed: number; step: number }): Batch {
    const { seed, step } = options;
    expectInteger('data.trainBatch', 'step', step, 0);
    this.check('train', options);
    const stream = Random.fromSeed(seed).child('batch').child(step);
    const next = stream.generator();
    const { batchSize } = options;
    const first = step * batchSize;
    const drawn = this.shares && spread(this.shares, batchSize, stream.child('domains').generator()());
    const domains = drawn ?? Array.from({ length: batchSize }, (_, b) => (first + b) % this.domains.length);
    return this.batch('train', options, domains, (_, room) => Math.floor(next() * room));
  }

  /**
   * The same text whose training batches take domains by these weights, which are divided by their sum: each batch has the share of each, rounded
   * to whole sequences. Validation takes them in turn, as before.
   *
   * @throws {SwitchyardError} where a domain has no weight, a weight is negative, or all are 0.
   */
  mixed(weights: Readonly<Record<string, number>>): Corpus {
    const where = 'data.mixed';
    const strange = Object.keys(weights).find((name) => !this.domains.includes(name));
    if (strange !== undefined) {
      fail(where, `weights must be of the domains (${this.domains.join(', ')})`, strange);
    }
    const values = this.domains.map((domain) => weights[domain]);
    values.forEach((value, d) => expectNumber(where, `weight of "${this.domains[d]}"`, value, 0));
    const sum = values.reduce((a, b) => a + b, 0);
    if (sum === 0) {
      fail(where, 'a weight must be more than 0', 0);
    }
    const shares = values.map((value) => value / sum);
    const hash = createHash('sha256')
      .update(`${this.hash} ${JSON.stringify(shares)}`)
      .digest('hex');
    const corpus = new Corpus(this.splits, this.tokenizer, hash, this.packages, this.streams);
    corpus.shares = shares;
    return corpus;
  }

  /**
   * Fixed batches of [B, N + 1] token ids, spread over the validation text.
   *
   * @throws {SwitchyardError} as {@link Corpus.trainBatch}.
   */
  validationBatches(options: BatchShape & { count: number }): Batch[] {
    const { batchSize, count } = options;
    expectInteger('data.validationBatches', 'count', count, 1);
    this.check('validation', options);
    // Spread evenly over each stream: the windows of a domain overlap only where the stream is too short for them.
    const windows = Math.ceil((batchSize * count) / this.domains.length);
    const many = this.domains.length;
    return Array.from({ length: count }, (_, i) => {
      const first = i * batchSize;
      const domains = Array.from({ length: batchSize }, (__, b) => (first + b) % many);
      return this.batch('validation', options, domains, (b, room) =>
        Math.floor((Math.floor((first + b) / many) * (room - 1)) / Math.max(1, windows - 1))
      );
    });
  }

  /** Text of one token, for people. */
  decode(token: number): string {
    return this.tokenizer.decode(token);
  }

  encode(text: string): ArrayLike<number> {
    return this.tokenizer.encode(text);
  }

  /** Sequences of these domains; `start(b, room)` chooses among `room` beginnings. */
  private batch(
    part: Part,
    { batchSize, length }: BatchShape,
    of: readonly number[],
    start: (b: number, room: number) => number
  ): Batch {
    const tokens = new Int32Array(batchSize * (length + 1));
    const domains = Int32Array.from(of);
    for (let b = 0; b < batchSize; b++) {
      const stream = this.streams[domains[b]][part];
      const at = start(b, stream.length - length);
      tokens.set(stream.subarray(at, at + length + 1), b * (length + 1));
    }
    return { tokens, batchSize, length, domains };
  }

  private check(part: Part, { batchSize, length }: BatchShape): void {
    expectInteger('data', 'batchSize', batchSize, 1);
    expectInteger('data', 'length', length, 1);
    this.streams.forEach((stream, d) => {
      if (stream[part].length <= length) {
        const rule = `the ${part} text of "${this.domains[d]}" must have more tokens than length (${length})`;
        fail('data', rule, stream[part].length);
      }
    });
  }
}

/** Which share each of `count` places falls into, the places evenly apart from a first one at `unit` of their distance. */
function spread(shares: readonly number[], count: number, unit: number): number[] {
  const last = shares.reduce((at, share, d) => (share > 0 ? d : at), 0);
  let [d, upTo] = [0, shares[0]];
  return Array.from({ length: count }, (_, b) => {
    const place = (b + unit) / count;
    while (place >= upTo && d < last) {
      upTo += shares[++d];
    }
    return d;
  });
}

function encode(texts: readonly NamedText[], tokenizer: Tokenizer): Int32Array {
  const parts = texts.map(({ text }) => tokenizer.encode(text));
  const stream = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    stream.set(part, at);
    at += part.length;
  }
  const outside = stream.find((token) => token < 0 || token >= tokenizer.vocabSize);
  if (outside !== undefined) {
    fail('data', `the tokenizer's ids must be 0..${tokenizer.vocabSize - 1}`, outside);
  }
  return stream;
}
