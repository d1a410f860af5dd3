import { expectInteger, fail, Random } from '../../base/core';
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

  constructor(
    splits: Readonly<Record<string, Split>>,
    private readonly tokenizer: Tokenizer,
    /** sha256 of what was read. */
    readonly hash: string,
    /** Versions of the npm packages that were looked through, by name. */
    readonly packages: Readonly<Record<string, string>> = {}
  ) {
    this.vocabSize = tokenizer.vocabSize;
    this.domains = Object.keys(splits);
    this.streams = this.domains.map((domain) => ({
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
    const next = Random.fromSeed(seed).child('batch').child(step).generator();
    return this.batch('train', options, step * options.batchSize, (_, room) => Math.floor(next() * room));
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
    return Array.from({ length: count }, (_, i) =>
      this.batch('validation', options, i * batchSize, (sequence, room) =>
        Math.floor((Math.floor(sequence / this.domains.length) * (room - 1)) / Math.max(1, windows - 1))
      )
    );
  }

  /** Text of one token, for people. */
  decode(token: number): string {
    return this.tokenizer.decode(token);
  }

  encode(text: string): ArrayLike<number> {
    return this.tokenizer.encode(text);
  }

  /** `start(sequence, room)` chooses among `room` beginnings. */
  private batch(
    part: Part,
    { batchSize, length }: BatchShape,
    first: number,
    start: (sequence: number, room: number) => number
  ): Batch {
    const tokens = new Int32Array(batchSize * (length + 1));
    const domains = new Int32Array(batchSize);
    for (let b = 0; b < batchSize; b++) {
      domains[b] = (first + b) % this.domains.length;
      const stream = this.streams[domains[b]][part];
      const at = start(first + b, stream.length - length);
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
