/** @file The kinds of experts that the batteries are run with: a row each, more where options change what is computed. */
import { adaptive, core, layers, moe, peft } from '@switchyard/kernel-lib';
import { EXPERTS } from '../../../support/moeLayer';

/** Width inside an expert; experts divide it. */
export const INSIDE = 8;

/** Why the transformations of experts do not take a kind. */
const NO_NETWORKS = 'experts must be feed-forward networks, plain or gated, got';
const NAMES_OWN = 'a live module';

export interface Member {
  /** File, from kernel-lib/src/nn/experts. */
  file: string;
  spec: () => moe.ExpertSpec;
  /** Modules that the experts work with, made anew. */
  live?: (width: core.Size, hidden: core.Size) => moe.LiveModules;
  /** Operations of each expert on a row, by hand: D = 5, H = 8, four experts. */
  flops: readonly number[];
  /** Parameters of the bank, by hand. */
  parameters: number;
  /** Axes that cannot be cut. */
  pinned?: readonly string[];
  /** What a model says that cannot hold them. */
  notInModels?: string;
  /** What `moe.mergeExperts`, `moe.compressExperts` and `moe.averageToDense` say that do not take them. */
  notAsNetworks?: { merge?: string; compress?: string; average?: string };
  /** What `moe.pruneExperts` says that cannot leave one out. */
  notPruned?: string;
}

const none = { merge: NO_NETWORKS, compress: NO_NETWORKS, average: NO_NETWORKS };
const each = (flops: number): number[] => new Array<number>(EXPERTS).fill(flops);

const network = (width: core.Size, hidden: core.Size): layers.FeedForward =>
  new layers.FeedForward({ width, hidden, bias: false, random: core.Random.fromSeed(5) });

const ofBase = {
  live: (width: core.Size, hidden: core.Size) => ({ base: network(width, hidden) }),
  notInModels: NAMES_OWN,
  notAsNetworks: none
};

export const MEMBERS: Record<string, Member> = {
  plain: { file: 'plainExperts', spec: () => moe.plainExperts(), flops: each(160), parameters: 320 },
  'plain, with biases': {
    file: 'plainExperts',
    spec: () => moe.plainExperts({ bias: true, activation: 'silu' }),
    flops: each(160),
    parameters: 372,
    notAsNetworks: { compress: 'experts must have no biases' }
  },
  gated: { file: 'gatedExperts', spec: () => moe.gatedExperts(), flops: each(240), parameters: 480 },
  zero: { file: 'zeroExperts', spec: () => moe.zeroExperts(), flops: each(0), parameters: 0, notAsNetworks: none },
  copy: { file: 'copyExperts', spec: () => moe.copyExperts(), flops: each(0), parameters: 0, notAsNetworks: none },
  constant: {
    file: 'constantExperts',
    spec: () => moe.constantExperts(),
    flops: each(20),
    parameters: 60,
    notAsNetworks: none
  },
  'low-rank': {
    file: 'lowRankExperts',
    spec: () => moe.lowRankExperts({ rank: 2 }),
    flops: each(104),
    parameters: 208,
    notAsNetworks: none
  },
  'low-rank and sparse': {
    file: 'lowRankExperts',
    spec: () => moe.lowRankExperts({ rank: 2, dense: 3, gated: true }),
    flops: each(246),
    parameters: 492,
    pinned: ['dense', 'hidden'],
    notAsNetworks: none
  },
  linear: {
    file: 'linearExperts',
    spec: () => moe.linearExperts(),
    flops: each(50),
    parameters: 120,
    notAsNetworks: none
  },
  modulated: {
    file: 'modulatedExperts',
    spec: () => moe.modulatedExperts(),
    flops: each(160),
    parameters: 120,
    notAsNetworks: none
  },
  forecast: {
    file: 'forecastExperts',
    spec: () => adaptive.forecastExperts({ rank: 2 }),
    flops: each(40),
    parameters: 80,
    notAsNetworks: none
  },
  averaged: {
    file: 'averagedExperts',
    spec: () => moe.averagedExperts({ expertKind: moe.plainExperts(), beta: 0.1 }),
    flops: each(160),
    parameters: 320
  },
  aliased: {
    file: 'aliasedExperts',
    spec: () => moe.aliasedExperts({ expertKind: moe.gatedExperts(), target: [0, 1, 0, 1] }),
    flops: each(240),
    parameters: 240,
    pinned: ['aliases', 'experts'],
    notPruned: 'target must have numExperts (3) entries, got 4'
  },
  mixed: {
    file: 'mixedExperts',
    spec: () =>
      moe.mixedExperts([
        { count: 2, expertKind: moe.plainExperts() },
        { count: 1, expertKind: moe.copyExperts() },
        { count: 1, expertKind: moe.constantExperts() }
      ]),
    flops: [160, 160, 0, 20],
    parameters: 175,
    pinned: ['experts'],
    notAsNetworks: none,
    notPruned: 'counts must sum to numExperts (3), got 4'
  },
  variant: {
    file: 'variant',
    spec: () => adaptive.variant(moe.gatedExperts(), { kind: 'small', hidden: 3 }),
    flops: each(90),
    parameters: 180
  },
  lora: {
    file: 'loraExperts',
    spec: () => peft.loraExperts({ base: 'base', rank: 2 }),
    flops: each(264),
    parameters: 208,
    ...ofBase
  },
  'shared slices': {
    file: 'sharedSlices',
    spec: () => moe.sharedSlices({ base: 'base' }),
    flops: each(40),
    parameters: 0,
    pinned: ['slices', 'hidden'],
    notPruned: 'numExperts must divide the hidden width (8), got 3',
    ...ofBase
  },
  recursive: {
    file: 'recursiveFFN',
    spec: () => adaptive.recursiveFFN({ base: 'base', maxSteps: EXPERTS }),
    flops: [160, 320, 480, 640],
    parameters: 0,
    notPruned: 'numExperts must be an integer 4..4, got 3',
    ...ofBase
  },
  'owned elsewhere': {
    file: 'ownedElsewhere',
    spec: () => moe.ownedElsewhere('base'),
    live: (width, hidden) => ({
      base: moe.gatedExperts().build({ numExperts: EXPERTS, width, hidden, random: core.Random.fromSeed(5) })
    }),
    flops: each(240),
    parameters: 0,
    notInModels: NAMES_OWN,
    notPruned: 'the bank must have numExperts (3) experts, got 4'
  }
};
