import { core, graph, io, models, prune, routers, tf } from '@switchyard/kernel-lib';
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { afterAll, expect, test } from 'vitest';
import { outputOf } from '../../support/networks';
import { MEMBERS as ROUTERS } from '../nn/routers/members';
import { ids, MODELS, type Model, SIZE, topK } from './members';

const folder = mkdtempSync(path.join(tmpdir(), 'switchyard-spec-'));
afterAll(() => rmSync(folder, { recursive: true }));

const shapes = (model: core.Module) => [...model.stored()].map(([name, { shape }]) => `${name} ${shape.join()}`);

test.each(Object.entries(MODELS))(
  '%s: a spec of plain JSON builds the same tree, and a file needs no more',
  (name, { make, input, before }) => {
    const model = make(3);
    const { spec } = model;
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    const built = models.build(JSON.parse(JSON.stringify(spec)) as models.ModelSpec) as Model;
    expect(shapes(built)).toEqual(shapes(model));
    expect([...built.modules()].map(([at, { kind }]) => `${at} ${kind}`)).toEqual([...model.modules()].map(([at, { kind }]) => `${at} ${kind}`)); // prettier-ignore
    expect(built.spec).toEqual(spec);
    const file = path.join(folder, `${name}.safetensors`);
    io.saveModel(model, file, { note: 'kept' });
    const loaded = io.loadModel(file);
    const x = input();
    const run = (each: core.Module, x: tf.Tensor) => {
      const ctx = core.Context.create();
      before?.(ctx);
      const out = tf.tidy(() => [...each.apply(x, ctx).dataSync()]);
      ctx.dispose();
      return out;
    };
    expect(run(loaded, x)).toEqual(run(model, x));
    expect(io.loadModel(built, file)).toEqual({ note: 'kept' });
    [model, built, loaded, x].forEach((each) => each.dispose());
  }
);

test.each(Object.entries(ROUTERS).filter(([, { live, state }]) => !live && state === undefined))(
  'a copy of a mixture is routed alike, whatever its router drew when it was built: %s',
  (_name, { spec, k }) => {
    const model = models.moeTransformer({ ...SIZE, width: 6, experts: 4, router: spec(k, 4), seed: 9 });
    const { model: copy } = prune.unstructured(model, { sparsity: 0 });
    const [a, b] = [model, copy].map((each) => outputOf(each, ids()));
    expect(b).toEqual(a);
    [model, copy].forEach((each) => each.dispose());
  }
);

test('a model that lacks a value of its spec is not copied, and is named', () => {
  class Short extends models.Mlp {
    override stored() {
      return new Map([...super.stored()].filter(([path]) => path !== '1.bias'));
    }
  }
  const model = new Short({ inputWidth: 3, hidden: [2], outputWidth: 2 });
  const { numTensors } = tf.memory();
  expect(() => prune.unstructured(model, { sparsity: 0.5 })).toThrow(
    /every value that its spec builds, got none at "1.bias"/
  );
  expect(tf.memory().numTensors).toBe(numTensors);
});

test('cuts that last are part of the spec: a smaller model comes back smaller, and is transformed further', () => {
  const model = models.moeTransformer({ ...SIZE, experts: 4, router: topK });
  const axes = core.axesOf(model);
  axes.get('width')!.axis.keep([0, 1, 2, 4, 5, 7]);
  axes.get('layers.1.moe.experts')!.axis.keep([1, 2, 3]);
  axes.get('layers.0.moe.experts.hidden')!.axis.keep([0, 2, 3]);
  core.shrink(model);
  expect(model.spec.sizes).toEqual({ width: 6, 'layers.1.moe.experts': 3, 'layers.0.moe.experts.hidden': 3 });
  const file = path.join(folder, 'cut.safetensors');
  io.saveModel(model, file);
  const loaded = io.loadModel(file);
  const copy = models.mapFeedForwards(model, (feedForward) => feedForward);
  const x = ids();
  const expected = outputOf(model, x);
  expect(outputOf(loaded, x)).toEqual(expected);
  expect(outputOf(copy, x)).toEqual(expected);
  [model, loaded, copy, x].forEach((each) => each.dispose());
});

test('what is not data is named; what no kind is, too', () => {
  const router = { kind: 'mine', options: { by: () => 0 }, build: topK.build.bind(topK) };
  const model = models.moeTransformer({ ...SIZE, layers: 1, experts: 4, router });
  expect(() => model.spec).toThrow(
    'the spec of a transformer: "feedForwards[0].router.options.by" must be JSON, to be saved, got function'
  );
  model.dispose();
  expect(() => models.build({ kind: 'lstm', options: {} })).toThrow(
    /model spec: kind must be one of .*transformer.*, got lstm/
  );
  for (const none of [undefined, null, 'top-k']) {
    expect(() => routers.specs.of(none as unknown as core.SpecData)).toThrow('router spec: a spec must be { kind, options }, got'); // prettier-ignore
  }
  expect(() => routers.specs.of({ kind: 'topk', options: {} })).toThrow('router spec: kind must be one of');
  const { spec } = models.denseTransformer({ ...SIZE, layers: 1 });
  expect(() => models.build({ ...spec, sizes: { breadth: 2 } })).toThrow(
    'sizes must be of axes that the model has, got breadth'
  );
});

test.each([
  ['graph convolutions', graph.gcn()],
  ['attention, whose outputs are a product of axes', graph.gat({ heads: 2 })],
  ['GIN', graph.gin()]
])('pruning a graph network of %s leaves what the data have: inputs and classes', (_, layer) => {
  const model = models.graphNetwork({ inputWidth: 5, hidden: 8, outputWidth: 4, layers: 2, layer });
  const small = prune.structured(model, { ratio: 0.5, importance: prune.magnitude(), include: ['**'] }).model;
  const g = graph.generators.ring({ nodes: 6 });
  const out = tf.tidy(() => new graph.OnGraph(g, small).apply(tf.ones([6, 5]), core.Context.create()).shape);
  expect(out).toEqual([6, 4]);
  expect(small.countParameters()).toBeLessThan(model.countParameters());
  [model, small].forEach((each) => each.dispose());
});
