import { tf } from '../../base/backend';
import { expectNumber, expectOneOf, fail, Random } from '../../base/core';
import type { Context, Module } from '../../base/core';
import { ceil } from '../../base/math';
import { Block } from '../../models/block';
import { CausalSelfAttention, ClassAttention, SelfAttention, SparseSelfAttention } from '../../nn/layers';
import { checkSplitCodes } from '../compress/splitCodes';
import { cascadeAttention, placeRows, takeRows } from './cascadeAttention';
import type { Live, ProgressiveOptions } from './cascadeAttention';

/** Options of `prune.cascade`. */
export interface CascadeOptions {
  /** Share of the tokens left after each attention, in order, none above the one before; a number falls to itself evenly over the blocks. Default 1. */
  keepTokens?: number | readonly number[];
  /** Share of the heads left after each attention, likewise. Default 1. */
  keepHeads?: number | readonly number[];
  /** Share of the values that a query reads, those of its largest probabilities, in one attention alone (local value pruning). Default 1. */
  keepValues?: number;
  /** Bits of queries and keys that are read where the leading ones are not sure. Default: all values as they are. */
  progressive?: ProgressiveOptions;
  /**
   * Score of tokens and heads: the probability that a token received and the size of a head's output, over all attentions so far, or a random one. Default
   * "cumulative".
   */
  score?: 'cumulative' | 'random';
  /** Token that always stays. Default: the first before a class attention, the last before a causal one, else none. */
  always?: 'first' | 'last' | 'none';
  /** Of random scores. Default 0. */
  seed?: number;
}

/** Tokens and heads that one attention of the last pass left. */
export interface CascadeRecord extends Live {
  /** Path of the attention. */
  path: string;
  /** Share of the queries that read the bits that follow; 0 without `progressive`. */
  refetched: number;
}

/** Cascade pruning at work on a model. */
export interface Cascade {
  /** Attentions of the last pass, in order. */
  last(): readonly CascadeRecord[];
  /** Takes it off; called again it does nothing. */
  stop(): void;
}

interface Pass extends Live {
  length: number;
  /** Scores of all tokens and all heads so far. */
  scores: { tokens: number[][]; heads: number[][] };
  records: CascadeRecord[];
}

const WHERE = 'prune.cascade';

/**
 * Cascade pruning of tokens and heads as a sequence is read (SpAtten, arXiv 2012.09852): after each attention those of least score so far go, and take no part
 * in anything that follows, feed-forward networks included; what goes past the blocks of a token that is gone stays as it was. The model is changed until it is taken
 * off. It works outside of training, on whole sequences; which tokens are left is published as events of the kind "tokens".
 *
 * @throws {SwitchyardError} where an option is out of range, the model has no blocks, or one of them is not of full self-attention or changes the tokens; in
 * a pass with a memory.
 */
export function cascade(model: Module, options: CascadeOptions = {}): Cascade {
  const { keepValues = 1, progressive = null, score = 'cumulative', seed = 0 } = options;
  const blocks = blocksOf(model);
  const shares = { tokens: sharesOf('keepTokens', options.keepTokens ?? 1, blocks.length), heads: sharesOf('keepHeads', options.keepHeads ?? 1, blocks.length) }; // prettier-ignore
  expectNumber(WHERE, 'keepValues', keepValues, Number.EPSILON, 1);
  expectOneOf(WHERE, 'score', score, ['cumulative', 'random']);
  const { always = standingOf(blocks[0].attention) } = options;
  expectOneOf(WHERE, 'always', always, ['first', 'last', 'none']);
  if (progressive !== null) {
    checkSplitCodes(WHERE, progressive);
    expectNumber(WHERE, 'progressive.confidence', progressive.confidence, 0, 1);
  }
  const random = score === 'random' ? Random.fromSeed(seed).child('cascade') : null;
  let pass: Pass | null = null;
  const release = blocks.flatMap(({ path, attention, feedForward }, i) => {
    const step = { path, attention, random: random?.child(i) ?? null, always, keepValues, progressive };
    const undo = attention.intercept((inner, x, ctx) => {
      if (ctx.training) {
        return inner(x);
      }
      const now = i === 0 ? begin(x, attention.heads, ctx) : expectPass(pass, x);
      pass = now;
      const counts = { tokens: countOf(shares.tokens[i], now.length), heads: countOf(shares.heads[i], attention.heads) }; // prettier-ignore
      return tf.tidy(() => attended(now, x, ctx, { ...step, counts }));
    });
    const follows = feedForward?.intercept((inner, x, ctx) => {
      if (ctx.training) {
        return inner(x);
      }
      const { tokens, length } = expectPass(pass, x);
      return tokens[0].length === length
        ? inner(x)
        : tf.tidy(() => placeRows(inner(takeRows(x, tokens)), tokens, length));
    });
    return follows === undefined ? [undo] : [undo, follows];
  });
  const records = (): readonly CascadeRecord[] => (pass as Pass | null)?.records ?? [];
  return { last: records, stop: () => release.forEach((undo) => undo()) };
}

interface Step {
  path: string;
  attention: SelfAttention;
  /** Of random scores; null where they are cumulative. */
  random: Random | null;
  always: 'first' | 'last' | 'none';
  keepValues: number;
  progressive: ProgressiveOptions | null;
  /** Tokens and heads that are to be left. */
  counts: { tokens: number; heads: number };
}

/** Output of an attention among what is left of a pass, which then goes on with less. */
function attended(pass: Pass, x: tf.Tensor, ctx: Context, step: Step): tf.Tensor {
  const { path, attention, random, always, counts } = step;
  const { output, received, sizes, refetched } = cascadeAttention(attention, x, pass, { ...step, ctx });
  const next = random?.generator() ?? null;
  const scored = (values: number[][]): number[][] => (next === null ? values : values.map((own) => own.map(next)));
  const { tokens, heads } = pass.scores;
  add(tokens, pass.tokens, scored(received));
  add(heads, pass.heads, scored(sizes));
  const stays = always === 'none' ? null : always === 'first' ? 0 : pass.length - 1;
  pass.tokens = pass.tokens.map((own, b) => best(own, tokens[b], { count: counts.tokens, stays }));
  pass.heads = pass.heads.map((own, b) => best(own, heads[b], { count: counts.heads, stays: null }));
  const share = refetched.all === 0 ? 0 : refetched.count / refetched.all;
  pass.records.push({ path, tokens: pass.tokens, heads: pass.heads, refetched: share });
  publish(pass, ctx);
  return output;
}

function blocksOf(model: Module): { path: string; attention: SelfAttention; feedForward: Module | null }[] {
  const blocks = [...model.modules()].filter((each): each is [string, Block] => each[1] instanceof Block);
  if (blocks.length === 0) {
    fail(WHERE, 'the model must have transformer blocks', model.kind);
  }
  return blocks.map(([path, block]) => {
    const attention = block.children.get('attention');
    if (
      !(attention instanceof SelfAttention) ||
      attention instanceof SparseSelfAttention ||
      block.children.has('between')
    ) {
      const got = block.children.has('between') ? 'a change of tokens' : (attention?.kind ?? 'none');
      return fail(WHERE, `block "${path}" must have self-attention of all tokens, and nothing that changes them`, got);
    }
    return { path: `${path}.attention`, attention, feedForward: block.children.get(block.feedForwardName) ?? null };
  });
}

function sharesOf(name: string, given: number | readonly number[], blocks: number): readonly number[] {
  if (typeof given === 'number') {
    expectNumber(WHERE, name, given, Number.EPSILON, 1);
    return Array.from({ length: blocks }, (_, i) => 1 - ((1 - given) * (i + 1)) / blocks);
  }
  if (given.length !== blocks) {
    fail(WHERE, `${name} must be one for each block (${blocks})`, given.length);
  }
  given.forEach((share, i) => expectNumber(WHERE, `${name}[${i}]`, share, Number.EPSILON, i === 0 ? 1 : given[i - 1]));
  return given;
}

function standingOf(attention: SelfAttention): 'first' | 'last' | 'none' {
  return attention instanceof ClassAttention ? 'first' : attention instanceof CausalSelfAttention ? 'last' : 'none';
}

function begin(x: tf.Tensor, heads: number, ctx: Context): Pass {
  const [batch, length] = x.shape;
  if (ctx.memory !== null) {
    fail(WHERE, 'a pass must read whole sequences', 'one with a memory');
  }
  const fill = <T>(make: () => T): T[] => Array.from({ length: batch }, make);
  const zeros = { tokens: fill(() => new Array<number>(length).fill(0)), heads: fill(() => new Array<number>(heads).fill(0)) }; // prettier-ignore
  return { length, tokens: fill(() => [...Array(length).keys()]), heads: fill(() => [...Array(heads).keys()]), scores: zeros, records: [] }; // prettier-ignore
}

function expectPass(pass: Pass | null, x: tf.Tensor): Pass {
  const follows = pass !== null && pass.length === x.shape[1] && pass.tokens.length === x.shape[0];
  return follows ? pass : fail(WHERE, 'blocks must be applied in order, to the same tokens', x.shape);
}

function add(scores: number[][], live: readonly number[][], values: readonly number[][]): void {
  live.forEach((own, b) => own.forEach((place, i) => (scores[b][place] += values[b][i])));
}

// A share such as 0.1 of 30 is a little above 3 in floating point; that is still 3.
function countOf(share: number, all: number): number {
  return Math.max(1, ceil(share * all));
}

/** Those of largest score, in ascending order; of equal ones the first. */
function best(
  live: readonly number[],
  scores: readonly number[],
  { count, stays }: { count: number; stays: number | null }
): number[] {
  const rank = (place: number): number => (place === stays ? Infinity : scores[place]);
  const order = [...live].sort((a, b) => rank(b) - rank(a) || a - b);
  return order.slice(0, count).sort((a, b) => a - b);
}

function publish({ tokens, length, scores }: Pass, ctx: Context): void {
  if (ctx.wants('tokens')) {
    const kept = new Uint8Array(tokens.length * length);
    tokens.forEach((own, b) => own.forEach((place) => (kept[b * length + place] = 1)));
    ctx.publish({ kind: 'tokens', path: ctx.path, batchSize: tokens.length, length, kept, scores: Float32Array.from(scores.tokens.flat()), rest: 'dropped' }); // prettier-ignore
  }
}
