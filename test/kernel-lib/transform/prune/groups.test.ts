import { core, models, prune, routers } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const SIZE = { layers: 1, width: 6, heads: 2, contextLength: 5, vocabSize: 11 };

test('a group of a dense transformer is a hidden neuron, a head, a channel of the residual stream', () => {
  const model = models.denseTransformer({ ...SIZE, hidden: 8 });
  const found = prune.groups(model);
  const of = (name: string) => {
    const { size, values, pinned, members } = found.get(name)!;
    return { size, values, pinned, members: members.map(({ path, dimension }) => `${path} ${dimension}`) };
  };
  expect(of('layers.0.feedForward.hidden')).toEqual({
    ...{ size: 8, values: 6 + 6, pinned: null },
    members: ['layers.0.feedForward.w1.weight 1', 'layers.0.feedForward.w2.weight 0']
  });
  // Queries, keys and values of 6 to 3, and the output of 3 to 6.
  expect(of('layers.0.attention.heads')).toMatchObject({ size: 2, values: 3 * 6 * 3 + 3 * 6 });
  // Embeddings 11 + 5, three norms, attention 18 + 6, feed-forward 8 + 8, head 11.
  expect(of('width')).toMatchObject({ size: 6, values: 16 + 3 + 24 + 16 + 11 });
  expect(of('vocabulary').pinned).toBe('token ids name its positions');
  model.dispose();
});

test('an expert takes its column of the router with it; a table shows all groups', () => {
  const model = models.moeTransformer({ ...SIZE, experts: 4, hidden: 3, router: routers.topK({ k: 1 }) });
  const found = prune.groups(model);
  expect(found.get('layers.0.moe.experts')).toMatchObject({ kind: 'experts', size: 4, values: 6 + 2 * 6 * 3 });
  expect(found.get('layers.0.moe.experts.hidden')).toMatchObject({ kind: 'hidden', size: 3, values: 4 * 2 * 6 });
  model.dispose();
});

test('positions of a symbol within a flattened axis', () => {
  const [heads, width, other] = [core.Axis.of('heads', 2), core.Axis.of('width', 3), core.Axis.of('other', 2)];
  const flat = core.Axis.product('flat', core.Axis.fixed('q, k', 2), heads, width);
  expect([...flat.placesOf(heads)]).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]);
  expect([...flat.placesOf(width)]).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
  expect([...core.Axis.sum('sum', heads, other).placesOf(other)]).toEqual([-1, -1, 0, 1]);
  expect([...heads.placesOf(width)]).toEqual([-1, -1]);
});
