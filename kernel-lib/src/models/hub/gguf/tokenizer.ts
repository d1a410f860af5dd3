import { fail } from '../../../base/core';
import type { Gguf } from '../../../base/io';
import { Config } from '../config';
import { HubTokenizer } from '../tokenizer';
import { mergesOf } from './merges';

type Json = Record<string, unknown>;

const BYTES: Json = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
const AFTER_SPLIT: Json = { ...BYTES, use_regex: false };
const split = (Regex: string): Json => ({ type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false });
const words = (digits: string): string =>
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

/** How texts are cut before byte-level pairs are merged, by the name that a GGUF gives it. */
const PRE: Readonly<Record<string, Json[]>> = {
  default: [BYTES],
  'gpt-2': [BYTES],
  olmo: [BYTES],
  dolma: [BYTES],
  smollm: [{ type: 'Digits', individual_digits: true }, BYTES],
  'llama-bpe': [split(words(String.raw`\p{N}{1,3}`)), AFTER_SPLIT],
  qwen2: [split(words(String.raw`\p{N}`)), AFTER_SPLIT]
};
const NORMALIZED = new Set(['qwen2', 'olmo', 'dolma']);

/** Kinds of tokens. */
const [CONTROL, USER_DEFINED, BYTE] = [3, 4, 6];

/**
 * The tokenizer that a GGUF's metadata describe, as a `tokenizer.json`.
 *
 * @throws {SwitchyardError} for a kind that is not here.
 */
export function ggufTokenizer(file: string, { metadata }: Gguf): HubTokenizer {
  const said = new Config(file, Object.fromEntries(metadata));
  const tokens = said.list('tokenizer.ggml.tokens') as string[];
  if (tokens.length === 0 || tokens.some((token) => typeof token !== 'string')) {
    fail(file, 'tokenizer.ggml.tokens must be texts', tokens.length);
  }
  const types = said.list('tokenizer.ggml.token_type') as number[];
  const kind = said.text('tokenizer.ggml.model');
  const parts =
    kind === 'gpt2'
      ? byteLevel(said, tokens)
      : kind === 'llama'
        ? sentencePieces(said, tokens, types)
        : fail(file, 'tokenizer.ggml.model must be gpt2 or llama', kind);
  const added = tokens.flatMap((content, id) =>
    types[id] === CONTROL || types[id] === USER_DEFINED
      ? [
          {
            id,
            content,
            special: types[id] === CONTROL,
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false
          }
        ]
      : []
  );
  const json = { version: '1.0', truncation: null, padding: null, added_tokens: added, ...parts };
  const config = said.has('tokenizer.chat_template') ? { chat_template: said.text('tokenizer.chat_template') } : {};
  return new HubTokenizer(
    { ...json, post_processor: begins(said, tokens, kind) },
    { ...named(said, tokens), ...config },
    file
  );
}

function byteLevel(said: Config, tokens: readonly string[]): Json {
  const pre = said.text('tokenizer.ggml.pre', 'default');
  const pretokenizers =
    PRE[pre] ?? fail(said.file, `tokenizer.ggml.pre must be one of ${Object.keys(PRE).join(', ')}`, pre);
  const merges = said.list('tokenizer.ggml.merges') as string[];
  return {
    normalizer: NORMALIZED.has(pre) ? { type: 'NFC' } : null,
    pre_tokenizer: { type: 'Sequence', pretokenizers },
    decoder: BYTES,
    model: { ...BPE, vocab: vocabOf(tokens), merges: merges.map((merge) => merge.split(' ')) }
  };
}

const BPE = {
  type: 'BPE',
  dropout: null,
  unk_token: null,
  fuse_unk: false,
  byte_fallback: false,
  ignore_merges: false
};

/** Of SentencePiece: spaces are "▁", characters that no token has are bytes. */
function sentencePieces(said: Config, tokens: readonly string[], types: readonly number[]): Json {
  const scores = said.list('tokenizer.ggml.scores') as number[];
  if (scores.length !== tokens.length) {
    fail(said.file, `tokenizer.ggml.scores must be of ${tokens.length} tokens`, scores.length);
  }
  const prefix = said.flag('tokenizer.ggml.add_space_prefix', true);
  const spaces = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
  const back = { type: 'Replace', pattern: { String: '▁' }, content: ' ' };
  const strip = prefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : [];
  return {
    normalizer: { type: 'Sequence', normalizers: [...(prefix ? [{ type: 'Prepend', prepend: '▁' }] : []), spaces] },
    pre_tokenizer: null,
    decoder: { type: 'Sequence', decoders: [back, { type: 'ByteFallback' }, { type: 'Fuse' }, ...strip] },
    model: {
      ...BPE,
      unk_token: tokens[said.integer('tokenizer.ggml.unknown_token_id', 0, 0)],
      fuse_unk: true,
      byte_fallback: types.includes(BYTE),
      vocab: vocabOf(tokens),
      merges: mergesOf(tokens, scores)
    }
  };
}

function vocabOf(tokens: readonly string[]): Record<string, number> {
  return Object.fromEntries(tokens.map((token, id) => [token, id]));
}

/** A token that each text begins with. */
function begins(said: Config, tokens: readonly string[], kind: string): Json | null {
  if (!said.flag('tokenizer.ggml.add_bos_token', kind === 'llama')) {
    return null;
  }
  const id = said.integer('tokenizer.ggml.bos_token_id', 0);
  const first = { SpecialToken: { id: tokens[id], type_id: 0 } };
  return {
    type: 'TemplateProcessing',
    single: [first, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [first, { Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { [tokens[id]]: { id: tokens[id], ids: [id], tokens: [tokens[id]] } }
  };
}

function named(said: Config, tokens: readonly string[]): Json {
  const names = { bos_token: 'bos', eos_token: 'eos', unk_token: 'unknown', pad_token: 'padding' };
  const found = Object.entries(names).flatMap(([name, key]) => {
    const own = `tokenizer.ggml.${key}_token_id`;
    return said.has(own) ? [[name, tokens[said.integer(own, 0)]]] : [];
  });
  return { ...Object.fromEntries(found), clean_up_tokenization_spaces: false };
}
