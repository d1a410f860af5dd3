import { type core, models, protocol, prune, show, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { example } from '../../../support/payloads';

const MIME = 'application/vnd.switchyard.v1+json';
const { showData } = (globalThis as unknown as Record<symbol, { showData: (value: object) => Record<string, unknown> | null }>)[Symbol.for('switchyard.kernel')]; // prettier-ignore
const transformer = () =>
  models.denseTransformer({ layers: 2, width: 16, heads: 4, hidden: 24, vocabSize: 20, contextLength: 8 });
const shown = (value: object): protocol.MasksData => (showData(value)![MIME] as protocol.MasksPayload).data;

describe('a report of pruning shows itself', () => {
  test('structured: each group with the positions that are left, and what it saves', () => {
    const model = transformer();
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [1, 8], 'int32');
    const pruned = prune.structured(model, { ratio: 0.5, timedOn: x, exclude: ['layers.1.feedForward.hidden'] });
    const { report } = pruned;
    const data = shown(pruned);
    expect([data.mode, data.before.parameters, data.after.parameters]).toEqual([
      ...['shrink', report.parameters.before, report.parameters.after]
    ]);
    expect(data.after.flops).toBe(report.flops.after);
    expect(data.after.bytes).toBe(report.bytes.after);
    expect(data.after.milliseconds).toBeCloseTo(report.milliseconds!.after, 3);
    const heads = data.groups.find(({ path }) => path === 'layers.0.attention.heads')!;
    const { kept } = report.groups.find(({ name }) => name === heads.path)!;
    expect([heads.granularity, heads.shape, heads.kept]).toEqual(['heads', [4], 0.5]);
    expect(heads.parts).toEqual({ of: 'heads', count: 4, kept: [0, 1, 2, 3].map((head) => (kept.includes(head) ? 1 : 0)) }); // prettier-ignore
    expect(shown(report)).toEqual(data);
    [model, pruned.model].forEach((each) => each.dispose());
    x.dispose();
  });

  test('structured: a group that kept all is there as well', () => {
    const model = transformer();
    const { model: pruned, report } = prune.structured(model, { ratio: 0.5, ratios: { 'layers.0.attention.heads': 0 } }); // prettier-ignore
    expect(report.whole.map(({ name }) => name)).toEqual(['layers.0.attention.heads']);
    expect(shown(report).groups.find(({ path }) => path === 'layers.0.attention.heads')!.kept).toBe(1);
    [model, pruned].forEach((each) => each.dispose());
  });

  test('unstructured: the share left of each matrix, and of each of its heads', () => {
    const model = transformer();
    // All of head 2 is small, in queries, keys and values.
    const { weight } = model.modules().get('layers.0.attention.qkv') as unknown as { weight: core.Parameter };
    const places = weight.axes[1].placesOf(weight.axes[1].symbols().find(({ name }) => name === 'heads')!);
    tf.tidy(() => weight.assign(tf.tensor(Array.from({ length: 16 * 48 }, (_, i) => (places[i % 48] === 2 ? 1e-3 : 1 + i)), [16, 48]))); // prettier-ignore
    const pruned = prune.unstructured(model, { sparsity: 0.25, include: ['layers.0.attention.qkv.weight'] });
    const data = shown(pruned);
    expect(data.groups).toEqual([
      {
        ...{ path: 'layers.0.attention.qkv.weight', granularity: 'weight', shape: [16, 48], kept: 0.75 },
        ...{ grid: [], importance: [], parts: { of: 'heads', count: 4, kept: [1, 1, 0, 1] } }
      }
    ]);
    const gone = (16 * 48) / 4;
    expect(data.before.parameters - data.after.parameters).toBe(gone);
    // The model has the same, with the blocks of its masks.
    const carried = show.masks(pruned.model).data;
    expect(carried.groups[0]).toMatchObject({ ...data.groups[0], grid: expect.anything() });
    expect(carried.groups[0].grid.flat().reduce((a, b) => a + b, 0) / (16 * 48)).toBeCloseTo(0.75, 5);
    expect([carried.before, carried.after]).toEqual([data.before, data.after]);
    [model, pruned.model].forEach((each) => each.dispose());
  });

  test('structured by masks: the model says which positions it reads', () => {
    const model = transformer();
    const { model: masked, report } = prune.structured(model, { ratio: 0.5, mode: 'mask', include: ['**.heads'] });
    const { mode, groups } = show.masks(masked).data;
    expect([mode, groups.map(({ path, parts }) => [path, parts!.kept])]).toEqual([
      'mask',
      report.groups.map(({ name, kept }) => [name, [0, 1, 2, 3].map((head) => (kept.includes(head) ? 1 : 0))])
    ]);
    expect(() => show.masks(model)).toThrow('show.masks: the model must have masks, or groups of which some positions');
    [model, masked].forEach((each) => each.dispose());
  });

  test('layers: those that went, with the distance of each alone', () => {
    const model = transformer();
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8], [1, 8], 'int32');
    const { model: pruned, report } = prune.layers(model, { count: 1, inputs: x });
    const { groups } = shown(report);
    expect(groups.filter(({ kept }) => kept === 0).map(({ path }) => path)).toEqual(report.removed.map(({ path }) => path)); // prettier-ignore
    groups.forEach(({ path, importance }) => expect(importance[0]! / report.alone[path]).toBeCloseTo(1, 3));
    [model, pruned].forEach((each) => each.dispose());
    x.dispose();
  });

  test('another object of two numbers is none', () => {
    expect(showData({ transformation: 'upcycle', parameters: { before: 1, after: 2 } })).toBeNull();
    expect(() => show.masks({ transformation: 'upcycle' } as never)).toThrow('show.masks: there must be a report of pruning'); // prettier-ignore
  });
});

test('very many parts are blocks of neighbours', () => {
  const kept = Array.from({ length: 1000 }, (_, i) => (i < 500 ? 1 : 0));
  const report = { transformation: 'structured', mode: 'shrink', importance: 'magnitude', milliseconds: null, whole: [], ...costs(), groups: [{ name: 'a.hidden', size: 1000, kept: kept.flatMap((each, i) => (each === 1 ? [i] : [])) }] }; // prettier-ignore
  const [{ parts, grid }] = show.masks(report as unknown as prune.StructuredReport).data.groups;
  expect([parts!.count, parts!.kept.length, grid[0].length]).toEqual([1000, 256, 64]);
  expect(parts!.kept.filter((share) => share === 1).length).toBe(128);
});

function costs() {
  const pair = { before: 10, after: 5 };
  return { parameters: pair, bytes: pair, flops: pair };
}

const SPOILT: [name: string, spoil: (parts: protocol.MaskParts) => void, message: string][] = [
  ['fewer than there are cells', (p) => (p.count = 3), 'parts.count: must be an integer of at least 8, got 3'],
  ['no cell', (p) => (p.kept = []), 'parts.kept: must have at least 1 entries, got 0'],
  ['a share above 1', (p) => (p.kept[0] = 2), 'parts.kept[0]: must be a finite number in 0..1, got 2']
];

test.each(SPOILT)('parts of %s: refused', (_, spoil, message) => {
  const payload = example('masks') as protocol.MasksPayload;
  spoil(payload.data.groups[0].parts!);
  expect(() => protocol.parsePayload(payload)).toThrow(message);
});
