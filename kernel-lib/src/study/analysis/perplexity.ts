import { expectInteger, fail } from '../../base/core';
import type { LanguageModel } from '../../models/language';
import { tokenLosses } from './tokenLosses';

/** Options of `models.perplexity`. */
export interface PerplexityOptions {
  /** Positions that the model sees at once. Default: its context, at most 1024. */
  window?: number;
  /** Positions that a window goes on by: each token but those of the first is scored with at least `window - stride` before it. Default: half a window. */
  stride?: number;
}

/** Perplexity of a text, with the loss that it comes from. */
export interface Perplexity {
  /** Mean negative log-likelihood of a token, in nats. */
  loss: number;
  /** Its exponential. */
  perplexity: number;
  /** Tokens that were scored: all but the first. */
  tokens: number;
  /** Negative log-likelihood of each, in order. */
  losses: Float32Array;
}

/** A model that reads texts as well. */
type Reader = LanguageModel & { readonly tokenizer?: { encode(text: string): number[] } };

/**
 * How well a model foretells a text, by windows with a stride: each token is scored once, in the first window that holds it.
 *
 * @param text - Ids, or a text where the model has a tokenizer.
 * @throws {SwitchyardError} where there are fewer than two tokens, or an option is out of range.
 */
export function perplexity(
  model: Reader,
  text: string | readonly number[],
  options: PerplexityOptions = {}
): Perplexity {
  const where = 'models.perplexity';
  const ids = typeof text === 'string' ? encode(where, model, text) : text;
  const { contextLength = Infinity, vocabSize } = model;
  const { window = Math.min(contextLength, 1024), stride = Math.max(1, Math.floor(window / 2)) } = options;
  expectInteger(where, 'window', window, 2, contextLength);
  expectInteger(where, 'stride', stride, 1, window - 1);
  if (ids.length < 2) {
    fail(where, 'the text must have at least 2 tokens', ids.length);
  }
  ids.forEach((id) => expectInteger(where, 'ids', id, 0, vocabSize - 1));
  const losses = new Float32Array(ids.length - 1);
  for (let begin = 0, scored = 1; scored < ids.length; begin += stride) {
    const part = ids.slice(begin, begin + window);
    const own = tokenLosses(model, part);
    losses.set(own.subarray(scored - begin - 1), scored - 1);
    scored = begin + part.length;
  }
  const loss = losses.reduce((sum, each) => sum + each, 0) / losses.length;
  return { loss, perplexity: Math.exp(loss), tokens: losses.length, losses };
}

function encode(where: string, { tokenizer }: Reader, text: string): number[] {
  return tokenizer?.encode(text) ?? fail(where, 'a text needs a model with a tokenizer; give ids', typeof text);
}
