/** Turns text into token ids and back. */
export interface Tokenizer {
  readonly vocabSize: number;
  /** Token ids of a text, each in 0..vocabSize-1. */
  encode(text: string): ArrayLike<number>;
  /** Text of one token, for people. */
  decode(token: number): string;
}

const NAMED: Readonly<Record<number, string>> = { 9: '⇥', 10: '↵', 13: '␍' };

/** One token a byte of UTF-8: 256 tokens, nothing to train, nothing unknown. */
export function bytes(): Tokenizer {
  return {
    vocabSize: 256,
    encode: (text) => Buffer.from(text, 'utf8'),
    decode(token) {
      const printable = token >= 32 && token < 127;
      return printable ? String.fromCharCode(token) : (NAMED[token] ?? `\\x${token.toString(16).padStart(2, '0')}`);
    }
  };
}
