import { existsSync } from 'fs';
import * as path from 'path';
import { Tokenizer } from '@huggingface/tokenizers';
import { fail } from '../../base/core';
import { readJson } from './openFolder';

export interface DecodeOptions {
  /** Writes special tokens out as well. Default false. */
  special?: boolean;
}

/** Texts to ids and back, as a `tokenizer.json` says. */
export class HubTokenizer {
  private readonly tokenizer: Tokenizer;

  /**
   * @param json - Of `tokenizer.json`.
   * @param config - Of `tokenizer_config.json`.
   * @param where - Names it in errors.
   */
  constructor(
    readonly json: Readonly<Record<string, unknown>>,
    readonly config: Readonly<Record<string, unknown>>,
    where: string
  ) {
    try {
      this.tokenizer = new Tokenizer(json, config);
    } catch (error) {
      fail(where, 'must be a tokenizer that @huggingface/tokenizers knows', (error as Error).message);
    }
  }

  /** How many ids there are; the largest id and 1. */
  get vocabSize(): number {
    return [...this.tokenizer.get_vocab().values()].reduce((most, id) => Math.max(most, id), -1) + 1;
  }

  /** Ids of a text, special tokens that the tokenizer adds among them. */
  encode(text: string): number[] {
    return [...this.tokenizer.encode(text).ids];
  }

  /** The text of ids. */
  decode(ids: readonly number[], { special = false }: DecodeOptions = {}): string {
    return ids.length === 0 ? '' : this.tokenizer.decode([...ids], { skip_special_tokens: !special });
  }

  /** The id of a token as it is stored; null where there is none. */
  idOf(token: string): number | null {
    return this.tokenizer.token_to_id(token) ?? null;
  }
}

/** The tokenizer of a folder. */
export function openTokenizer(folder: string): HubTokenizer {
  const file = path.join(folder, 'tokenizer.json');
  const config = path.join(folder, 'tokenizer_config.json');
  return new HubTokenizer(readJson(file), existsSync(config) ? readJson(config) : {}, file);
}
