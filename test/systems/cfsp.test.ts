import { type core, models, moe, peft, prune, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf, setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

const SIZE = { layers: 6, width: 16, heads: 2, contextLength: 12, vocabSize: 23, hidden: 60, gated: true };
const ids = tf.tensor2d([[3, 9, 1, 22, 7, 0, 14, 5, 5, 19, 2, 11]], [1, 12], 'int32');
const REDUNDANT = 'layers.3';

/** Six blocks, of which one adds nothing. */
function damaged(): models.Transformer {
  const model = models.denseTransformer({ ...SIZE, seed: 4 });
  ['attention.output', 'feedForward.w2'].forEach((name) =>
    setValue(model, `${REDUNDANT}.${name}.weight`, (value) => value.mul(0))
  );
  return model;
}

/** Values of hidden neurons that went, of all. */
function shareGone({ groups }: prune.StructuredReport): number {
  const gone = groups.reduce((sum, { size, kept }) => sum + size - kept.length, 0);
  return gone / (SIZE.layers * SIZE.hidden);
}

function klFrom(model: core.Module, pruned: core.Module): number {
  const [p, q] = [model, pruned].map((each) => tf.logSoftmax(tf.tensor2d(outputOf(each, ids), [12, SIZE.vocabSize])));
  return tf.tidy(() => p.exp().mul(p.sub(q)).sum(1).mean().dataSync()[0]);
}

describe('[cfsp]', () => {
  test('a block that turns nothing loses most, the target is met to 1 %, and one pass tells all', () => {
    const model = damaged();
    let passes = 0;
    const undo = model.intercept((inner, x) => {
      passes++;
      return inner(x);
    });
    const { model: pruned, report } = prune.coarseToFine(model, { ratio: 0.4, calibration: ids });
    undo();
    expect(passes).toBe(1);
    expect(Object.keys(report.blocks)).toEqual(Array.from({ length: 6 }, (_, i) => `layers.${i}`));
    expect(report.blocks[REDUNDANT].importance).toBeLessThan(1e-6);
    const others = Object.entries(report.blocks).filter(([path]) => path !== REDUNDANT);
    others.forEach(([, { ratio }]) => expect(report.blocks[REDUNDANT].ratio).toBeGreaterThan(1.2 * ratio));
    // A block that turns more loses less.
    const order = others.map(([, each]) => each).sort((a, b) => a.importance - b.importance);
    order.slice(1).forEach(({ ratio }, i) => expect(ratio).toBeLessThanOrEqual(order[i].ratio));
    expect(Math.abs(shareGone(report) - 0.4)).toBeLessThan(0.003);
    [model, pruned].forEach((each) => each.dispose());
  });

  test('the output moves less than with the same share of each block', () => {
    const model = damaged();
    const [cut, uniform] = [1, 0].map((sharpness) => prune.coarseToFine(model, { ratio: 0.4, calibration: ids, sharpness })); // prettier-ignore
    expect(new Set(Object.values(uniform.report.blocks).map(({ ratio }) => ratio.toFixed(6))).size).toBe(1);
    expect(Math.abs(shareGone(cut.report) - shareGone(uniform.report))).toBeLessThan(0.003);
    expect(klFrom(model, cut.model)).toBeLessThan(klFrom(model, uniform.model));
    [model, cut.model, uniform.model].forEach((each) => each.dispose());
  });

  test('the angle of a block and the size of a neuron by hand', () => {
    const model = models.denseTransformer({ ...SIZE, layers: 1, hidden: 3, gated: false, seed: 4 });
    // Of great weights, that hardly ever does something.
    setValue(model, 'layers.0.feedForward.w1.weight', (value) => value.mul(tf.tensor1d([1e-4, 1, 1])));
    setValue(model, 'layers.0.feedForward.w2.weight', (value) => value.mul(tf.tensor2d([[20], [1], [1]])));
    const seen: tf.Tensor[] = [];
    const watch = (path: string) =>
      model
        .modules()
        .get(path)!
        .intercept((inner, x) => {
          const y = inner(x);
          seen.push(tf.keep(x.clone()), tf.keep(y.clone()));
          return y;
        });
    const undo = [watch('layers.0'), watch('layers.0.feedForward.w2')];
    outputOf(model, ids);
    undo.forEach((each) => each());
    // The matrix ends before its block.
    const [inner, , x, y] = seen;
    const cosine = x
      .mul(y)
      .sum(-1)
      .div(x.norm('euclidean', -1).mul(y.norm('euclidean', -1)));
    const angle = cosine.dataSync<'float32'>().reduce((sum, each) => sum + Math.acos(each), 0) / 12 / Math.PI;
    const w2 = model.parameters().get('layers.0.feedForward.w2.weight')!.variable;
    const sizes = inner.reshape([12, 3]).square().mean(0).sqrt().mul(w2.abs().sum(1)).dataSync();
    const { model: pruned, report } = prune.coarseToFine(model, { ratio: 1 / 3 + 1e-6, calibration: ids });
    expect(report.blocks['layers.0'].importance).toBeCloseTo(angle, 4);
    const least = sizes.indexOf(Math.min(...sizes));
    expect(least).toBe(0);
    expect(report.groups).toEqual([{ name: 'layers.0.feedForward.w1.outputs', size: 3, kept: [0, 1, 2].filter((i) => i !== least) }].map((each) => ({ ...each, name: report.groups[0].name }))); // prettier-ignore
    tf.dispose(seen);
    [model, pruned].forEach((each) => each.dispose());
  });

  test('experts are cut by the tokens that are routed to them, masked is shrunk, and nothing is left behind', () => {
    const model = models.moeTransformer({ ...SIZE, layers: 2, hidden: 10, experts: 3, router: routers.topK({ k: 1 }), expertKind: moe.gatedExperts() }); // prettier-ignore
    const run = (mode: 'mask' | 'shrink') => prune.coarseToFine(model, { ratio: 0.5, calibration: ids, mode });
    const [masked, shrunk] = [run('mask'), run('shrink')];
    expect(shrunk.report.groups.length).toBe(2);
    expectClose(outputOf(shrunk.model, ids), outputOf(masked.model, ids), 1e-5);
    expectNoLeak(() => run('shrink').model.dispose());
    [model, masked.model, shrunk.model].forEach((each) => each.dispose());
  });

  test('recovery: ranks of LoRA go to blocks by importance, as many as with one rank for all', () => {
    const model = damaged();
    const { model: pruned, report } = prune.coarseToFine(model, { ratio: 0.4, calibration: ids });
    const ranks = peft.ranksByImportance(report.blocks, { rank: 4 });
    expect(Object.values(ranks).reduce((a, b) => a + b, 0)).toBe(24);
    expect(ranks[`${REDUNDANT}.**`]).toBe(1);
    const adapters = peft.lora(pruned, { targets: ['layers.*.feedForward.**'], rank: 1, ranks });
    const rankOf = (block: string) => adapters.parameters().get(`${block}.feedForward.w1.weight.a`)!.shape[1];
    Object.keys(report.blocks).forEach((block) => expect(rankOf(block)).toBe(ranks[`${block}.**`]));
    expect(peft.ranksByImportance({ a: 1, b: 3 }, { rank: 3, least: 1 })).toEqual({ 'a.**': 2, 'b.**': 4 });
    adapters.remove();
    [model, pruned].forEach((each) => each.dispose());
  });

  test('what it cannot do is said', () => {
    const network = models.mlp({ inputWidth: 2, hidden: [3], outputWidth: 2 });
    const x = tf.ones([1, 2]);
    expect(() => prune.coarseToFine(network, { ratio: 0.5, calibration: x })).toThrow('prune.coarseToFine: the model must have blocks with hidden neurons'); // prettier-ignore
    const model = damaged();
    expect(() => prune.coarseToFine(model, { ratio: 0.95, calibration: ids })).toThrow(
      'prune.coarseToFine: ratio must be'
    );
    expect(() => peft.ranksByImportance({ a: -1 }, { rank: 2 })).toThrow('peft.ranksByImportance: importance of "a"');
    expect(() => peft.lora(model, { targets: ['layers.*'], rank: 2, ranks: { nowhere: 3 } })).toThrow('peft.lora: ranks must name parameters'); // prettier-ignore
    [network, model].forEach((each) => each.dispose());
  });
});
