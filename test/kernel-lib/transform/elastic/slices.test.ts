import { join } from 'path';
import { core, elastic, models, tf } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outputOf, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { ids, MODELS } from '../../models/members';
import type { Member } from '../../models/members';

const CHECKPOINTS = join(__dirname, '..', '..', '..', 'parity', 'fixtures', 'checkpoints');
const OPENED = ['llama', 'mixtral'];
const opened = new Map<string, core.Module>();

beforeAll(async () => {
  for (const name of OPENED) {
    opened.set(name, await models.open(join(CHECKPOINTS, name)));
  }
});
afterAll(() => opened.forEach((model) => model.dispose()));

type Case = Pick<Member, 'input' | 'before'> & { make: () => core.Module };
const CASES: [string, Case][] = [
  ...Object.entries(MODELS).map(([name, member]): [string, Case] => [name, { ...member, make: () => member.make(3) }]),
  ...OPENED.map((name): [string, Case] => [
    name,
    { make: () => (opened.get(name) as models.PretrainedTransformer).rebuild({}), input: ids }
  ])
];

function run<T>({ before }: Case, f: (ctx: core.Context) => T): T {
  const ctx = core.Context.create();
  before?.(ctx);
  try {
    return f(ctx);
  } finally {
    ctx.dispose();
  }
}

const output = (of: Case, model: { apply(x: tf.Tensor, ctx: core.Context): tf.Tensor }, x: tf.Tensor): Float32Array =>
  run(of, (ctx) => tf.tidy(() => model.apply(x, ctx).dataSync<'float32'>().slice()));

/** Gradients of the mean of squared outputs, by path. */
function gradientsOf(of: Case, model: core.Module, apply: (ctx: core.Context) => tf.Tensor): Map<string, Float32Array> {
  const found = new Map<string, Float32Array>();
  run(of, (ctx) =>
    tf.tidy(() => {
      const parameters = [...model.parameters()];
      const loss = (): tf.Scalar => apply(ctx).square().mean<tf.Scalar>();
      const { grads } = tf.variableGrads(
        loss,
        parameters.map(([, { variable }]) => variable)
      );
      parameters.forEach(([path, { variable }]) => {
        const gradient = (grads as Partial<typeof grads>)[variable.name];
        if (gradient !== undefined) {
          found.set(path, gradient.dataSync<'float32'>().slice());
        }
      });
    })
  );
  return found;
}

/** Kinds of slices that a model has: each kind of axis that can be cut, each thing that can be left out, all at once. */
function choicesOf(model: core.Module): [string, elastic.SubnetChoice][] {
  const axes = [...core.axesOf(model)].filter(
    ([, { axis }]) => axis.pinned === null && axis.size > 1 && !OF_THE_DATA.includes(axis.name)
  );
  const halves = (kind: string): Record<string, number> =>
    Object.fromEntries(axes.filter(([, { axis }]) => axis.name === kind).map(([name, { axis }]) => [name, Math.ceil(axis.size / 2)])); // prettier-ignore
  const kinds = [...new Set(axes.map(([, { axis }]) => axis.name))];
  const stack = [...model.modules()].filter(([, each]) => each.isResidual()).map(([path]) => path);
  const branches = [...model.modules()].flatMap(([path, each]) => [...each.branches.keys()].map((name) => `${path}.${name}`)); // prettier-ignore
  const omitted = [stack.at(-1), branches[0]].filter((path) => path !== undefined && path !== '');
  return [
    ...kinds.map((kind): [string, elastic.SubnetChoice] => [kind, { sizes: halves(kind) }]),
    ...omitted.map((path): [string, elastic.SubnetChoice] => [`without ${path}`, { skip: [path!] }]),
    ['all at once', { sizes: Object.assign({}, ...kinds.map(halves)) }]
  ];
}

/** Axes that inputs and outputs have. */
const OF_THE_DATA = ['inputs', 'outputs', 'ids', 'positions', 'features'];
/** How often each kind has been tried by itself: three models are enough, and all at once is tried of each. */
const tried = new Map<string, number>();
const seenKinds = new Set<string>();

describe.each(CASES)('%s', (name, of) => {
  test('a slice in place gives what the extracted model gives, its gradients too; the model stays, nothing leaks', () => {
    const model = of.make();
    const x = of.input();
    const before = valuesOf(model);
    const whole = output(of, model, x);
    for (const [kind, choice] of choicesOf(model)) {
      seenKinds.add(kind.split(' ')[0]);
      tried.set(kind, (tried.get(kind) ?? 0) + 1);
      if (kind !== 'all at once' && !kind.startsWith('without') && tried.get(kind)! > 3) {
        continue;
      }
      const slice = elastic.subnet(model, choice);
      // Blocks of convolutions cannot be built without, nor blocks that others share, nor those of two stacks.
      if ((choice.skip ?? []).length > 0 && /resnet|mobileNetV4|shared|encoder/.test(name)) {
        expect(() => elastic.extract(model, choice)).toThrow(/^elastic.extract: /);
        continue;
      }
      const { model: small, report } = elastic.extract(model, choice);
      expectClose(output(of, slice, x), output(of, small, x), 1e-6);
      const cost = slice.cost();
      expect(cost.parameters, kind).toBe(small.countParameters());
      expect(report.parameters.after).toBe(cost.parameters);
      expect(cost.flops, kind).toBe(elastic.subnet(small, {}).cost().flops);
      expect(cost.parameters, kind).toBeLessThan(model.countParameters());
      if (!/all at once|without|experts/.test(kind)) {
        small.dispose();
        continue;
      }
      const wanted = gradientsOf(of, small, (ctx) => small.apply(x, ctx));
      const given = gradientsOf(of, model, (ctx) => slice.apply(x, ctx));
      const reach = slice.reach();
      given.forEach((values, path) => {
        const cells = reach.get(path);
        const isRead = cells === null ? () => true : (cells?.dataSync<'float32'>() ?? new Float32Array(values.length));
        const at = (i: number): boolean => (typeof isRead === 'function' ? isRead() : isRead[i] === 1);
        expectClose(values.filter((_, i) => at(i)), wanted.get(path) ?? [], 1e-5); // prettier-ignore
        expect(values.filter((_, i) => !at(i)).every((value) => value === 0), `${kind}: ${path}`).toBe(true); // prettier-ignore
      });
      reach.forEach((each) => each?.dispose());
      small.dispose();
    }
    expect(valuesOf(model)).toEqual(before);
    expect(output(of, model, x)).toEqual(whole);
    const [, choice] = choicesOf(model)[0];
    expectNoLeak(() => {
      const slice = elastic.subnet(model, choice);
      output(of, slice, x);
      elastic.extract(model, choice).model.dispose();
    });
    model.dispose();
    x.dispose();
  });
});

test('every kind of slice that models have has been tried', () => {
  ['width', 'heads', 'groups', 'hidden', 'experts', 'channels', 'headWidth', 'valueWidth', 'without'].forEach((kind) =>
    expect(seenKinds).toContain(kind)
  );
});

test('an expert that goes takes its column of the router along: by hand, the two first of four', () => {
  const { make, input } = MODELS.mixture;
  const model = make(1) as models.Transformer;
  const { model: small } = elastic.extract(model, { sizes: { '**.experts': 2 } });
  const columns = (of: core.Module): tf.Tensor => of.parameters().get('layers.1.moe.router.weight')!.variable;
  expect(columns(small).shape).toEqual([8, 2]);
  expectClose(tf.tidy(() => columns(model).slice([0, 0], [-1, 2])), columns(small), 0); // prettier-ignore
  const x = input();
  expect(outputOf(small, x).every(Number.isFinite)).toBe(true);
  [model, small].forEach((each) => each.dispose());
});

describe('what is refused', () => {
  const model = models.denseTransformer({ layers: 2, width: 8, heads: 2, contextLength: 6, vocabSize: 12 });
  afterAll(() => model.dispose());
  test.each([
    [{ sizes: { 'layers.7.**': 1 } }, /^elastic.subnet: sizes must name axes of the model/],
    [
      { sizes: { vocabulary: 3 } },
      /^elastic.subnet: the axis "vocabulary" cannot be cut: token ids name its positions/
    ],
    [{ sizes: { width: 9 } }, /^elastic.subnet: the size of "width" must be an integer 1..8, got 9/],
    [{ sizes: { width: [1, 1] } }, /^elastic.subnet: positions of "width" must be at least one, each once/],
    [{ sizes: { width: [8] } }, /^elastic.subnet: positions of "width" must be an integer 0..7, got 8/],
    [{ skip: ['norm'] }, /^elastic.subnet: skip must name what the model works without \(layers.0, layers.0.attention/]
  ])('%j', (choice, message) => {
    expect(() => elastic.subnet(model, choice as elastic.SubnetChoice)).toThrow(message);
  });

  test('a model as two slices at once; after it, and after an error in it, the model is whole', async () => {
    const slice = elastic.subnet(model, { sizes: { width: 4 } });
    expect(() => slice.run(() => slice.cost())).toThrow(/^elastic.subnet: a model runs as one slice at a time/);
    const width = core.axesOf(model).get('width')!.axis;
    expect(width.size).toBe(8);
    const later = slice.run(async () => {
      await Promise.resolve();
      return width.size;
    });
    expect(() => slice.cost()).toThrow(/one slice at a time/);
    expect(await later).toBe(4);
    await expect(slice.run(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    expect(width.size).toBe(8);
  });
});
