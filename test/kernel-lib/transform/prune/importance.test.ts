import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { core, data, layers, models, prune, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf, setValue, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { dense, ids, mixture, OF_GROUPS, OF_VALUES, task } from './criteria';

const { Random } = core;

describe.each(Object.entries(OF_VALUES))('%s', (kind, make) => {
  test('scores values of the parameters in their shapes, the same each time, and leaves nothing else behind', () => {
    const model = dense();
    const before = valuesOf(model);
    const scoresOf = (seed: number) => {
      const scores = make(seed).score(model);
      const values = [...scores].map(([path, score]) => [path, [...score.dataSync()]] as const);
      scores.forEach((score, path) => expect(score.shape, path).toEqual(model.parameters().get(path)!.shape));
      tf.dispose([...scores.values()]);
      return values;
    };
    expect(make(1).kind).toBe(kind);
    const first = scoresOf(1);
    expect(first.length).toBeGreaterThan(2);
    expect(first.every(([, values]) => values.every(Number.isFinite))).toBe(true);
    expect(first.some(([path]) => path.endsWith('bias'))).toBe(
      kind === 'random' && first.some(([p]) => p.endsWith('bias'))
    );
    expect(scoresOf(1)).toEqual(first);
    expect(valuesOf(model)).toEqual(before);
    expectNoLeak(() => scoresOf(2));
    model.dispose();
  });
});

describe.each(Object.entries(OF_GROUPS))('%s', (kind, { make, include }) => {
  test('scores the positions of groups, shrinks a model by them, and leaves nothing else behind', () => {
    const model = kind === 'routerFrequency' ? mixture() : dense();
    const before = valuesOf(model);
    const chosen = [...prune.groups(model).values()].filter(({ name }) => core.matchesPath(include, name));
    expect(chosen.length).toBeGreaterThan(0);
    expect(make().kind).toBe(kind);
    const scores = prune.groupImportance(model, chosen, { importance: make() });
    scores.forEach((each, i) => {
      expect(each).toHaveLength(chosen[i].size);
      expect(new Set(each).size).toBeGreaterThan(1);
    });
    const masked = prune.structured(model, { ratio: 0.5, include, importance: make(), mode: 'mask' });
    const shrunk = prune.structured(model, { ratio: 0.5, include, importance: make() });
    expectClose(outputOf(shrunk.model, ids), outputOf(masked.model, ids), 1e-5);
    // Scored again where it is cut, only what is left counts.
    const left = prune.groupImportance(masked.model, [...prune.groups(masked.model).values()].filter(({ name }) => core.matchesPath(include, name)), { importance: kind === 'leaveOneOut' || kind === 'outputDistance' ? prune.magnitude() : make() }); // prettier-ignore
    expect(left.map(({ length }) => length)).toEqual(shrunk.report.groups.map(({ kept }) => kept.length));
    expect(valuesOf(model)).toEqual(before);
    [masked.model, shrunk.model].forEach((each) => each.dispose());
    expectNoLeak(() => prune.structured(model, { ratio: 0.5, include, importance: make() }).model.dispose());
    expect(() => prune.unstructured(model, { sparsity: 0.5, importance: make() })).toThrow(
      `prune.unstructured: importance must score single values, not groups, got ${kind}`
    );
    model.dispose();
  });
});

test('every criterion of the folder is in this battery', () => {
  const folder = join(import.meta.dirname, '../../../../kernel-lib/src/transform/prune/importance');
  const files = readdirSync(folder).map((name) => name.replace(/\.ts$/, ''));
  const known = [...Object.keys(OF_VALUES), ...Object.keys(OF_GROUPS)];
  expect(files.filter((name) => !['importance', 'index', 'parts'].includes(name)).sort()).toEqual(known.sort());
});

/** y = x w, [1, 3] to [1, 2], of weights that are given. */
function linear(weights: number[][]): layers.Linear {
  const module = new layers.Linear({
    ...{ inputWidth: weights.length, outputWidth: weights[0].length, bias: false },
    random: Random.fromSeed(1)
  });
  setValue(module, 'weight', () => tf.tensor2d(weights));
  return module;
}

const scoreOf = (importance: prune.ValueImportance, module: core.Module, path = 'weight'): number[] => {
  const scores = importance.score(module);
  const values = [...scores.get(path)!.dataSync()];
  tf.dispose([...scores.values()]);
  return values;
};

describe('worked out by hand', () => {
  test('biases count where they are asked for, and not unless they are', () => {
    const network = models.mlp({ inputWidth: 2, hidden: [3], outputWidth: 2 });
    const hidden = [...prune.groups(network).values()].filter(({ kind }) => kind === 'hidden');
    const of = (importance: prune.Importance) =>
      prune.groupImportance(network, hidden, { importance, reduce: 'sum' })[0];
    const before = of(prune.magnitude());
    setValue(network, '0.bias', () => tf.tensor1d([1, 2, 3]));
    expect(of(prune.magnitude())).toEqual(before);
    expectClose(
      of(prune.magnitude({ biases: true })),
      before.map((value, i) => value + (i + 1) ** 2)
    );
    network.dispose();
  });

  test('LAMP: a square over the sum of those at least as large', () => {
    const module = linear([[1], [-3], [2]]);
    expectClose(scoreOf(prune.lamp(), module), [1 / 14, 1, 4 / 13]);
    module.dispose();
  });

  test('norm scale: of an RMS norm that is stored less 1, what it multiplies with', () => {
    const norm = new layers.RMSNorm({ width: 2, offset: 1 });
    setValue(norm, 'weight', () => tf.tensor1d([-3, 0.5]));
    expectClose(scoreOf(prune.normScale(), norm), [2, 1.5]);
    norm.dispose();
  });

  // L = (sum_i a_i w_i)^2 / 2: g = a s, H = a a^T, with s = sum a_i w_i.
  const a = tf.tensor2d([[1, 2, -1]]);
  const quadratic: prune.CalibrationTask = {
    batch: () => null,
    loss: (model, _, ctx) => model.apply(a, ctx).square().sum<tf.Scalar>().div(2)
  };
  const s = 0.5 * 1 + 2 * 2 + 3 * -1;

  test('Fisher: half of the square of weight times gradient', () => {
    const module = linear([[0.5], [2], [3]]);
    expectClose(scoreOf(prune.fisher(quadratic, { batches: 3 }), module), [0.5, 2, 3].map((w, i) => (w * [1, 2, -1][i] * s) ** 2 / 2)); // prettier-ignore
    module.dispose();
  });

  test('Hessian: a separable loss has its diagonal exactly, whatever the signs', () => {
    const module = models.mlp({ inputWidth: 3, hidden: [], outputWidth: 1 });
    setValue(module, '0.weight', () => tf.tensor2d([[0.5], [2], [3]]));
    // L = sum_i c_i w_i^2 / 2 over three batches of c.
    const separable: prune.CalibrationTask<number> = {
      batch: (step) => step,
      loss: (model, step) =>
        model.parameters().get('0.weight')!.read().square().mul(tf.tensor2d([[1], [4], [9]]).mul(step)).sum<tf.Scalar>().div(2) // prettier-ignore
    };
    const expected = [0.25, 4, 9].map((square, i) => (square * [1, 4, 9][i] * 2) / 2);
    expectClose(scoreOf(prune.hessian(separable, { batches: 3, probes: 1 }), module, '0.weight'), expected, 1e-3);
    module.dispose();
  });

  test('OBS: over twice the diagonal of the inverse of the damped Fisher matrix', () => {
    const module = linear([[0.5], [2], [3]]);
    const damping = 0.5;
    // One batch: (d I + g g^T)^-1 has 1/d (1 - g_i^2 / (d + |g|^2)) on its diagonal.
    const g = [1, 2, -1].map((each) => each * s);
    const norm = g.reduce((sum, each) => sum + each ** 2, 0);
    const inverse = g.map((each) => (1 - each ** 2 / (damping + norm)) / damping);
    const expected = [0.5, 2, 3].map((w, i) => w ** 2 / (2 * inverse[i]));
    expectClose(scoreOf(prune.obs(quadratic, { batches: 1, damping }), module), expected, 1e-4);
    module.dispose();
  });

  test('Wanda: weight times the root mean square of its input; the least of each output goes', () => {
    const module = linear([
      [1, -4],
      [2, 1],
      [-3, 1]
    ]);
    const x = [tf.tensor2d([[3, 0, 1]]), tf.tensor2d([[4, 2, 1]])];
    const norms = [Math.sqrt(25 / 2), Math.sqrt(2), 1];
    expectClose(scoreOf(prune.wanda(x), module), [norms[0], 4 * norms[0], 2 * norms[1], norms[1], 3, 1]);
    module.dispose();
  });

  test('Wanda of a convolution: each place of the kernel has its own inputs', () => {
    const conv = new layers.Conv2d({ inputs: 1, outputs: 1, size: 3, random: Random.fromSeed(1) });
    setValue(conv, 'weight', (value) => tf.ones(value.shape));
    const image = tf.tensor4d([1, 0, 0, 0], [1, 2, 2, 1]);
    // The one lit pixel is under each place of a corner of the kernel once, of four pixels.
    const seen = [0, 0, 0, 0, 0.5, 0.5, 0, 0.5, 0.5];
    expectClose(scoreOf(prune.wanda(image), conv), seen.slice().reverse());
    conv.dispose();
  });

  test('activation norm: the root mean square of what a neuron gives the next matrix', () => {
    const network = models.mlp({ inputWidth: 2, hidden: [2], outputWidth: 1 });
    setValue(network, '0.weight', () => tf.tensor2d([[1, -1], [2, 0]])); // prettier-ignore
    const hidden = [...prune.groups(network).values()].filter(({ kind }) => kind === 'hidden');
    const x = tf.tensor2d([[1, 1], [-2, 0]]); // prettier-ignore
    const [norms] = prune.groupImportance(network, hidden, { importance: prune.activationNorm(x) });
    expectClose(norms, [Math.sqrt(9 / 2), Math.sqrt(4 / 2)]);
    network.dispose();
  });

  test('geometric median: the neuron in the middle of the others counts least, whatever its size', () => {
    const network = models.mlp({ inputWidth: 1, hidden: [3], outputWidth: 1 });
    setValue(network, '0.weight', () => tf.tensor2d([[10, 12, 11]]));
    setValue(network, '1.weight', () => tf.tensor2d([[5], [5], [5]]));
    const hidden = [...prune.groups(network).values()].filter(({ kind }) => kind === 'hidden');
    expectClose(prune.groupImportance(network, hidden, { importance: prune.geometricMedian() })[0], [1.5, 1.5, 1]);
    network.dispose();
  });

  test('leave one out and output distance: what goes is measured, and a neuron that does nothing is worth 0', () => {
    const network = models.mlp({ inputWidth: 1, hidden: [3], outputWidth: 2 });
    setValue(network, '0.weight', () => tf.tensor2d([[1, 1, 1]]));
    setValue(network, '1.weight', () => tf.tensor2d([[0, 0], [2, 0], [-1, 0]])); // prettier-ignore
    const hidden = [...prune.groups(network).values()].filter(({ kind }) => kind === 'hidden');
    const x = tf.tensor2d([[1]]);
    const loss: prune.CalibrationTask = {
      batch: () => null,
      loss: (model, _, ctx) => model.apply(x, ctx).sum().square().asScalar()
    };
    const of = (importance: prune.Importance) => prune.groupImportance(network, hidden, { importance })[0];
    // The first logit is 2 - 1 = 1: without the second neuron -1, without the third 2; its square is the loss.
    expectClose(of(prune.leaveOneOut(loss)), [0, 0, 3]);
    const kl = (from: number, to: number) => {
      const p = (z: number) => 1 / (1 + Math.exp(-z));
      return p(from) * Math.log(p(from) / p(to)) + (1 - p(from)) * Math.log((1 - p(from)) / (1 - p(to)));
    };
    expectClose(of(prune.outputDistance(x)), [0, kl(1, -1), kl(1, 2)]);
    expectClose(of(prune.outputDistance(x, { distance: 'squared' })), [0, 2, 0.5]);
    network.dispose();
  });

  test('router frequency: shares of all choices; together 1', () => {
    const model = mixture();
    const experts = [...prune.groups(model).values()].filter(({ kind }) => kind === 'experts');
    const [shares] = prune.groupImportance(model, experts, { importance: prune.routerFrequency(ids) });
    expectClose([shares.reduce((a, b) => a + b, 0)], [1]);
    // Six choices, of three tokens.
    shares.forEach((share) => expect((6 * share) % 1).toBeCloseTo(0, 5));
    const hidden = [...prune.groups(model).values()].filter(({ kind }) => kind === 'hidden');
    expect(() => prune.groupImportance(model, hidden, { importance: prune.routerFrequency(ids) })).toThrow('prune.routerFrequency: groups must be of experts that a router chose'); // prettier-ignore
    model.dispose();
  });
});

test('a text is calibrated on at the length of the model that it is scored on', () => {
  const text = data.fromStrings({ one: ['a text to learn from, '.repeat(30), 'and another, '.repeat(30)] });
  const language = train.tasks.language(text, { batchSize: 2 });
  const model = models.denseTransformer({ layers: 1, width: 4, heads: 2, contextLength: 8 });
  const scores = [prune.taylor(language), prune.fisher(language), prune.wanda(language), prune.sparseGpt(language)].map(
    (importance) => {
      const each = importance.score(model);
      const count = each.size;
      tf.dispose([...each.values()]);
      return count;
    }
  );
  expect(Math.min(...scores)).toBeGreaterThanOrEqual(4);
  model.dispose();
});

describe('what a criterion cannot do is said', () => {
  test('without data or gradients (TP#217: Taylor without gradients)', () => {
    const model = dense();
    const apart = { ...task, loss: () => tf.scalar(1) };
    for (const [name, make] of Object.entries({ taylor: prune.taylor, fisher: prune.fisher, obs: prune.obs })) {
      expect(() => make(apart).score(model)).toThrow(`prune.${name}: the loss must depend on the model`);
      expect(() => make(task, { batches: 0 })).toThrow(
        `prune.${name}: batches must be an integer of at least 1, got 0`
      );
    }
    const gradients = { taylor: prune.taylor, fisher: prune.fisher, obs: prune.obs, hessian: prune.hessian };
    for (const [name, make] of Object.entries({ ...gradients, leaveOneOut: prune.leaveOneOut })) {
      const message = `prune.${name}: calibration must be a task, with batches and a loss, got`;
      expect(() => make(undefined as never)).toThrow(`${message} undefined`);
      expect(() => make({ batch: task.batch } as never)).toThrow(`${message} object`);
      const x = tf.zeros([1, 2]);
      expect(() => make(x as never)).toThrow(`${message} a tensor`);
      x.dispose();
    }
    for (const [name, make] of Object.entries({
      wanda: prune.wanda,
      sparseGpt: prune.sparseGpt,
      activationNorm: prune.activationNorm,
      outputDistance: prune.outputDistance,
      routerFrequency: prune.routerFrequency
    })) {
      // prettier-ignore
      const message = `prune.${name}: calibration must be inputs of the model, a tensor or several, or a task, got`;
      expect(() => make([])).toThrow(`${message} none`);
      expect(() => make(undefined as never)).toThrow(`${message} undefined`);
    }
    model.dispose();
  });

  test('calibration with NaN', () => {
    const module = linear([[1], [2]]);
    const broken = tf.tensor2d([[NaN, 1]]);
    expect(() => prune.wanda(broken).score(module)).toThrow(
      'prune.wanda: calibration inputs of "weight" must be finite'
    );
    expect(() => prune.sparseGpt(broken).score(module)).toThrow('prune.sparseGpt: calibration inputs of "weight" must be finite'); // prettier-ignore
    const network = models.mlp({ inputWidth: 2, hidden: [2], outputWidth: 2 });
    expect(() => prune.structured(network, { ratio: 0.5, importance: prune.outputDistance(broken) })).toThrow('prune.outputDistance: outputs must be finite'); // prettier-ignore
    const nan = { ...task, loss: () => tf.scalar(NaN) };
    expect(() => prune.structured(network, { ratio: 0.5, importance: prune.leaveOneOut(nan) })).toThrow('prune.leaveOneOut: the loss of a calibration batch must be finite'); // prettier-ignore
    [module, network].forEach((each) => each.dispose());
  });
});
