/** @file Criteria that need a matrix's inputs, on banks of experts: each expert by the tokens that are routed to it. */
import { core, layers, moe, prune, routers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { setValue } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { ids, mixture } from './criteria';

const { Random } = core;
const WIDTH = 4;
const EXPERTS = 3;
const random = Random.fromSeed(5);

/** A mixture whose tokens go to the expert of their largest coordinate, of the first three. */
function layerOf(expertKind: moe.ExpertSpec) {
  const router = routers.topK({ k: 1 });
  const layer = moe.layer({ width: WIDTH, experts: EXPERTS, hidden: 6, router, expertKind, random });
  setValue(layer, 'router.weight', () => tf.eye(WIDTH, EXPERTS).mul(100));
  return layer;
}

/** Tokens of the first expert and of the second, in turn; the third has none. */
const tokens = tf.tidy(() => {
  const at = Array.from({ length: 14 }, (_, t) => (t % 3 === 0 ? [9, 0, 0, 0] : [0, 9, 0, 0]));
  return random.child('x').normal([14, WIDTH]).add(tf.tensor2d(at)) as tf.Tensor2D;
});
const rowsOf = (expert: number) =>
  tf.tidy(() => tf.stack(tf.unstack(tokens).filter((_, t) => (t % 3 === 0 ? 0 : 1) === expert)) as tf.Tensor2D);

/** Values of expert e of a bank's parameter. */
function expertOf(module: core.Module, path: string, expert: number): Float32Array {
  const { variable } = module.parameters().get(path) ?? module.buffers().get(path)!;
  return tf.tidy(() => tf.unstack(variable)[expert].dataSync<'float32'>().slice());
}

/** A matrix of an expert as a layer of its own. */
function alone(module: core.Module, path: string, expert: number): layers.Linear {
  const [, inputs, outputs] = module.parameters().get(path)!.shape;
  const linear = new layers.Linear({ inputWidth: inputs, outputWidth: outputs, bias: false, random });
  const values = expertOf(module, path, expert);
  setValue(linear, 'weight', () => tf.tensor2d(values, [inputs, outputs]));
  return linear;
}

const MATRICES = { 'experts.w1': (x: tf.Tensor2D) => x, 'experts.w3': (x: tf.Tensor2D) => x, 'experts.w2': null };

/** What a matrix of an expert is multiplied with. */
function inputsOf(layer: core.Module, path: keyof typeof MATRICES, expert: number): tf.Tensor2D {
  const rows = rowsOf(expert);
  if (MATRICES[path] !== null) {
    return rows;
  }
  const [w1, w3] = ['experts.w1', 'experts.w3'].map((each) => alone(layer, each, expert).weight.read());
  return tf.tidy(() => {
    const gate = rows.matMul(w1);
    return gate.mul(gate.sigmoid()).mul(rows.matMul(w3)) as tf.Tensor2D;
  });
}

test("Wanda of a bank is Wanda of each expert's matrices on its own tokens; without tokens it is magnitude", () => {
  const layer = layerOf(moe.gatedExperts());
  const scores = prune.wanda(tokens).score(layer);
  for (const path of Object.keys(MATRICES) as (keyof typeof MATRICES)[]) {
    const found = tf.unstack(scores.get(path)!).map((each) => each.dataSync<'float32'>());
    for (const expert of [0, 1]) {
      const own = alone(layer, path, expert);
      expectClose(
        found[expert],
        prune
          .wanda(inputsOf(layer, path, expert))
          .score(own)
          .get('weight')!
          .dataSync(),
        1e-4
      );
    }
    expectClose(found[2], expertOf(layer, path, 2).map(Math.abs));
  }
});

test("SparseGPT of a bank solves each expert's matrices on its own tokens, and each loses the same share", () => {
  const layer = layerOf(moe.gatedExperts());
  for (const path of Object.keys(MATRICES) as (keyof typeof MATRICES)[]) {
    // The second matrix's inputs are those that the first, already pruned, give.
    const wanted = [0, 1].map((expert) => {
      const own = alone(layer, path, expert);
      prune.sparseGpt(inputsOf(layer, path, expert)).solve!(own, ['weight'], { sparsity: 0.5 });
      return [own.parameters().get('weight')!, own.buffers().get('weightMask')!].map(({ variable }) => variable.dataSync<'float32'>()); // prettier-ignore
    });
    const before = expertOf(layer, path, 2);
    prune.sparseGpt(tokens).solve!(layer, [path], { sparsity: 0.5 });
    wanted.forEach(([values, mask], expert) => {
      expectClose(expertOf(layer, `${path}Mask`, expert), mask);
      expectClose(expertOf(layer, path, expert), values, 1e-3);
    });
    // No token says what makes up for what goes: the smallest go, and the others stay as they are.
    const mask = expertOf(layer, `${path}Mask`, 2);
    const sizes = before.map(Math.abs).sort();
    expect([...mask]).toEqual([...before].map((value) => (Math.abs(value) >= sizes[sizes.length / 2] ? 1 : 0)));
    expectClose(expertOf(layer, path, 2), before.map((value, j) => value * mask[j])); // prettier-ignore
  }
});

test.each([
  ['Wanda', () => prune.wanda(ids)],
  ['SparseGPT', () => prune.sparseGpt(ids)]
])('%s: a mixture loses half of the values of every expert, and is left in two of four as well', (_name, make) => {
  const model = mixture();
  const { report, model: pruned } = prune.unstructured(model, { sparsity: 0.5, importance: make() });
  expect(report.density['layers.0.moe.experts.w1']).toBe(0.5);
  for (let expert = 0; expert < 4; expert++) {
    const mask = expertOf(pruned, 'layers.0.moe.experts.w1Mask', expert);
    expect(mask.reduce((a, b) => a + b, 0)).toBe(mask.length / 2);
  }
  const pattern = prune.unstructured(model, { pattern: { n: 2, m: 4 }, importance: make(), include: ['**.w1'] });
  const mask = expertOf(pattern.model, 'layers.0.moe.experts.w1Mask', 3);
  // [inputs 4, hidden 3]: of each output two of the four inputs.
  for (let output = 0; output < 3; output++) {
    expect([0, 1, 2, 3].reduce((sum, input) => sum + mask[input * 3 + output], 0)).toBe(2);
  }
  [model, pruned, pattern.model].forEach((each) => each.dispose());
});

test('experts that are cut away are not scored by the tokens of others, and watching ends with the pass', () => {
  const layer = layerOf(moe.plainExperts());
  core.axesOf(layer).get('experts')!.axis.keep([1, 2]);
  const scores = prune.wanda(tokens).score(layer).get('experts.w1')!;
  expect(scores.shape).toEqual([EXPERTS, WIDTH, 6]);
  const [gone] = tf.unstack(scores).map((each) => each.dataSync<'float32'>());
  expectClose(gone, expertOf(layer, 'experts.w1', 0).map(Math.abs));
  expectNoLeak(() => tf.dispose([...prune.wanda(tokens).score(layer).values()]));
});

test('activation norm of the hidden neurons of a bank: over the rows of all its experts', () => {
  const model = mixture();
  const hidden = [...prune.groups(model).values()].filter(({ name }) => name === 'layers.0.moe.experts.hidden');
  const [norms] = prune.groupImportance(model, hidden, { importance: prune.activationNorm(ids) });
  expect(norms).toHaveLength(3);
  expect([...norms].every((norm) => norm > 0)).toBe(true);
  model.dispose();
});
