import { describe, expect, test } from 'vitest';
import { core, generative, layers, moe, models, peft, routers } from '@switchyard/kernel-lib';

import { makeNetwork } from '../support/networks';

const random = core.Random.fromSeed(1);
const router = routers.topK({ k: 1 });
const sizes = { width: 4, hidden: 8, random };
const plain = moe.plainExperts();
const ofModel = { layers: 1, width: 8, contextLength: 8 };

/** What is called with an option by the name that it had, and what then is said. */
const CALLS: readonly [said: string, call: (options: never) => unknown, options: object][] = [
  ['moe.layer: numExperts is called experts, got 4', moe.layer, { router, numExperts: 4, ...sizes }],
  [
    'moe.carve: numExperts is called experts, got 4',
    (options) => moe.carve(makeNetwork(), options),
    { numExperts: 4, k: 1, random }
  ],
  [
    'moe.upcycle: numExperts is called experts, got 4',
    (options) => moe.upcycle(makeNetwork(), options),
    { numExperts: 4, router, random }
  ],
  [
    'moe.multiHeadParity: numExperts is called experts, got 4',
    moe.multiHeadParity,
    { heads: 2, k: 1, numExperts: 4, width: 8, hidden: 8 }
  ],
  [
    'moe.attentionMixture: numExperts is called experts, got 4',
    moe.attentionMixture,
    { router, numExperts: 4, heads: 2, width: 8, random }
  ],
  ['moe.averagedExperts: experts is called expertKind, got', moe.averagedExperts, { experts: plain, beta: 0.5 }],
  ['moe.aliasedExperts: experts is called expertKind, got', moe.aliasedExperts, { experts: plain, target: [0] }],
  [
    'moe.mixedExperts: experts is called expertKind, got',
    (part) => moe.mixedExperts([part]),
    { count: 1, experts: plain }
  ],
  [
    'models.moeTransformer: numExperts is called experts, got 4',
    models.moeTransformer,
    { ...ofModel, numExperts: 4, router }
  ],
  [
    'layers.FeedForward: hiddenWidth is called hidden, got 8',
    (options) => new layers.FeedForward(options),
    { width: 4, hiddenWidth: 8, random }
  ],
  [
    'peft.moeLora: topK is called k, got 1',
    (options) => peft.moeLora(makeNetwork(), options),
    { targets: ['w1'], granularity: 'adapter', experts: 2, rank: 1, topK: 1 }
  ],
  [
    'generative.decentralizedFlow: topK is called k, got 1',
    generative.decentralizedFlow,
    { experts: [], router: () => 0, topK: 1 }
  ],
  ['routers.lookahead: lookahead is called ahead, got 1', routers.lookahead, { k: 1, lookahead: 1 }]
];

describe('an option by the name that it had', () => {
  test.each(CALLS)('%s', (said, call, options) => {
    expect(() => call(options as never)).toThrow(said);
  });

  test('experts that say what they are, and not how many', () => {
    expect(() => moe.layer({ router, experts: 'gated' as never, ...sizes })).toThrow(
      'what they are is expertKind, got'
    );
    expect(() => moe.layer({ router, experts: plain as never, ...sizes })).toThrow('what they are is expertKind, got');
  });
});
