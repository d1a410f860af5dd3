import { existsSync } from 'fs';
import * as path from 'path';
import { Template } from '@huggingface/jinja';
import { Tokenizer } from '@huggingface/tokenizers';
import { fail } from '../../base/core';
import { readJson, readText } from './openFolder';

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
