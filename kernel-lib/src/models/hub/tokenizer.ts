import { existsSync } from 'fs';
import * as path from 'path';
import { Template } from '@huggingface/jinja';
import { Tokenizer } from '@huggingface/tokenizers';
import { expectInteger, fail } from '../../base/core';
import { readJson, readText } from './openFolder';
import { readableToken } from './readableToken';

export interface DecodeOptions {
  /** Writes special tokens out as well. Default false. */
  special?: boolean;
}

/** A line of a conversation. */
export interface ChatMessage {
  /** "system", "user" or "assistant". */
  role: string;
  content: string;
}

/** Texts to ids and back, as a `tokenizer.json` says. */
export class HubTokenizer {
  /** How many ids there are; the largest id and 1. */
  readonly vocabSize: number;
  private readonly tokenizer: Tokenizer;
  /** Ids of tokens that stand for themselves. */
  private readonly special: ReadonlySet<number>;
  /** Whether characters of its tokens stand for bytes. */
  private readonly byteLevel: boolean;

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
    this.vocabSize = [...this.tokenizer.get_vocab().values()].reduce((most, id) => Math.max(most, id), -1) + 1;
    this.special = new Set(this.tokenizer.get_added_tokens_decoder().keys());
    this.byteLevel = JSON.stringify(json.decoder ?? null).includes('"ByteLevel"');
  }

  /** Ids of a text, special tokens that the tokenizer adds among them. */
  encode(text: string): number[] {
    return [...this.tokenizer.encode(text).ids];
  }

  /** The text of ids. */
  decode(ids: readonly number[], options?: DecodeOptions): string;
  /** One token as people read it: its leading space, line feeds by a sign, parts of characters as "\\xe2", ids without a token as "<52>". */
  decode(id: number): string;
  decode(ids: number | readonly number[], { special = false }: DecodeOptions = {}): string {
    if (typeof ids === 'number') {
      return this.readable(ids);
    }
    return ids.length === 0 ? '' : this.tokenizer.decode([...ids], { skip_special_tokens: !special });
  }

  /**
   * A conversation as the model was trained to read it, by its chat template; `generate` continues it.
   *
   * @throws {SwitchyardError} where the tokenizer has no template, or the template refuses the messages.
   */
  chat(messages: readonly ChatMessage[], { answer = true }: { answer?: boolean } = {}): string {
    const { chat_template: template } = this.config;
    if (typeof template !== 'string') {
      fail('chat', 'the tokenizer must have a chat template', template);
    }
    const tokens = Object.entries(this.config).flatMap(([name, value]) =>
      /^(bos|eos|unk|pad)_token$/.test(name) ? [[name, textOf(value)]] : []
    );
    try {
      return new Template(template).render({
        ...Object.fromEntries(tokens),
        messages: messages.map((message) => ({ ...message })),
        add_generation_prompt: answer
      });
    } catch (error) {
      fail('chat', 'the chat template must accept the messages', (error as Error).message);
    }
  }

  private readable(id: number): string {
    expectInteger('decode', 'ids', id, 0);
    const token = this.tokenizer.id_to_token(id);
    // Models have more rows than their tokenizers have tokens, where that makes a round number.
    if (token === undefined) {
      return `<${id}>`;
    }
    return this.special.has(id) ? token : readableToken(token, this.byteLevel);
  }

  /** The id of a token as it is stored; null where there is none. */
  idOf(token: string): number | null {
    return this.tokenizer.token_to_id(token) ?? null;
  }
}

/** A token is given as its text, or as an object that holds it. */
function textOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'content' in value ? value.content : value;
}

/** The tokenizer of a folder. */
export function folderTokenizer(folder: string): HubTokenizer {
  const file = path.join(folder, 'tokenizer.json');
  const config = path.join(folder, 'tokenizer_config.json');
  const template = path.join(folder, 'chat_template.jinja');
  const own = existsSync(template) ? { chat_template: readText(template) } : {};
  return new HubTokenizer(readJson(file), { ...(existsSync(config) ? readJson(config) : {}), ...own }, file);
}
