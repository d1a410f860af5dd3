/** @file What mixtures refuse, and in which words. */
import { core, layers, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork } from '../../../support/networks';

const { Context, Random } = core;

const random = Random.fromSeed(1);
const router = routers.topK({ k: 1 });
const one = 'must be an integer of at least 1, got 0';
const layer = (more: object) => moe.layer({ router, experts: 2, width: 4, hidden: 3, random, ...more });
const heads = (more: object) => moe.attentionHeads({ router, heads: 2, width: 4, headWidth: 2, random, ...more });
const mixture = (more: object) => moe.attentionMixture({ router, experts: 2, width: 4, heads: 2, random, ...more });
const conv = (more: object) => moe.expertConv({ router: routers.topK({ k: 2 }), experts: 2, inputs: 1, outputs: 1, random, ...more }); // prettier-ignore
const multi = (more: object) => moe.multiHead({ router, experts: 2, width: 4, hidden: 3, heads: 2, random, ...more });
const parity = (more: object) => moe.multiHeadParity({ heads: 2, k: 1, experts: 2, width: 64, hidden: 64, ...more });
const group = (more: object) => moe.sharedGroup({ router: () => router, experts: 2, width: 4, hidden: 3, group: 2, random, ...more }); // prettier-ignore
const schedule = (more: object) => moe.schedule({ shape: 'uniform', layers: 2, total: 4, kMax: 3, ...more });
const threshold = (more: object) => moe.capacityThreshold({ width: 2, numTokens: 4, angle: 1, ...more });
const byTask = (more: object) => moe.taskFeedForward({ width: 4, hidden: 3, tasks: 2, perTask: 2, random, ...more });
const indexed = (more: object) => moe.tokenIndexed({ vocabSize: 5, width: 4, hidden: 3, random, ...more });
const untied = (more: object) => moe.untied({ count: 2, build: () => makeNetwork({ width: 4, hidden: 3 }), ...more });
const distill = (more: object) => moe.metaDistill({ student: makeNetwork(), teachers: [makeNetwork()], outputWidth: 6, random, ...more }); // prettier-ignore

// prettier-ignore
const OPTIONS: [string, () => unknown, string][] = [
  ['layer', () => layer({ experts: 'plain' }), 'moe.layer: experts is how many there are; what they are is expertKind, got plain'],
  ['layer', () => layer({ experts: 0 }), `moe.layer: experts ${one}`],
  ['layer', () => layer({ width: 0 }), `moe.layer: width ${one}`],
  ['layer', () => layer({ hidden: 0 }), `moe.layer: hidden ${one}`],
  ['layer', () => layer({ sharedExperts: -1 }), 'moe.layer: sharedExperts must be an integer of at least 0, got -1'],
  ['layer', () => layer({ sequenceCapacity: 0 }), `moe.layer: sequenceCapacity ${one}`],
  ['layer', () => layer({ sequenceCapacity: 1, capacityFactor: 1 }), 'moe.layer: capacityFactor must be null where sequenceCapacity is given, got 1'],
  ['layer', () => layer({ sharedExperts: 1, sharedHidden: 0 }), `moe.layer: sharedHidden ${one}`],
  ['layer', () => layer({ sharedGate: true }), 'moe.layer: sharedGate needs sharedExperts of at least 1, got 0'],
  ['layer', () => layer({ capacityFactor: 0 }), 'moe.layer: capacityFactor must be a number above 0, or null, got 0'],
  ['layer', () => layer({ capacityFactor: Infinity }), 'moe.layer: capacityFactor must be a number above 0, or null, got Infinity'],
  ['attentionHeads', () => heads({ heads: 0 }), `moe.attentionHeads: heads ${one}`],
  ['attentionHeads', () => heads({ width: 0 }), `moe.attentionHeads: width ${one}`],
  ['attentionHeads', () => heads({ headWidth: 0 }), `moe.attentionHeads: headWidth ${one}`],
  ['attentionMixture', () => mixture({ experts: 0 }), `moe.attentionMixture: experts ${one}`],
  ['attentionMixture', () => mixture({ width: 0 }), `moe.attentionMixture: width ${one}`],
  ['attentionMixture', () => mixture({ heads: 0 }), `moe.attentionMixture: heads ${one}`],
  ['attentionMixture', () => mixture({ heads: 3 }), 'moe.attentionMixture: width must be a multiple of heads (3), got 4'],
  ['expertConv', () => conv({ experts: 0 }), `moe.expertConv: experts ${one}`],
  ['expertConv', () => conv({ inputs: 0 }), `moe.expertConv: inputs ${one}`],
  ['expertConv', () => conv({ outputs: 0 }), `moe.expertConv: outputs ${one}`],
  ['expertConv', () => conv({ size: 0 }), `moe.expertConv: size ${one}`],
  ['multiHead', () => multi({ width: 0 }), `moe.multiHead: width ${one}`],
  ['multiHead', () => multi({ heads: 5 }), 'moe.multiHead: heads must be an integer 1..4, got 5'],
  ['multiHead', () => multi({ heads: 3 }), 'moe.multiHead: heads must divide the width (4), got 3'],
  ['multiHeadParity', () => parity({ heads: 0 }), `moe.multiHeadParity: heads ${one}`],
  ['multiHeadParity', () => parity({ k: 0 }), `moe.multiHeadParity: k ${one}`],
  ['multiHeadParity', () => parity({ hidden: 0 }), `moe.multiHeadParity: hidden ${one}`],
  ['rethink', () => moe.rethink({ router, experts: 2, width: 4, hidden: 3, rounds: 0, random }), `moe.rethink: rounds ${one}`],
  ['sharedGroup', () => group({ group: 0 }), `moe.sharedGroup: group ${one}`],
  ['sharedGroup', () => group({ experts: 0 }), `moe.sharedGroup: experts ${one}`],
  ['schedule', () => schedule({ shape: 'hill' }), 'moe.schedule: shape must be one of uniform, descending, ascending, pyramid, valley, wave, got hill'],
  ['schedule', () => schedule({ layers: 0 }), `moe.schedule: layers ${one}`],
  ['schedule', () => schedule({ kMax: 0 }), `moe.schedule: kMax ${one}`],
  ['schedule', () => schedule({ total: 7 }), 'moe.schedule: total must be an integer 2..6, got 7'],
  ['schedule', () => schedule({ total: 2.5 }), 'moe.schedule: total must be an integer 2..6, got 2.5'],
  ['capacityThreshold', () => threshold({ width: 1 }), 'moe.capacityThreshold: width must be an integer of at least 2, got 1'],
  ['capacityThreshold', () => threshold({ numTokens: 0 }), `moe.capacityThreshold: numTokens ${one}`],
  ['capacityThreshold', () => threshold({ angle: 4 }), `moe.capacityThreshold: angle must be a number 0..${Math.PI}, got 4`],
  ['taskFeedForward', () => byTask({ width: 0 }), `moe.taskFeedForward: width ${one}`],
  ['taskFeedForward', () => byTask({ tasks: 0 }), `moe.taskFeedForward: tasks ${one}`],
  ['taskFeedForward', () => byTask({ hidden: 0 }), `moe.taskFeedForward: hidden ${one}`],
  ['taskFeedForward', () => byTask({ perTask: 4 }), 'moe.taskFeedForward: perTask must be an integer 1..3, got 4'],
  ['tokenIndexed', () => indexed({ vocabSize: 0 }), `moe.tokenIndexed: vocabSize ${one}`],
  ['tokenIndexed', () => indexed({ width: 0 }), `moe.tokenIndexed: width ${one}`],
  ['tokenIndexed', () => indexed({ hidden: 0 }), `moe.tokenIndexed: hidden ${one}`],
  ['untied', () => untied({ count: 0 }), `moe.untied: count ${one}`],
  ['metaDistill', () => distill({ teachers: [] }), 'moe.metaDistill: there must be a teacher, got 0'],
  ['metaDistill', () => distill({ innerSteps: -1 }), 'moe.metaDistill: innerSteps must be an integer of at least 0, got -1'],
  ['metaDistill', () => distill({ innerRate: -1 }), 'moe.metaDistill: innerRate must be a number of at least 0, got -1']
];

const refusal = (message: string) => expect.objectContaining({ name: 'SwitchyardError', message }) as Error;

test.each(OPTIONS)('an option of %s: %#', (_name, make, message) => {
  expect(make).toThrow(refusal(message));
});

describe('a pass', () => {
  const refuse = (module: core.Module, x: tf.Tensor, message: string, state: [string, tf.Tensor][] = []): void => {
    for (const path of ['', 'here']) {
      const ctx = path === '' ? Context.create() : Context.create().within(path);
      state.forEach(([name, value]) => ctx.setState(core.stateKey(name), value.clone()));
      expect(() => tf.tidy(() => void module.apply(x, ctx))).toThrow(
        refusal(path === '' ? message : message.replace(/^[^:]*/, path))
      );
      ctx.dispose();
    }
    module.dispose();
  };

  test('that does not hold what each token needs', () => {
    tf.tidy(() => {
      const x = tf.ones([3, 4]);
      const two = tf.zeros([2], 'int32');
      refuse(byTask({}), x, 'task-feed-forward: the context must hold 3 "taskIds", got null');
      refuse(byTask({}), x, 'task-feed-forward: the context must hold 3 "taskIds", got 2', [['taskIds', two]]);
      refuse(indexed({}), x, 'token-indexed: the context must hold 3 "tokenIds", got null');
      refuse(indexed({}), x, 'token-indexed: the context must hold 3 "tokenIds", got 2', [['tokenIds', two]]);
      refuse(untied({}), x, 'untied: the pass must hold 3 "modalityIds", got null');
      refuse(untied({ by: 'kinds' }), x, 'untied: the pass must hold 3 "kinds", got 2', [['kinds', two]]);
    });
  });

  test('whose tokens have another width, or are none', () => {
    tf.tidy(() => {
      refuse(layer({}), tf.ones([3, 5]), 'moe.layer: expects shape [..., 4], got [3, 5]');
      refuse(layer({}), tf.ones([0, 4]), 'moe.layer: expects at least one token, got [0, 4]');
    });
  });

  test('of attention whose router gives rows and not experts', () => {
    const slots = routers.soft({ slots: 2 });
    tf.tidy(() => {
      const x = tf.ones([1, 3, 4]);
      refuse(heads({ router: slots }), x, 'moe.attentionHeads: the router must choose heads for each token, got slots');
      refuse(mixture({ router: slots }), x, 'attention-mixture: the router must weigh experts for each token, got slots'); // prettier-ignore
    });
  });

  test('pairs that are not of two', () => {
    tf.tidy(() => {
      const pairs = tf.zeros<tf.Rank.R2>([2, 3]);
      expect(() => moe.neighbourConsistencyLoss(tf.ones([2, 2]), pairs)).toThrow(refusal('moe.neighbourConsistencyLoss: expects shape [P, 2], got [2, 3]')); // prettier-ignore
    });
  });
});

test('a router that is refused leaves no tensor of the experts behind', () => {
  const before = tf.memory().numTensors;
  expect(() => layer({ router: routers.topK({ k: 3 }) })).toThrow('routers.topK: k must be 1..numExperts (2), got 3');
  expect(tf.memory().numTensors).toBe(before);
});

test('what is at the border is taken', () => {
  const all: core.Module[] = [
    layer({ experts: 1, width: 1, hidden: 1, capacityFactor: 1e-9 }),
    layer({ sequenceCapacity: 1, sharedExperts: 1, sharedHidden: 1, sharedGate: true }),
    multi({ heads: 4, width: 4 }),
    byTask({ perTask: 1 }),
    group({ group: 1, experts: 1 })
  ];
  expect(schedule({ total: 6 })).toEqual([3, 3]);
  expect(schedule({ total: 2 })).toEqual([1, 1]);
  expect([threshold({ angle: 0 }), threshold({ angle: Math.PI })]).toEqual([0, 4]);
  all.forEach((module) => module.dispose());
});

test('layers.Sequential of mixtures costs the sum of both', () => {
  const [a, b] = [layer({}), layer({ sharedExperts: 1 })];
  const both = new layers.Sequential([a, b]);
  const flops = (module: core.Module) => module.cost({ length: 1 }).flops!;
  expect(flops(both)).toBe(flops(a) + flops(b));
  both.dispose();
});
