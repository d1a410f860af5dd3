/** SparseGPT goes through a model's blocks once: what it solves is what whole passes give it, at the cost of two. */
import { join } from 'node:path';
import { core, models, prune, routers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { valuesOf } from '../../../support/networks';
import { expectNoLeak } from '../../../support/numeric';

const CHECKPOINTS = join(import.meta.dirname, '../../../parity/fixtures/checkpoints');
const SIZE = { layers: 3, width: 8, heads: 2, contextLength: 8, vocabSize: 7, seed: 2 };
const inputs = [
  [1, 2, 3, 4, 5],
  [6, 0, 1, 1, 2],
  [3, 5, 2, 4, 4]
].map((row) => tf.tensor2d([row], [1, 5], 'int32'));

const MODELS: Record<string, () => models.Transformer> = {
  dense: () => models.denseTransformer(SIZE),
  // Each block's router reads what the one before it left in the pass.
  'a mixture with recurrent routers': () =>
    models.moeTransformer({ ...SIZE, experts: 3, hidden: 4, router: routers.recurrent({ k: 2, dim: 4 }) })
};

function solved(model: core.Module): Record<string, unknown> {
  const importance = prune.sparseGpt(inputs);
  const paths = importance.scored!(model).filter((path) => path.includes('layers.') && !path.includes('router'));
  importance.solve!(model, paths, { sparsity: 0.5 });
  return valuesOf(model);
}

/** The same, each block on passes through the whole model: somebody stands before the sequence, who must be asked each time. */
function solvedByWholePasses(model: core.Module): Record<string, unknown> {
  let calls = 0;
  const release = model
    .modules()

    .get('layers')!
    .intercept((inner, x) => {
      calls++;
      return inner(x);
    });
  const found = solved(model);
  release();
  expect(calls).toBeGreaterThanOrEqual(3 * inputs.length);
  return found;
}

test.each(Object.entries(MODELS))('%s: values are those of whole passes, bit for bit', (_name, make) => {
  const [one, other] = [make(), make()];
  const before = valuesOf(one);
  expect(solved(one)).toEqual(solvedByWholePasses(other));
  expect(valuesOf(one)).not.toEqual(before);
  [one, other].forEach((each) => each.dispose());
});

test('an opened model, and calibration on a task', async () => {
  const task: prune.CalibrationTask<number> = {
    batch: (step) => step - 1,
    loss: (model, batch, ctx) => model.apply(inputs[batch], ctx).mean<tf.Scalar>()
  };
  const [one, other] = await Promise.all([0, 1].map(() => models.open(join(CHECKPOINTS, 'llama'))));
  const include = ['layers.**.weight'];
  const first = prune.unstructured(one, { sparsity: 0.5, include, importance: prune.sparseGpt(inputs) });
  const second = prune.unstructured(other, {
    sparsity: 0.5,
    include,
    importance: prune.sparseGpt(task, { batches: 3 })
  });
  expect(valuesOf(first.model)).toEqual(valuesOf(second.model));
  [one, other, first.model, second.model].forEach((each) => each.dispose());
});

test('a block works twice on each input, once more where it is the first, and no tensor is left', () => {
  const model = MODELS.dense();
  const calls = [0, 0, 0];
  calls.forEach((_, i) =>
    model
      .modules()
      .get(`layers.${i}.attention`)!
      .intercept((inner, x) => {
        calls[i]++;
        return inner(x);
      })
  );
  const head = model.modules().get('head')!;
  let whole = 0;
  head.intercept((inner, x) => {
    whole++;
    return inner(x);
  });
  solved(model);
  // The first pass goes to its end, to see whether the sequence comes once; then a visit of each block, and the way on to the next.
  expect(calls).toEqual([7, 7, 4]);
  expect(whole).toBe(1);
  expectNoLeak(() => void solved(model));
  model.dispose();
});

class Twice extends core.Module {
  readonly kind = 'twice';

  constructor(private readonly model: core.Module) {
    super();
    this.addChild('model', model);
  }

  override apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    return tf.tidy(() =>
      this.model.apply(x, ctx.within('a')).add(this.model.apply(tf.sub(6, x).toInt(), ctx.within('b')))
    );
  }
}

test.each<[string, () => core.Module, string]>([
  [
    'share parts',
    () => new models.Transformer({ ...models.denseTransformer(SIZE).options, sharing: 'blocks' }),
    'layers'
  ],
  ['come twice in a pass', () => new Twice(MODELS.dense()), 'model.layers']
])('where blocks %s, each visit is a pass of its own', (_name, make, sequence) => {
  const [one, other] = [make(), make()];
  const found = solved(one);
  // Blocks that share all have their matrices in the first alone.
  const release = other
    .modules()
    .get(sequence)!
    .intercept((inner, x) => inner(x));
  expect(found).toEqual(solved(other));
  release();
  [one, other].forEach((each) => each.dispose());
});
