import { readableBytes } from '../../base/core';

/** Turns text into token ids and back; those of opened models (`models.open(...).tokenizer`) are such. */
export interface Tokenizer {
  readonly vocabSize: number;
  /** Token ids of a text, each in 0..vocabSize-1. */
  encode(text: string): ArrayLike<number>;
  /** Text of one token, for people. */
  decode(token: number): string;
}

/** One token a byte of UTF-8: 256 tokens, nothing to train, nothing unknown. */
export function bytes(): Tokenizer {
  return {
    vocabSize: 256,
    encode: (text) => Buffer.from(text, 'utf8'),
    decode: (token) => readableBytes(Uint8Array.of(token))
  };
}
