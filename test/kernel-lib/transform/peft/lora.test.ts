import { core, io, layers, models, moe, peft, routers, tf, train } from '@switchyard/kernel-lib';
import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { afterAll, describe, expect, test } from 'vitest';
import { makeNetwork, makeTokens, outputOf, setValue, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak, relativeError } from '../../../support/numeric';
import { SHORT, smallModel, smallText } from '../../../support/runs';

const { Context, Random } = core;
const folder = mkdtempSync(path.join(tmpdir(), 'switchyard-peft-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Adapters whose second factor is no longer 0. */
function moved<A extends core.Module>(adapters: A, seed = 9): A {
  tf.tidy(() =>
    adapters.parameters().forEach((parameter, name) => {
      parameter.assign(Random.fromSeed(seed).child(name).normal(parameter.shape, 0, 0.3));
    })
  );
  return adapters;
}

const ALL_TARGETS = ['layers.*.attention', 'layers.*.moe.experts', 'head'];

function logitsOf(model: core.Module): Float32Array {
  const tokens = tf.tensor2d([[1, 2, 3, 4, 5, 6]], [1, 6], 'int32');
  const values = outputOf(model, tokens);
  tokens.dispose();
  return values;
}

describe('peft.lora', () => {
  test('changes nothing at first, on linear modules, experts and the head alike', () => {
    const model = smallModel();
    const before = logitsOf(model);
    const adapters = peft.lora(model, { targets: ALL_TARGETS, rank: 2 });
    expect([...adapters.parameters().keys()].filter((name) => name.endsWith('.a'))).toEqual([
      'layers.0.attention.qkv.weight.a',
      'layers.0.attention.output.weight.a',
      'layers.0.moe.experts.w1.a',
      'layers.0.moe.experts.w2.a',
      'head.weight.a'
    ]);
    expect(adapters.parameters().get('layers.0.moe.experts.w1.a')?.shape).toEqual([4, 16, 2]);
    expectClose(logitsOf(adapters), before, 1e-7);
    adapters.remove();
    model.dispose();
  });

  test('the change is alpha / r times the product of the factors', () => {
    const network = makeNetwork({ bias: false });
    const adapters = moved(peft.lora(network, { targets: ['w1'], rank: 3, alpha: 6 }));
    const parameters = adapters.parameters();
    const changed = tf.tidy(() => {
      const product = tf.matMul(parameters.get('w1.weight.a')!.read(), parameters.get('w1.weight.b')!.read());
      return network.w1.weight.variable.add(product.mul(2)).dataSync();
    });
    expectClose(network.w1.weight.read(), changed, 1e-6);
    adapters.remove();
    network.dispose();
  });

  test('merged adapters compute the same; unmerging restores the weights bit for bit', () => {
    const model = smallModel();
    const untouched = logitsOf(model);
    const before = valuesOf(model);
    const adapters = moved(peft.lora(model, { targets: ALL_TARGETS, rank: 2 }));
    const adapted = logitsOf(adapters);
    expect(relativeError(adapted, untouched)).toBeGreaterThan(1e-3);
    adapters.merge();
    expectClose(logitsOf(model), adapted, 1e-6);
    expect(valuesOf(model)).not.toEqual(before);
    adapters.unmerge();
    expect(valuesOf(model)).toEqual(before);
    expectClose(logitsOf(model), adapted, 1e-6);
    adapters.detach();
    expect(logitsOf(model)).toEqual(untouched);
    adapters.remove();
    model.dispose();
  });

  test('train.fit moves the adapters alone, and the model is as it was, bit for bit', async () => {
    const model = smallModel();
    const text = smallText();
    const before = valuesOf(model);
    const adapters = peft.lora(model, { targets: ALL_TARGETS, rank: 2 });
    const { losses } = await train.fit(adapters, text, { ...SHORT, steps: 60 });
    expect(valuesOf(model)).toEqual(before);
    expect(losses[losses.length - 1]).toBeLessThan(losses[0] - 0.3);
    adapters.remove();
    expect([...model.parameters().values()].every(({ trainable }) => trainable)).toBe(true);
    model.dispose();
  });

  test('adapters are saved alone and work on another model of the same shape', () => {
    const [one, other] = [smallModel(), smallModel()];
    const options = { targets: ALL_TARGETS, rank: 2 };
    const trained = moved(peft.lora(one, options));
    const file = path.join(folder, 'adapters.safetensors');
    io.saveModel(trained, file);
    expect([...io.decodeSafetensors(readFileSync(file), file).tensors.keys()].every((k) => /\.[ab]$/.test(k))).toBe(
      true
    );
    const loaded = peft.lora(other, { ...options, seed: 5 });
    io.loadModel(loaded, file);
    expect(logitsOf(loaded)).toEqual(logitsOf(trained));
    const wrong = peft.lora(smallModel(), { ...options, rank: 3 });
    expect(() => io.loadModel(wrong, file)).toThrow('must be float32');
    [trained, loaded, wrong].forEach((adapters) => adapters.remove());
    [one, other, wrong.base].forEach((model) => model.dispose());
  });

  test('says what share is trained', () => {
    const network = makeNetwork({ bias: false, width: 6, hidden: 24 });
    const adapters = peft.lora(network, { targets: ['w1'], rank: 2 });
    const trainable = 2 * (6 + 24);
    expect(adapters.trainableShare()).toEqual({
      trainable,
      total: trainable + 2 * 6 * 24,
      share: trainable / (trainable + 2 * 6 * 24)
    });
    adapters.remove();
    network.dispose();
  });

  test('two sets of adapters come off in any order', () => {
    const network = makeNetwork();
    const x = makeTokens();
    const plain = outputOf(network, x);
    const one = moved(peft.lora(network, { targets: ['w1'], rank: 1 }), 1);
    const onlyOne = outputOf(network, x);
    const two = moved(peft.moeLora(network, { targets: ['w1'], granularity: 'adapter', experts: 2, rank: 1 }), 2);
    one.detach();
    one.attach();
    two.detach();
    expect(outputOf(network, x)).toEqual(onlyOne);
    one.remove();
    two.remove();
    expect(outputOf(network, x)).toEqual(plain);
    x.dispose();
    network.dispose();
  });

  test('leaves no tensor behind', () => {
    const network = makeNetwork();
    const x = makeTokens();
    expectNoLeak(() => {
      const adapters = peft.lora(network, { targets: ['w1', 'w2'], rank: 2 });
      outputOf(adapters, x);
      adapters.merge();
      adapters.unmerge();
      adapters.remove();
    });
    x.dispose();
    network.dispose();
  });

  test('refuses what it cannot do', () => {
    const network = makeNetwork();
    expect(() => peft.lora(network, { targets: 'w1' as never, rank: 2 })).toThrow("lora: targets must be a list of paths or patterns (['**']), or a function of a path, got w1"); // prettier-ignore
    expect(() => peft.lora(network, { targets: ['w9'], rank: 2 })).toThrow('lora: targets must name a matrix');
    expect(() => peft.lora(network, { targets: ['w1'], rank: 0 })).toThrow('lora: rank must be');
    expect(() => peft.moeLora(network, { targets: [''], granularity: 'rank', rank: 2 })).toThrow('targets must name');
    expect(() => peft.moeLora(network, { targets: ['w1'], granularity: 'adapter', rank: 2 })).toThrow(
      'experts must be given'
    );
    const adapters = peft.moeLora(network, { targets: ['w1'], granularity: 'rank', rank: 2 });
    expect(() => adapters.merge()).toThrow('cannot be merged');
    expect(() => adapters.attach()).toThrow('must be detached, got attached');
    expect(() => adapters.vocabSize).toThrow('must be a language model');
    adapters.remove();
    network.dispose();
  });
});

/** Each kind of adapter that routes, around one linear module; the battery that all of them pass. */
const MIXTURES: Record<string, (network: core.Module) => peft.Adapters> = {
  adapter: (network) => peft.moeLora(network, { targets: ['w1'], granularity: 'adapter', experts: 3, rank: 2 }),
  'adapters of a network': (network) =>
    peft.moeLora(new layers.Sequential([network]), { targets: ['0'], granularity: 'adapter', experts: 3, rank: 2 }),
  rank: (network) => peft.moeLora(network, { targets: ['w1'], granularity: 'rank', rank: 4 }),
  coreSpace: (network) => peft.moeLora(network, { targets: ['w1'], granularity: 'coreSpace', experts: 3, rank: 2 }),
  heads: (network) => peft.taskLora(network, { targets: ['w1'], experts: 3, rank: 2, tasks: 2, heads: 2 }),
  domains: (network) => {
    const adapters = peft.moeAdapters(new layers.Sequential([network]), { targets: ['0'], domains: 2, hidden: 3 });
    adapters.trainMixture();
    return adapters;
  }
};

describe.each(Object.keys(MIXTURES))('a mixture of adapters: %s', (name) => {
  const x = makeTokens(8);

  function run(module: core.Module, observers: readonly core.Observer[] = []): Float32Array {
    const ctx = Context.create({ observers });
    ctx.setState(moe.TASK_IDS, tf.tensor1d([0, 1, 1, 0, 1, 0, 0, 1], 'int32'));
    const values = tf.tidy(() => module.apply(x, ctx).dataSync<'float32'>());
    ctx.dispose();
    return values;
  }

  test('changes nothing at first, something later, and nothing when it is off again', () => {
    const network = makeNetwork();
    const plain = run(network);
    const adapters = MIXTURES[name](network);
    expectClose(run(adapters), plain, 1e-6);
    moved(adapters);
    const adapted = run(adapters);
    expect(relativeError(adapted, plain)).toBeGreaterThan(1e-3);
    adapters.detach();
    expect(run(network)).toEqual(plain);
    adapters.attach();
    expect(run(network)).toEqual(adapted);
    adapters.remove();
    network.dispose();
  });

  test('inputs captured all through the network change nothing of its effect, and it can be attached again', () => {
    const network = makeNetwork();
    const adapters = moved(MIXTURES[name](network));
    const adapted = run(adapters);
    const capture = (): void =>
      core.captureInputs(network, x, (_module): _module is core.Module => true).forEach(({ input }) => input.dispose());
    if (name === 'heads') {
      // A capture has no tasks to give; what intercepts must outlast a pass that fails as well.
      expect(capture).toThrow('taskIds');
    } else {
      capture();
    }
    expect(run(network)).toEqual(adapted);
    adapters.detach();
    adapters.attach();
    expect(run(network)).toEqual(adapted);
    adapters.remove();
    network.dispose();
  });

  test('every parameter of it gets a gradient, and a step leaks nothing', () => {
    const network = makeNetwork();
    const adapters = moved(MIXTURES[name](network));
    const trained = [...adapters.parameters()].filter(([, { trainable }]) => trainable);
    expect(trained.length).toBeGreaterThan(0);
    expectNoLeak(() => {
      const ctx = Context.create({ training: true });
      ctx.setState(moe.TASK_IDS, tf.tensor1d([0, 1, 1, 0, 1, 0, 0, 1], 'int32'));
      const { value, grads } = tf.variableGrads(
        () => tf.tidy(() => adapters.apply(x, ctx).square().sum() as tf.Scalar),
        trained.map(([, { variable }]) => variable)
      );
      for (const [path, { variable }] of trained) {
        const size = tf.tidy(() => grads[variable.name].abs().sum().dataSync()[0]);
        expect(size, path).toBeGreaterThan(0);
      }
      tf.dispose([value, ...Object.values(grads)]);
      ctx.finish();
      ctx.dispose();
    });
    adapters.remove();
    network.dispose();
  });

  test('is saved alone and loaded onto another network', () => {
    const [one, other] = [makeNetwork(), makeNetwork()];
    const trained = moved(MIXTURES[name](one));
    const loaded = MIXTURES[name](other);
    const file = path.join(folder, `${name}.safetensors`);
    io.saveModel(trained, file);
    io.loadModel(loaded, file);
    expect(run(loaded)).toEqual(run(trained));
    [trained, loaded].forEach((adapters) => adapters.remove());
    [one, other].forEach((network) => network.dispose());
  });
});

test('routed adapters tell the observer what they decided', () => {
  const network = makeNetwork();
  const x = makeTokens(8);
  const records: core.RoutingRecord[] = [];
  const options = { targets: ['w1', 'w2'], granularity: 'adapter', experts: 4, rank: 1 } as const;
  const adapters = peft.moeLora(network, { ...options, router: routers.topK({ k: 2 }) });
  outputOf(adapters, x);
  const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  adapters.apply(x, ctx).dispose();
  ctx.dispose();
  expect(records.map(({ path, k, numExperts, numTokens }) => ({ path, k, numExperts, numTokens }))).toEqual([
    { path: 'w1.adapter', k: 2, numExperts: 4, numTokens: 8 },
    { path: 'w2.adapter', k: 2, numExperts: 4, numTokens: 8 }
  ]);
  x.dispose();
  adapters.remove();
  network.dispose();
});

test('a model with routed adapters is trained by train.fit', async () => {
  const model = models.denseTransformer({ layers: 1, width: 16, contextLength: 16 });
  const before = valuesOf(model);
  const adapters = peft.moeLora(model, {
    targets: ['layers.*.feedForward'],
    granularity: 'adapter',
    experts: 2,
    rank: 2
  });
  setValue(adapters, 'layers.0.feedForward.experts.w1.b', (b) => tf.zerosLike(b));
  const { losses } = await train.fit(adapters, smallText(), { ...SHORT, steps: 40 });
  expect(losses[losses.length - 1]).toBeLessThan(losses[0]);
  expect(valuesOf(model)).toEqual(before);
  adapters.remove();
  model.dispose();
});
