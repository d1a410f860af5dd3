import { core, elastic, graph, models, prune, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { setValue } from '../../../support/networks';
import { expectClose } from '../../../support/numeric';
import { EDGE, INPUTS, MEMBERS } from '../../nn/graph/members';

const CLASSES = 3;
const HIDDEN = 8;
/** A loop, parallel edges, an isolated node. */
const EDGES: [number, number][] = [[0, 1], [2, 1], [0, 1], [2, 2], [1, 3], [3, 0], [1, 0]]; // prettier-ignore
const messy = graph.fromEdges({
  ...{ numNodes: 6, edges: EDGES, edgeTypes: [0, 1, 2, 0, 1, 2, 0] },
  edgeFeatures: { values: spread([EDGES.length, EDGE]).dataSync(), width: EDGE }
});
const nodes = spread([6, INPUTS]);

type Layer = { layer: graph.GraphLayerSpec; lastLayer?: graph.GraphLayerSpec; readout?: 'mean' };

/** The last layer is a plain one, so that its classes are as many as they are, whatever heads the others have. */
function make({ layer, lastLayer = graph.gcn(), readout }: Layer): models.GraphNetwork {
  const model = models.graphNetwork({ inputWidth: INPUTS, hidden: HIDDEN, outputWidth: CLASSES, layers: 3, layer, lastLayer, readout, seed: 1 }); // prettier-ignore
  for (const path of model.parameters().keys()) {
    setValue(model, path, (value) => value.add(core.Random.fromSeed(4).child(path).normal(value.shape, 0, 0.2)));
  }
  return model;
}

function outputs(model: core.Module): tf.Tensor {
  const ctx = core.Context.create({ random: core.Random.fromSeed(3) });
  const y = tf.tidy(() => new graph.OnGraph(messy, model).apply(nodes, ctx));
  ctx.dispose();
  return y;
}

describe('widths between the layers of a graph network go by default', () => {
  test.each(
    MEMBERS.filter(({ name }) => name !== 'LayerMixture').map(
      (each) => [`${each.name} ${JSON.stringify(each.spec.options)}`, each.spec] as const
    )
  )(
    // prettier-ignore
    '%s: the next layer reads what is left, shrunk is masked, and classes stay',
    (_title, layer) => {
      const model = make({ layer });
      const { model: small, report } = prune.structured(model, { ratio: 0.5 });
      const { model: masked } = prune.structured(model, { ratio: 0.5, mode: 'mask' });
      const between = new Set(model.handedOn);
      const widths = [...prune.groups(model).values()].filter(({ axis }) => between.has(axis));
      expect(widths.length).toBe(2);
      for (const { name, size } of widths) {
        expect(report.groups.find((each) => each.name === name)!.kept.length).toBe(size / 2);
      }
      const [x, y] = [outputs(small), outputs(masked)];
      expect(x.shape).toEqual([6, CLASSES]);
      expectClose(x, y.dataSync(), 1e-5);
      tf.dispose([x, y]);
      [model, small, masked].forEach((each) => each.dispose());
    }
  );

  test.each([
    ['GCN', graph.gcn(), ['outputs', 'outputs#2']],
    ['SAGE', graph.sage(), ['outputs', 'outputs#2']],
    ['GAT', graph.gat({ heads: 2 }), ['headWidth', 'headWidth#2']]
  ] as const)('%s: by name', (_name, layer, expected) => {
    const model = make({ layer });
    const { model: small, report } = prune.structured(model, { ratio: 0.25 });
    expect(report.groups.map(({ name }) => name)).toEqual(expected);
    // Of what goes in, between and out, only what is between.
    expect(report.parameters.after).toBeLessThan(report.parameters.before);
    expect(model.handedOn.map(({ size }) => size)).toEqual(expected.map(() => (layer.kind === 'gat' ? 4 : 8)));
    [model, small].forEach((each) => each.dispose());
  });

  test('before a readout the width of the last layer goes too, and the classes of the graph stay', () => {
    const model = make({ layer: graph.gcn(), readout: 'mean' });
    const { model: small, report } = prune.structured(model, { ratio: 0.5 });
    expect(report.groups.map(({ kept }) => kept.length)).toEqual([4, 4, 4]);
    const y = outputs(small);
    expect(y.shape).toEqual([1, CLASSES]);
    y.dispose();
    [model, small].forEach((each) => each.dispose());
  });

  test('slices of a supernet leave them out as well: ranked by default, the network computes the same', () => {
    const model = make({ layer: graph.gat({ heads: 2 }) });
    const { model: ranked, report } = elastic.rank(model, {});
    expect(Object.keys(report.order)).toEqual(['headWidth', 'headWidth#2']);
    const [x, y] = [outputs(model), outputs(ranked)];
    expectClose(x, y.dataSync(), 1e-5);
    tf.dispose([x, y]);
    [model, ranked].forEach((each) => each.dispose());
  });

  test('what is named alone goes alone', () => {
    const model = make({ layer: graph.gin() });
    const { model: small, report } = prune.structured(model, { ratio: 0.5, include: ['**.hidden'] });
    expect(report.groups.every(({ name }) => name.includes('hidden'))).toBe(true);
    const { model: least, report: excluded } = prune.structured(model, { ratio: 0.5, exclude: ['outputs'] });
    expect(excluded.groups.map(({ name }) => name)).toEqual(['0.hidden', '1.hidden']);
    [model, small, least].forEach((each) => each.dispose());
  });

  test('a mixture of layers adds up what its layers give: its width stays, and the reason is said', () => {
    const model = make({ layer: MEMBERS.find(({ name }) => name === 'LayerMixture')!.spec });
    expect(model.handedOn).toEqual([]);
    expect(() => prune.structured(model, { ratio: 0.5 })).toThrow('include must name groups that can be pruned');
    model.dispose();
  });
});
