import { core, moe, routers, type tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { applyWith, expectParity, readFixture, type Case, type Named } from './fixture';

const cases = readFixture('moe');
const random = core.Random.fromSeed(0);

type Build = (options: Record<string, number>) => Pick<moe.MoeLayerOptions, 'router'> & Partial<moe.MoeLayerOptions>;

/** Our layer for each of the peer's blocks, by the first word of the case's name. */
const blocks: Record<string, Build> = {
  // Renormalises a single choice as well.
  mixtral: ({ k }) => ({ router: routers.topK({ k, renormalize: true }), expertKind: 'gated' }),
  olmoe: ({ k }) => ({ router: routers.topK({ k, renormalize: false }), expertKind: 'gated' }),
  qwen3: ({ k }) => ({ router: routers.topK({ k }), expertKind: 'gated' }),
  qwen2: ({ k }) => ({
    router: routers.topK({ k, renormalize: false }),
    expertKind: 'gated',
    sharedExperts: 1,
    sharedGate: true
  }),
  deepseek: ({ k, sharedExperts }) => ({
    router: routers.topK({ k, scores: 'sigmoid', balance: { bias: { rate: 0 } } }),
    expertKind: 'gated',
    sharedExperts
  }),
  switch: ({ capacity, numExperts, numTokens }) => ({
    router: routers.switchTop1(),
    expertKind: moe.plainExperts({ activation: 'relu' }),
    capacityFactor: (capacity * numExperts) / numTokens
  })
};

const losses: Record<string, (logits: tf.Tensor2D[], k: number) => tf.Scalar> = {
  'hf loss of one layer': (logits, k) => routers.hfLoss(routeAll(logits, k)),
  'hf loss of three layers': (logits, k) => routers.hfLoss(routeAll(logits, k)),
  'switch loss': (logits) => {
    const [{ probs, indices }] = routeAll(logits, 1);
    return routers.switchLoss(probs, indices);
  },
  'router z-loss': ([logits]) => routers.routerZLoss(logits)
};

function routeAll(logits: tf.Tensor2D[], k: number): routers.SparseRouting[] {
  return logits.map((each) => routers.selectTopK(each, { k }));
}

function runBlock({ name, options, constants }: Case, { selectionBias, ...tensors }: Named): tf.Tensor {
  const numTokens = tensors.x.size / (tensors.x as tf.Tensor3D).shape[2];
  const sizes: Record<string, number> = { ...(options as Record<string, number>), numTokens };
  const [, width, hidden] = (tensors['experts.w1'] as tf.Tensor3D).shape;
  const block = blocks[name.split(/[ ,]/)[0]](sizes);
  const layer = moe.layer({ experts: sizes.numExperts, width, hidden, random, ...block });
  if ('selectionBias' in constants) {
    layer.buffers().get('router.selectionBias')?.assign(selectionBias);
  }
  const output = applyWith(layer, tensors);
  layer.dispose();
  return output;
}

const isLoss = (name: string) => name in losses;

test('there are cases for every block and every loss here', () => {
  const names = [...cases.keys()];
  expect(names.filter(isLoss)).toEqual(Object.keys(losses));
  expect(new Set(names.filter((name) => !isLoss(name)).map((name) => name.split(/[ ,]/)[0]))).toEqual(
    new Set(Object.keys(blocks))
  );
});

test.each([...cases.values()].filter(({ name }) => !isLoss(name)))('$name agrees with transformers', (item) => {
  expectParity(item, (tensors) => runBlock(item, tensors));
});

test.each([...cases.values()].filter(({ name }) => isLoss(name)))('$name agrees with transformers', (item) => {
  expectParity(
    item,
    (tensors) => losses[item.name](Object.values(tensors) as tf.Tensor2D[], Number(item.options.k)),
    1e-6
  );
});
