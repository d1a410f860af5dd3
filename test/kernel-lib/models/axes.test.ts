/** @file Every model and every layer with parts: its axes can be cut one by one, or say why not. */
import { adaptive, core, layers, models, moe, peft, routers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { spread } from '../../support/gradients';
import { expectShrinks, type Shrinkable } from '../../support/shrinking';

const { Context, Random } = core;
const random = Random.fromSeed(1);
const router = routers.topK({ k: 2 });
const SIZE = { layers: 2, width: 8, heads: 2, contextLength: 6, vocabSize: 12 };

interface Case extends Shrinkable<core.Module> {
  name: string;
  /** Axes that must be among those that are cut. */
  cuts: string[];
}

/** A model and its adapters, which share its axes, as one tree. */
class Adapted extends core.Module {
  readonly kind = 'adapted';
  private readonly model: models.Transformer;

  constructor(adapt: (model: models.Transformer) => core.Module) {
    super();
    this.model = this.addChild('model', models.denseTransformer(SIZE));
    this.addChild('adapters', adapt(this.model));
  }

  override apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    return this.model.apply(x, ctx);
  }
}

const ids = () => tf.tensor2d([1, 5, 9, 3, 2, 2, 11, 4], [2, 4], 'int32');

function language(name: string, make: () => core.Module, cuts: string[], pinned: string[] = []): Case {
  const run = (model: core.Module) => model.apply(ids(), Context.create());
  return { name, make, run, cuts: ['width', 'positions', ...cuts], pinned: ['vocabulary', ...pinned] };
}

function withTokens(name: string, make: () => core.Module, cuts: string[], more: Partial<Case> = {}): Case {
  const run: Case['run'] = (module, size) => {
    const ctx = Context.create();
    ctx.setState(core.stateKey('tokenIds'), tf.range(0, 8, 1, 'int32').mod(tf.scalar(4, 'int32')));
    ctx.setState(core.stateKey('taskIds'), tf.range(0, 8, 1, 'int32').mod(tf.scalar(2, 'int32')));
    ctx.setState(core.stateKey('modalityIds'), tf.range(0, 8, 1, 'int32').mod(tf.scalar(2, 'int32')));
    ctx.setState(core.stateKey('noise'), tf.fill([8], 1e-6));
    const x = spread([2, 4, size('width', 8)]);
    return module.apply(module.kind === 'matching-pursuit' ? x.reshape([8, -1]) : x, ctx);
  };
  return { name, make, run, cuts, ...more };
}

const mixture = { router, experts: 4, width: 8, hidden: 6, random };
const CASES: Case[] = [
  language('denseTransformer', () => models.denseTransformer({ ...SIZE, gated: true }), [
    'heads',
    'headWidth',
    'hidden'
  ]),
  language(
    'denseTransformer, by token',
    () => models.denseTransformer({ ...SIZE, tokenIndexed: true }),
    ['hidden'],
    ['ids']
  ),
  language(
    'moeTransformer',
    () => models.moeTransformer({ ...SIZE, experts: 4, router, every: 2, sharedExperts: 1, expertKind: 'gated' }),
    ['experts', 'hidden', 'heads']
  ),
  language('wideNet', () => models.wideNet({ ...SIZE, experts: 4, router }), ['experts', 'hidden']),
  language('duoLLM', () => models.duoLLM({ ...SIZE, smallDim: 4, bigDim: 8 }), ['hidden'], ['experts']),
  language('versatileFFN', () => models.versatileFFN(SIZE), ['heads'], ['hidden', 'slices']),
  language(
    'mixtureOfTransformers',
    () => models.mixtureOfTransformers({ layers: 2, width: 8, heads: 2, modalities: { text: 8, image: 4 } }),
    ['heads', 'headWidth'],
    ['experts', 'ids']
  ),
  {
    name: 'vit',
    make: () => models.vit({ imageSize: 4, patchSize: 2, classes: 3, layers: 2, width: 8, heads: 2 }),
    run: (model) => model.apply(spread([2, 4, 4, 1]), Context.create()),
    cuts: ['width', 'heads', 'hidden'],
    pinned: ['positions', 'classes']
  },
  {
    name: 'tower',
    make: () => {
      const feedForwards = [{ kind: 'dense' as const, hidden: 6, gated: false }];
      return new models.Tower({ inputWidth: 5, width: 8, heads: 2, outputWidth: 3, seed: 1, feedForwards });
    },
    run: (model) => model.apply(spread([2, 3, 5]), Context.create()),
    cuts: ['width', 'hidden'],
    pinned: ['inputs', 'outputs']
  },
  {
    name: 'unet',
    make: () => models.unet({ imageSize: 4, width: 4 }),
    run: (model) => model.apply(spread([3, 18]), Context.create()),
    cuts: ['full', 'half', 'last', 'inner']
  },
  {
    name: 'tokenMixer',
    make: () => models.tokenMixer({ slots: 2, inputWidth: 3, layers: 2, width: 8 }),
    run: (model) => model.apply(spread([2, 2, 3]), Context.create()),
    cuts: ['piece', 'hidden'],
    pinned: ['features', 'odds']
  },
  {
    name: 'tokenMixer with experts',
    make: () =>
      models.tokenMixer({ slots: 2, inputWidth: 3, layers: 1, width: 8, mixRevert: false, moe: { experts: 4, k: 2 } }),
    run: (model) => model.apply(spread([2, 2, 3]), Context.create()),
    cuts: ['piece', 'hidden', 'experts'],
    pinned: ['features', 'odds']
  },
  withTokens(
    'SparseSelfAttention',
    () => new layers.SparseSelfAttention({ width: 8, heads: 2, keep: 0.5, random }),
    ['width', 'heads', 'codewords'],
    { pinned: ['headWidth'] }
  ),
  withTokens('attentionHeads', () => moe.attentionHeads({ router, heads: 4, width: 8, headWidth: 3, random }), [
    'width',
    'heads',
    'headWidth'
  ]),
  withTokens(
    'attentionMixture',
    () => moe.attentionMixture({ router: routers.topP({ p: 1 }), experts: 3, width: 8, heads: 2, random }),
    ['width', 'experts', 'heads', 'headWidth']
  ),
  withTokens('multiHead', () => moe.multiHead({ ...mixture, heads: 2 }), ['width', 'subWidth', 'experts', 'hidden']),
  withTokens('rethink', () => moe.rethink({ ...mixture, rounds: 2 }), ['width', 'experts', 'hidden']),
  withTokens('sharedGroup', () => moe.sharedGroup({ ...mixture, router: () => router, group: 2 }), [
    'width',
    'experts',
    'hidden'
  ]),
  withTokens(
    'taskFeedForward',
    () => moe.taskFeedForward({ width: 8, hidden: 6, tasks: 2, perTask: 3, random }),
    ['hidden'],
    { pinned: ['width', 'perTask', 'tasks'] }
  ),
  withTokens(
    'tokenIndexed',
    () => moe.tokenIndexed({ width: 8, hidden: 6, vocabSize: 4, random }),
    ['width', 'hidden'],
    { pinned: ['ids'] }
  ),
  withTokens(
    'untied',
    () => {
      const [inputWidth, outputWidth] = [core.Axis.of('width', 8), core.Axis.of('outputs', 3)];
      const build = (i: number) => new layers.Linear({ inputWidth, outputWidth, random: random.child(i) });
      return moe.untied({ count: 2, build });
    },
    ['width', 'outputs']
  ),
  withTokens('matchingPursuit', () => adaptive.matchingPursuit({ width: 8, atoms: 12, maxSteps: 3, random }), [
    'width',
    'atoms'
  ]),
  {
    name: 'expertConv',
    make: () => moe.expertConv({ router: routers.topP({ p: 1 }), experts: 3, inputs: 4, outputs: 5, random }),
    run: (module, size) => module.apply(spread([2, 3, 3, size('inputs', 4)]), Context.create()),
    cuts: ['experts', 'inputs', 'outputs']
  },
  language(
    'with low-rank adapters',
    () => new Adapted((model) => peft.lora(model, { targets: ['layers.*.attention.qkv'], rank: 2 })),
    ['width']
  ),
  language(
    'with mixtures of adapters',
    () =>
      new Adapted((model) =>
        peft.moeLora(model, { targets: ['layers.*.attention.output'], granularity: 'adapter', experts: 3, rank: 2 })
      ),
    ['heads']
  )
];

test.each(CASES)('$name', ({ cuts, ...shrinkable }) => {
  const axes = core.axesOf(shrinkable.make());
  const cut = new Set(expectShrinks(shrinkable).map((name) => axes.get(name)!.axis.name));
  expect([...cut]).toEqual(expect.arrayContaining(cuts));
});
