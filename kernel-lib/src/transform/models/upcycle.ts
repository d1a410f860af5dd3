import { tf } from '../../base/backend';
import { expectOneOf, fail, showShape } from '../../base/core';
import type { Parameter, Random } from '../../base/core';
import type { BlockModel } from '../../models/blockModel';
import { copyValues } from '../../models/copyValues';
import { AttentionMixture, attentionMixture, mixedAttention } from '../../nn/moe';
import type { MixedAttentionOptions } from '../../nn/moe';
import type { RouterSpec } from '../../nn/routers';
import { upcycle as upcycleNetworks } from '../moe';
import type { DenseNetwork, UpcycleReport } from '../moe';
import { mapFeedForwards } from './mapFeedForwards';

/** Options of `models.upcycle`. */
export interface UpcycleModelsOptions {
  /** Chooses feed-forward experts. */
  router: RouterSpec;
  /** Feed-forward experts of a block, E; expert e comes from model `e mod n`. */
  experts: number;
  /**
   * "average": attention is the mean of the models', weight by weight, like all else that is no expert (Branch-Train-MiX, arXiv
   * 2403.07816). "mixture": that of each model becomes an expert (BAM, arXiv 2408.08274). Default "average".
   */
  attention?: 'average' | 'mixture';
  /** Weighs the attention of each model, for "mixture". */
  attentionRouter?: RouterSpec;
  /** One set of keys and values, the mean of the models', for all attention experts. Default false. */
  shareKeyValue?: boolean;
  /** Stream for the routers. */
  random: Random;
}

/**
 * Turns dense models of one shape into a mixture: their feed-forward networks become experts, their attention too where
 * asked for, and all else is averaged. Copies of one model keep its function, whatever the routers, as long as their weights
 * sum to 1. The models stay as they are.
 *
 * @throws {SwitchyardError} where the models differ in shape or are not dense, or an option is missing.
 */
export function upcycle<M extends BlockModel>(
  models: readonly M[],
  options: UpcycleModelsOptions
): { model: M; report: UpcycleReport } {
  const {
    router,
    experts: numExperts,
    attention = 'average',
    attentionRouter,
    shareKeyValue = false,
    random
  } = options;
  expectOneOf('models.upcycle', 'attention', attention, ['average', 'mixture']);
  const first = expectAlike(models);
  if (attention === 'mixture' && attentionRouter === undefined) {
    fail('models.upcycle', 'attention "mixture" must have an attentionRouter', attentionRouter);
  }
  const mixed = mapFeedForwards(first, (_, block) => {
    const networks = models.map((model) => model.modules().get(`layers.${block}.feedForward`) as DenseNetwork);
    return upcycleNetworks(networks, { router, experts: numExperts, random: random.child(block) }).layer;
  });
  const { parts = {} } = mixed.options;
  const experts = { router: attentionRouter ?? router, experts: models.length, shareKeyValue };
  const mixture = attention === 'mixture' ? { ...parts, attention: mixedAttention(experts) } : parts;
  const model = mixed.rebuild({ parts: mixture }) as M;
  setRouters(model, experts, random);
  copyValues(mixed, model);
  mixed.dispose();
  storeAverages(models, model);
  storeAttention(models, model);
  const before = models.reduce((sum, each) => sum + each.countParameters(), 0);
  const source = Array.from({ length: numExperts }, (_, expert) => expert % models.length);
  const parameters = { before, after: model.countParameters() };
  return { model, report: { transformation: 'upcycle', parameters, source, reinitialized: 0 } };
}

function expectAlike<M extends BlockModel>(models: readonly M[]): M {
  if (models.length === 0 || models.some(({ options }) => options.feedForwards.some(({ kind }) => kind !== 'dense'))) {
    fail('models.upcycle', 'models must be dense, at least one', models.length);
  }
  const shapes = models.map((model) =>
    [...model.parameters()].map(([path, { shape }]) => `${path} ${showShape(shape)}`)
  );
  const odd = shapes.findIndex((shape) => shape.join() !== shapes[0].join());
  if (odd >= 0) {
    fail(
      'models.upcycle',
      'models must be of one shape',
      shapes[odd].find((each, i) => each !== shapes[0][i])
    );
  }
  return models[0];
}

/** Stores the mean of all values that have the same path in all of the models. */
function storeAverages(models: readonly BlockModel[], target: BlockModel): void {
  const sources = models.map((model) => model.parameters());
  target.parameters().forEach((parameter, path) => {
    if (sources[0].has(path)) {
      tf.tidy(() => parameter.assign(meanOf(sources.map((each) => readAt(each, path)))));
    }
  });
}

// Of the routers of attention, which no model has, initial values from the stream that was given.
function setRouters(model: BlockModel, options: MixedAttentionOptions, random: Random): void {
  [...model.modules().values()]
    .filter((module) => module instanceof AttentionMixture)
    .forEach((module, block) => {
      const { width, heads } = module.sizes;
      const stream = random.child(block).child('attention');
      const fresh = attentionMixture({ ...options, width, heads, random: stream });
      copyValues(fresh.router, module.router);
      fresh.dispose();
    });
}

function storeAttention(models: readonly BlockModel[], target: BlockModel): void {
  const sources = models.map((model) => model.parameters());
  target.modules().forEach((module, path) => {
    if (module instanceof AttentionMixture) {
      const own = module.parameters();
      tf.tidy(() => {
        const qkv = sources.map((each) => tf.split(readAt(each, `${path}.qkv.weight`), 3, 1));
        const keyValue = qkv.map(([, key, value]) => tf.concat([key, value], 1));
        const shared = own.get('keyValue')?.shape[0] === 1;
        own.get('query')?.assign(tf.stack(qkv.map(([query]) => query)));
        own.get('keyValue')?.assign(tf.stack(shared ? [meanOf(keyValue)] : keyValue));
        own.get('output')?.assign(tf.stack(sources.map((each) => readAt(each, `${path}.output.weight`))));
      });
    }
  });
}

function meanOf(values: readonly tf.Tensor[]): tf.Tensor {
  return tf.stack([...values]).mean(0);
}

function readAt(parameters: ReadonlyMap<string, Parameter>, path: string): tf.Tensor {
  return parameters.get(path)?.read() ?? fail('models.upcycle', 'the models must have the parameter', path);
}
