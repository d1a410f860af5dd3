import { expectInteger, expectNumber, Random } from '../../../base/core';
import { drawIndex } from '../../../base/math';

/** Options of how the next token is drawn. */
export interface SamplerOptions {
  /** Divisor of the logits; 0 takes the likeliest. Default 0. */
  temperature?: number;
  /** Only the likeliest so many. Default: all. */
  topK?: number;
  /** Only the likeliest that together have this probability (arXiv 1904.09751). Default 1: all. */
  topP?: number;
  /** Only those at least this share of the likeliest one's probability (arXiv 2407.01082). Default 0: all. */
  minP?: number;
  /** Logits of ids that are there already are divided by it, where positive, else multiplied (arXiv 1909.05858). Default 1. */
  repetitionPenalty?: number;
  /** Default 0. */
  seed?: number;
}

/** Chooses the next id, from logits [V] and the ids so far. */
export type Sampler = (logits: Float32Array, seen: readonly number[]) => number;

/**
 * The sampler of one sequence: penalty, temperature, `topK`, `topP` and `minP` in this order.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function sampler(options: SamplerOptions, sequence: number): Sampler {
  const { temperature = 0, topK = Infinity, topP = 1, minP = 0, repetitionPenalty = 1, seed = 0 } = options;
  expectNumber('generate', 'temperature', temperature, 0);
  if (topK !== Infinity) {
    expectInteger('generate', 'topK', topK, 1);
  }
  expectNumber('generate', 'topP', topP, Number.MIN_VALUE, 1);
  expectNumber('generate', 'minP', minP, 0, 1);
  expectNumber('generate', 'repetitionPenalty', repetitionPenalty, Number.MIN_VALUE);
  const next = Random.fromSeed(seed).child('generate').child(sequence).generator();
  return (logits, seen) => {
    penalize(logits, seen, repetitionPenalty);
    if (temperature === 0) {
      return likeliest(logits);
    }
    const best = logits[likeliest(logits)];
    const all = Array.from(logits, (logit, id) => ({ id, p: Math.exp((logit - best) / temperature) }));
    all.sort((a, b) => b.p - a.p || a.id - b.id);
    const nearest = all.slice(0, topK);
    return draw(minimum(nucleus(nearest, topP), minP), next());
  };
}

interface Choice {
  id: number;
  /** Not yet divided by the sum. */
  p: number;
}

function penalize(logits: Float32Array, seen: readonly number[], penalty: number): void {
  if (penalty !== 1) {
    new Set(seen).forEach((id) => (logits[id] *= logits[id] > 0 ? 1 / penalty : penalty));
  }
}

/** The first of the largest. */
export function likeliest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    best = values[i] > values[best] ? i : best;
  }
  return best;
}

function nucleus(choices: Choice[], topP: number): Choice[] {
  const wanted = topP * sum(choices);
  let before = 0;
  return topP === 1 ? choices : choices.filter(({ p }) => (before += p) - p < wanted);
}

function minimum(choices: Choice[], minP: number): Choice[] {
  return choices.filter(({ p }) => p >= minP * choices[0].p);
}

function draw(choices: Choice[], uniform: number): number {
  return choices[drawIndex(choices.map(({ p }) => p), uniform)].id; // prettier-ignore
}

function sum(choices: Choice[]): number {
  return choices.reduce((total, { p }) => total + p, 0);
}
