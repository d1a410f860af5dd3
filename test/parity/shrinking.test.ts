import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { core, layers, models, prune, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf, setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

interface Measures {
  operations: number;
  parameters: number;
  matrices: number;
}

interface Case {
  name: string;
  ratio: number;
  groups?: number;
  before: Measures;
  after: Measures;
}

const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/shrinking.json'), 'utf8')) as {
  cases: Case[];
};
const casesOf = (name: string): Case[] => cases.filter((each) => each.name.startsWith(name));
const random = core.Random.fromSeed(1);

/** Parameters, and multiplications as Torch-Pruning counts them: with norms twice, and activations and poolings once, for each value. */
function measure(model: models.Resnet, side: number): Measures {
  const pixels = side * side;
  // A cost is told by pixels that come in, which is a fraction.
  const matrices = Math.round((model.cost({ length: pixels }).flops! * pixels) / 2);
  let others = 1000;
  const modules = [...model.modules()];
  const release = modules.map(([path, module]) =>
    module.intercept((inner, x) => {
      const y = inner(x);
      const activated = path === 'stemNorm' || path.endsWith('norm1') || module.kind === 'residual-block';
      const pooled = path === 'stemNorm' || path === 'stages.3.1';
      others += (module.kind === 'batch-norm' ? 2 * y.size : 0) + (activated ? y.size : 0) + (pooled ? y.size : 0);
      return y;
    })
  );
  outputOf(model, tf.zeros([1, side, side, 3]));
  release.forEach((undo) => undo());
  return { operations: matrices + others, parameters: model.countParameters(), matrices };
}

describe.each(casesOf('resnet18'))('$name', ({ ratio, groups, before, after }) => {
  test('the same groups, parameters and operations as with Torch-Pruning, before and after', () => {
    const model = models.resnet();
    expect(measure(model, 224)).toEqual(before);
    const { model: pruned, report } = prune.structured(model, { ratio });
    expect(report.groups).toHaveLength(groups!);
    expect(measure(pruned, 224)).toEqual(after);
    expect(report.parameters).toEqual({ before: before.parameters, after: after.parameters });
    [model, pruned].forEach((each) => each.dispose());
  });
});

test('ResNet: shrunk is masked, with shifts that are not 0; its spec builds it; nothing leaks', () => {
  const model = models.resnet({ blocks: [1, 1], channels: 8, classes: 5, stem: 'small' });
  [...model.stored()].forEach(([path, { shape }], i) => {
    const varied = path.endsWith('variance') ? random.child(i).uniform(shape, 0.5, 2) : random.child(i).normal(shape, 0, 0.3); // prettier-ignore
    setValue(model, path, (value) => (path.endsWith('variance') ? varied : value.add(varied)));
    varied.dispose();
  });
  const x = random.normal([2, 8, 8, 3]);
  const masked = prune.structured(model, { ratio: 0.5, mode: 'mask' });
  const shrunk = prune.structured(model, { ratio: 0.5 });
  expect(shrunk.report.groups).toHaveLength(4);
  expectClose(outputOf(shrunk.model, x), outputOf(masked.model, x), 1e-5);
  const again = models.build(shrunk.model.spec) as models.Resnet;
  expect(again.countParameters()).toBe(shrunk.model.countParameters());
  expectNoLeak(() => prune.structured(model, { ratio: 0.5 }).model.dispose());
  [model, masked.model, shrunk.model, again].forEach((each) => each.dispose());
});

test.each(casesOf('gated'))('$name: hidden neurons of a gated network', ({ ratio, before, after }) => {
  const network = new layers.GatedFeedForward({ width: 16, hidden: 24, random });
  expect(network.countParameters()).toBe(before.parameters);
  const { axis } = [...prune.groups(network).values()].find(({ kind }) => kind === 'hidden')!;
  axis.keep(Array.from({ length: 24 * ratio }, (_, i) => i));
  core.shrink(network);
  expect(network.countParameters()).toBe(after.parameters);
  expect((5 * network.cost({ length: 5 }).flops!) / 2).toBe(after.matrices);
});

test.each(casesOf('grouped'))('$name: a group of keys and values goes with its queries', ({ ratio, before, after }) => {
  const attention = new layers.GroupedAttention({ width: 16, heads: 8, keyValueHeads: 4, random });
  const matrices = (): number => ['query', 'key', 'value', 'output'].reduce((sum, name) => sum + (5 * attention.children.get(name)!.cost({ length: 5 }).flops!) / 2, 0); // prettier-ignore
  expect([attention.countParameters(), matrices()]).toEqual([before.parameters, before.matrices]);
  prune
    .groups(attention)
    .get('groups')!
    .axis.keep(Array.from({ length: 4 * ratio }, (_, i) => i));
  core.shrink(attention);
  expect([attention.countParameters(), matrices()]).toEqual([after.parameters, after.matrices]);
});

test.each(casesOf('vit'))('$name: hidden neurons of a vision transformer', ({ ratio, before, after }) => {
  const hidden = 64;
  const feedForwards = Array.from({ length: 2 }, () => ({ kind: 'dense', gated: false, hidden, bias: true }) as const);
  const model = new models.VisionTransformer({ imageSize: 16, patchSize: 4, channels: 3, classes: 10, width: 32, heads: 4, seed: 1, feedForwards }); // prettier-ignore
  const { model: pruned, report } = prune.structured(model, { ratio, include: ['**.hidden'] });
  expect(report.groups).toHaveLength(2);
  // The two libraries' networks differ elsewhere: what has gone is compared.
  expect(report.parameters.before - report.parameters.after).toBe(before.parameters - after.parameters);
  const macs = (of: core.Module): number => {
    const network = of.modules().get('layers.0.feedForward')!;
    return (2 * 17 * network.cost({ length: 17 }).flops!) / 2;
  };
  expect(macs(model) - macs(pruned)).toBe(before.matrices - after.matrices);
  [model, pruned].forEach((each) => each.dispose());
});
