import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { core, io, models, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { EXPERTS, expectGradients, fixedRouter, makeLayer, observed, tokens, WIDTH } from '../../../support/moeLayer';
import { outputOf, setValue, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { expectShrinks, type SizeOf } from '../../../support/shrinking';
import { INSIDE, type Member, MEMBERS } from './members';

const { Context, Random } = core;

/** What is in the folder and is no kind of experts. */
const OTHERS = ['applyToAll', 'bank', 'expertBank', 'index', 'live', 'numberedLabels', 'regroup', 'specs'];

type Options = Partial<moe.MoeLayerOptions>;

/** A layer of the kind, whose values are none of those that hide something: not 0, not the same for all experts. */
function layerOf({ spec, live }: Member, options: Options = {}, modules = live?.(WIDTH, INSIDE)): moe.MoeLayer {
  const layer = makeLayer({ hidden: INSIDE, expertKind: spec(), live: modules, ...options });
  disturb(layer);
  return layer;
}

/** A layer and what its experts work with, in one tree. */
class WithLive extends core.Module {
  readonly kind = 'with-live';
  private readonly layer: moe.MoeLayer;

  constructor(live: moe.LiveModules, make: (live: moe.LiveModules) => moe.MoeLayer) {
    super();
    Object.entries(live).forEach(([name, module]) => this.addChild(name, module));
    this.layer = this.addChild('layer', make(live));
  }

  override apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    return this.layer.apply(x, ctx.within('layer'));
  }
}

function disturb(module: core.Module): void {
  for (const path of module.parameters().keys()) {
    setValue(module, path, (value) => value.add(Random.fromSeed(7).child(path).normal(value.shape, 0, 0.3)));
  }
}

const stored = (module: core.Module) => [...module.stored()].map(([path, { shape }]) => `${path} ${shape.join()}`);

describe.each(Object.entries(MEMBERS))('%s experts', (name, member) => {
  test('gradients agree with finite differences', () => {
    const layer = layerOf(member, { router: routers.topK({ k: EXPERTS }) });
    expectGradients(layer);
    layer.dispose();
  });

  test('a layer is the sum of what each expert alone does, and its choices leave no tensor behind', () => {
    const modules = member.live?.(WIDTH, INSIDE);
    const layer = layerOf(member, { router: routers.topK({ k: 2 }) }, modules);
    const x = tokens();
    const { indices, weights } = observed(layer, x);
    tf.tidy(() => {
      const gate = tf.buffer([x.shape[0], EXPERTS]);
      indices.forEach((expert, choice) => gate.set(weights[choice], Math.floor(choice / 2), expert));
      const alone = Array.from({ length: EXPERTS }, (_, expert) => {
        const only = fixedRouter((t) => ({ indices: tf.fill([t, 1], expert, 'int32') as tf.Tensor2D }));
        const single = layerOf(member, { router: only }, modules);
        const source = layer.parameters();
        single.parameters().forEach((parameter, path) => parameter.assign(source.get(path)!.variable));
        const out = tf.tensor(outputOf(single, x), x.shape);
        single.dispose();
        return out.mul(gate.toTensor().slice([0, expert], [-1, 1]));
      });
      expectClose(outputOf(layer, x), tf.addN(alone), 1e-5);
    });
    const ctx = Context.create();
    expectNoLeak(() => layer.apply(x, ctx).dispose());
    ctx.dispose();
    [x, layer].forEach((each) => each.dispose());
  });

  test('operations and parameters are those counted by hand', () => {
    const layer = layerOf(member);
    expect(layer.experts.flops).toEqual(member.flops);
    expect(layer.experts.ownFlops({ length: 1, tokens: 1 })).toBeCloseTo(
      member.flops.reduce((sum, flops) => sum + flops, 0) / EXPERTS,
      6
    );
    expect(layer.experts.countParameters()).toBe(member.parameters);
    layer.dispose();
  });

  test('every axis can be cut, or says why not', () => {
    const make = () => {
      const [width, hidden] = [core.Axis.of('width', WIDTH), core.Axis.of('hidden', INSIDE)];
      return new WithLive(member.live?.(width, hidden) ?? {}, (live) =>
        layerOf(member, { width, hidden, sharedExperts: 1, sharedKind: 'gated' }, live)
      );
    };
    const run = (layer: core.Module, size: SizeOf) =>
      layer.apply(Random.fromSeed(3).normal([8, size('width', WIDTH)]), Context.create());
    const cut = expectShrinks({ make, run, pinned: member.pinned });
    expect(cut.map((name) => name.split('.').at(-1))).toContain('width');
  });

  test('the spec is JSON and builds the same from the same seed; another seed gives other values', () => {
    const spec = member.spec();
    const data = JSON.parse(JSON.stringify(core.toJson('experts', spec))) as core.SpecData;
    const modules = member.live?.(WIDTH, INSIDE);
    const build = (expertKind: moe.ExpertSpec, seed: number) =>
      makeLayer({ hidden: INSIDE, expertKind, live: modules, random: Random.fromSeed(seed) });
    const [first, same, other] = [build(spec, 1), build(moe.expertSpecs.of(data), 1), build(spec, 2)];
    expect(stored(same)).toEqual(stored(first));
    const x = tokens();
    expect(outputOf(same, x)).toEqual(outputOf(first, x));
    expect(valuesOf(other)).not.toEqual(valuesOf(first));
    [first, same, other, x].forEach((each) => each.dispose());
  });

  test('what is saved computes the same when it is loaded', () => {
    const modules = member.live?.(WIDTH, INSIDE);
    const [from, to] = [
      layerOf(member, {}, modules),
      makeLayer({ hidden: INSIDE, expertKind: member.spec(), live: modules })
    ];
    const file = join(tmpdir(), `${name}-${process.pid}.safetensors`);
    io.saveModel(from, file);
    io.loadModel(to, file);
    rmSync(file);
    const x = tokens();
    expect(outputOf(to, x)).toEqual(outputOf(from, x));
    [from, to, x].forEach((each) => each.dispose());
  });

  test('a model is made of them, or says what is missing', () => {
    const size = { layers: 1, width: 8, heads: 2, contextLength: 4, vocabSize: 11 };
    const make = () =>
      models.moeTransformer({ ...size, experts: EXPERTS, router: routers.topK({ k: 2 }), expertKind: member.spec() });
    if (member.notInModels !== undefined) {
      expect(make).toThrow('the layer must be given the live module "base"');
      return;
    }
    const model = make();
    const ids = tf.tensor2d([[1, 2, 3, 4]], undefined, 'int32');
    const twin = models.denseTwin(model);
    const logits = outputOf(model, ids);
    expect(logits.length).toBe(4 * 11);
    expect(logits.every(Number.isFinite)).toBe(true);
    expect(models.activeFlops(twin)! / models.activeFlops(model)!).toBeCloseTo(1, 1);
    [model, twin, ids].forEach((each) => each.dispose());
  });
});

describe('the folder of experts', () => {
  const folder = join(import.meta.dirname, '../../../../kernel-lib/src/nn/experts');
  const index = readFileSync(join(folder, 'index.ts'), 'utf8');

  test('lists every kind in the index, in the table of specs and in this battery', () => {
    const files = readdirSync(folder).map((name) => name.replace(/\.ts$/, ''));
    const listed = new Set(Object.values(MEMBERS).map(({ file }) => file));
    const kinds = files.filter((name) => !OTHERS.includes(name));
    expect([...listed].sort()).toEqual(kinds.sort());
    for (const file of kinds) {
      expect(index, file).toContain(`export { ${file} } from './${file}'`);
      expect(readFileSync(join(folder, `${file}.ts`), 'utf8'), file).toContain('specs.register(');
    }
  });
});
