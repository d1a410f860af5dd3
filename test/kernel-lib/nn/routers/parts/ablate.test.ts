import { core, type moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeLayer, tokens } from '../../../../support/moeLayer';
import { expectClose } from '../../../../support/numeric';

const PROBS = [
  [0.5, 0.3, 0.15, 0.05],
  [0.1, 0.2, 0.3, 0.4]
];

/** Two tokens, four experts: 0 and 1, then 3 and 2; the weights sum to 1 and to 2. */
function sparse(): routers.SparseRouting {
  const probs = tf.tensor2d(PROBS);
  return {
    ...{ form: 'sparse', numTokens: 2, numExperts: 4, k: 2, probs, logits: probs.log() },
    indices: tf.tensor2d([0, 1, 3, 2], [2, 2], 'int32'),
    weights: tf.tensor2d([0.625, 0.375, 8 / 7, 6 / 7], [2, 2])
  };
}

function ablated(routing: routers.Routing, expert: number, mode: routers.AblationMode): number[][] {
  const { weights } = routers.ablate(routing, { expert, mode }) as routers.DenseRouting;
  return weights.arraySync();
}

describe('routers.ablate', () => {
  test('without an expert its tokens go to the next in line, best first, and the others stay', () => {
    tf.tidy(() => {
      const { indices, weights } = routers.ablate(sparse(), { expert: 0, mode: 'without' }) as routers.SparseRouting;
      expect(indices.arraySync()).toEqual([[1, 2], [3, 2]]); // prettier-ignore
      // 0.3 and 0.15 of what was 1 in all.
      expectClose(weights, [2 / 3, 1 / 3, 8 / 7, 6 / 7], 1e-6);
      // Where a token's weights sum to 2 they still do: 0.3 and 0.2 of it.
      const other = routers.ablate(sparse(), { expert: 3, mode: 'without' }) as routers.SparseRouting;
      expect(other.indices.arraySync()).toEqual([[0, 1], [2, 1]]); // prettier-ignore
      expectClose(other.weights, [0.625, 0.375, 1.2, 0.8], 1e-6);
    });
  });

  test('as a router whose logit of the expert is -infinity chooses, where weights are renormalised', () => {
    tf.tidy(() => {
      const logits = core.Random.fromSeed(1).normal([50, 6]) as tf.Tensor2D;
      const routing = routers.selectTopK(logits, { k: 3 });
      const hidden = tf.tensor1d([0, 0, -1e9, 0, 0, 0]);
      const expected = routers.selectTopK(logits.add(hidden), { k: 3 });
      const got = routers.ablate(routing, { expert: 2, mode: 'without' }) as routers.SparseRouting;
      expect(got.indices.arraySync()).toEqual(expected.indices.arraySync());
      expectClose(got.weights, expected.weights, 1e-5);
    });
  });

  test('only one expert: every token goes to it, with all of its weight', () => {
    tf.tidy(() => {
      const { indices, weights } = routers.ablate(sparse(), { expert: 2, mode: 'only' }) as routers.SparseRouting;
      expect(indices.arraySync()).toEqual([[2, -1], [2, -1]]); // prettier-ignore
      expectClose(weights, [1, 0, 2, 0], 1e-6);
    });
  });

  test('where every expert is chosen nobody takes the place', () => {
    tf.tidy(() => {
      const routing = routers.selectTopK(tf.tensor2d([[1, 0]]), { k: 2 });
      const { indices, weights } = routers.ablate(routing, { expert: 0, mode: 'without' }) as routers.SparseRouting;
      expect(indices.arraySync()).toEqual([[1, -1]]);
      expectClose(weights, [1, 0], 1e-6);
    });
  });

  test('dense weights and slots: columns go, and the sum of a token stays', () => {
    tf.tidy(() => {
      const base = { numTokens: 2, numExperts: 4, probs: tf.tensor2d(PROBS), logits: tf.tensor2d(PROBS) };
      const dense: routers.Routing = { ...base, form: 'dense', weights: tf.tensor2d(PROBS) };
      expectClose(tf.tensor(ablated(dense, 0, 'without')), [0, 0.6, 0.3, 0.1, 0, 2 / 9, 3 / 9, 4 / 9], 1e-6);
      expectClose(tf.tensor(ablated(dense, 3, 'only')), [0, 0, 0, 1, 0, 0, 0, 1], 1e-6);
      const combine = tf.tensor3d([[[0.25, 0.25], [0.5, 0]]]); // prettier-ignore
      const slots: routers.Routing = { ...base, numExperts: 2, form: 'slots', slots: 2, dispatch: combine, combine };
      const got = routers.ablate(slots, { expert: 0, mode: 'without' }) as routers.SlotRouting;
      expectClose(got.combine, [0, 0, 1, 0], 1e-6);
    });
  });

  test('refuses an expert that is not there, and another mode', () => {
    tf.tidy(() => {
      const routing = sparse();
      expect(() => routers.ablate(routing, { expert: 4, mode: 'only' })).toThrow('routers.ablate: expert must be');
      expect(() => routers.ablate(routing, { expert: 0, mode: 'less' as never })).toThrow(
        'routers.ablate: mode must be'
      );
    });
  });

  test('a router is intercepted, inside of others, and left as it was', () => {
    const layer: moe.MoeLayer = makeLayer();
    const x = tokens();
    const run = (): number[] => tf.tidy(() => Array.from(layer.apply(x, core.Context.create()).dataSync()));
    const before = run();
    const { numTensors } = tf.memory();
    const seen: string[] = [];
    const inner = routers.interceptRouting(layer.router, (routing) => (seen.push('inner'), routing));
    const outer = routers.interceptRouting(layer.router, (routing) => {
      seen.push('outer');
      return routers.ablate(routing, { expert: 0, mode: 'only' });
    });
    expect(run()).not.toEqual(before);
    expect(seen).toEqual(['inner', 'outer']);
    outer();
    expect(run()).toEqual(before);
    inner();
    expect(Object.hasOwn(layer.router, 'route')).toBe(false);
    expect([run(), tf.memory().numTensors]).toEqual([before, numTensors]);
    tf.dispose(x);
    layer.dispose();
  });
});
