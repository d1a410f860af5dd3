/** @file What kinds of experts refuse, and in which words. */
import { adaptive, core, moe, peft, routers } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { makeNetwork } from '../../../support/networks';

const random = core.Random.fromSeed(1);
const one = 'must be an integer of at least 1, got 0';
const activations = /must be one of .*gelu.*, got swish$/;

/** The bank of a layer of width 4, H = 6 and two experts. */
function bank(expertKind: moe.ExpertSpec, more: object = {}): moe.ExpertBank {
  const layer = moe.layer({ router: routers.topK({ k: 1 }), experts: 2, width: 4, hidden: 6, random, expertKind, ...more }); // prettier-ignore
  return layer.experts;
}

const network = (bias = false) => makeNetwork({ width: 4, hidden: 6, bias }) as never;
const plain = moe.plainExperts();

// prettier-ignore
test.each<[string, () => unknown, string | RegExp]>([
  ['aliasedExperts', () => moe.aliasedExperts({ expertKind: plain, target: [-1, 0] }), 'moe.aliasedExperts: target must be an integer of at least 0, got -1'],
  ['aliasedExperts', () => moe.aliasedExperts({ expertKind: plain, target: [0, 2] }), 'moe.aliasedExperts: target must use all of 0..2, got [0,2]'],
  ['aliasedExperts', () => bank(moe.aliasedExperts({ expertKind: plain, target: [0, 0, 0] })), 'moe.aliasedExperts: target must have numExperts (2) entries, got 3'],
  ['averagedExperts', () => moe.averagedExperts({ expertKind: plain, beta: 1.5 }), 'moe.averagedExperts: beta must be a number 0..1, got 1.5'],
  ['forecastExperts', () => adaptive.forecastExperts({ rank: 0 }), `adaptive.forecastExperts: rank ${one}`],
  ['gatedExperts', () => moe.gatedExperts({ activation: 'swish' as 'silu' }), activations],
  ['plainExperts', () => moe.plainExperts({ activation: 'swish' as 'silu' }), activations],
  ['loraExperts', () => peft.loraExperts({ base: 'base', rank: 0 }), `peft.loraExperts: rank ${one}`],
  ['loraExperts', () => peft.loraExperts({ base: 'base', rank: 1, alpha: NaN }), 'peft.loraExperts: alpha must be a number, got NaN'],
  ['loraExperts', () => bank(peft.loraExperts({ base: 'base', rank: 1 }), { live: { base: makeNetwork({ width: 5, hidden: 6 }) } }), 'peft.loraExperts: the layer must be of the base\'s widths [5, 6], got [4,6]'],
  ['lowRankExperts', () => moe.lowRankExperts({ rank: 0 }), `moe.lowRankExperts: rank ${one}`],
  ['lowRankExperts', () => moe.lowRankExperts({ rank: 1, dense: -1 }), 'moe.lowRankExperts: dense must be an integer of at least 0, got -1'],
  ['lowRankExperts', () => moe.lowRankExperts({ rank: 1, activation: 'swish' as 'silu' }), activations],
  ['lowRankExperts', () => bank(moe.lowRankExperts({ rank: 1, dense: 7 })), 'moe.lowRankExperts: dense must be at most the hidden width (6), got 7'],
  ['mixedExperts', () => moe.mixedExperts([{ count: 0, expertKind: plain }]), `moe.mixedExperts: count ${one}`],
  ['mixedExperts', () => bank(moe.mixedExperts([{ count: 1, expertKind: plain }])), 'moe.mixedExperts: counts must sum to numExperts (2), got 1'],
  ['ownedElsewhere', () => bank(moe.ownedElsewhere(bank(plain, { experts: 3 }))), 'moe.ownedElsewhere: the bank must have numExperts (2) experts, got 3'],
  ['recursiveFFN', () => adaptive.recursiveFFN({ base: network(), maxSteps: 0 }), `adaptive.recursiveFFN: maxSteps ${one}`],
  ['recursiveFFN', () => bank(adaptive.recursiveFFN({ base: network(), maxSteps: 3 })), 'adaptive.recursiveFFN: numExperts must be an integer 3..3, got 2'],
  ['sharedSlices', () => bank(moe.sharedSlices({ base: network(true) })), 'moe.sharedSlices: the network must have no biases, got biases'],
  ['sharedSlices', () => bank(moe.sharedSlices({ base: network() }), { experts: 7 }), 'moe.sharedSlices: numExperts must be an integer 1..6, got 7'],
  ['sharedSlices', () => bank(moe.sharedSlices({ base: network() }), { experts: 4 }), 'moe.sharedSlices: numExperts must divide the hidden width (6), got 4'],
  ['sharedSlices', () => bank(moe.sharedSlices({ base: 'base' })), 'moe.sharedSlices: the layer must be given the live module "base", got []'],
  ['variant', () => adaptive.variant(plain, { kind: 'small', hidden: 0 }), `adaptive.variant: hidden ${one}`]
])('%s: %#', (_name, make, message) => {
  const rule = typeof message === 'string' ? message : (expect.stringMatching(message) as string);
  expect(make).toThrow(expect.objectContaining({ name: 'SwitchyardError', message: rule }) as Error);
});

test('a variant goes by its name, with the width it says, or the layer’s', () => {
  const labels = (hidden?: number) => {
    const small = adaptive.variant(plain, { kind: 'small', ...(hidden === undefined ? {} : { hidden }) });
    const built = bank(moe.mixedExperts([{ count: 1, expertKind: small }, { count: 1, expertKind: plain }])); // prettier-ignore
    return [[...built.labels], [...built.parameters()].map(([path, { shape }]) => [path, ...shape])];
  };
  expect(labels(2)).toEqual([
    ['small 0', 'plain 1'],
    [['small0.w1', 1, 4, 2], ['small0.w2', 1, 2, 4], ['plain1.w1', 1, 4, 6], ['plain1.w2', 1, 6, 4]] // prettier-ignore
  ]);
  expect(labels()[1]).toEqual([['small0.w1', 1, 4, 6], ['small0.w2', 1, 6, 4], ['plain1.w1', 1, 4, 6], ['plain1.w2', 1, 6, 4]]); // prettier-ignore
});
