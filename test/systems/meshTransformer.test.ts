import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { passOn, path } from '../support/graphs';
import { expectClose } from '../support/numeric';
import { heatErrors } from '../support/meshHeat';

const random = core.Random.fromSeed(3);
const line = path(12);

/** Nodes that one node of the path attends to. */
const heardBy = (mask: graph.Graph, node: number): number[] => Array.from(mask.sources).filter((_, e) => mask.targets[e] === node).sort((a, b) => a - b); // prettier-ignore

/** Nodes whose values reach one after so many layers of attention over a mask. */
function reach(mask: graph.Graph, layers: number, target: number): number[] {
  const layer = graph.graphTransformer({ edgeWidth: mask.edgeFeatures!.width });
  const model = models.graphNetwork({ inputWidth: 2, hidden: 4, outputWidth: 2, layers, layer, activation: 'gelu', seed: 1 }); // prettier-ignore
  const x = spread([mask.numNodes, 2]) as tf.Tensor2D;
  const on = new graph.OnGraph(mask, model);
  const [norms] = graph.probes.sensitivity(on, x, { targets: [target] });
  [x, on].forEach((each) => each.dispose());
  return [...norms.keys()].filter((node) => norms[node] > 0);
}

describe('mesh transformer', () => {
  test('[mesh-transformer] masks by hand: neighbourhoods of K steps, dilated windows further out, and global nodes', () => {
    expect(heardBy(graph.attentionMask(line), 5)).toEqual([4, 5, 6]);
    expect(heardBy(graph.attentionMask(line, { hops: 2 }), 0)).toEqual([0, 1, 2]);
    const dilated = graph.attentionMask(line, { hops: 1, dilation: 3, windows: 2 });
    expect(heardBy(dilated, 6)).toEqual([0, 3, 5, 6, 7, 9]);
    const global = graph.attentionMask(line, { hops: 1, global: [11] });
    expect(heardBy(global, 3)).toEqual([2, 3, 4, 11]);
    expect(heardBy(global, 11)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    // How far ends are apart stands at the edges, one-hot; further global ones in the last place.
    const { values, width } = dilated.edgeFeatures!;
    expect(width).toBe(7);
    dilated.sources.forEach((source, e) => expect(values.subarray(7 * e, 7 * e + 7).indexOf(1)).toBe(Math.abs(source - dilated.targets[e]))); // prettier-ignore
    const far = Array.from(global.sources).findIndex((source, e) => source === 11 && global.targets[e] === 3);
    expect([...global.edgeFeatures!.values.subarray(3 * far, 3 * far + 3)]).toEqual([0, 0, 1]);
    expect(() => graph.attentionMask(line, { windows: 1 })).toThrow('graph.attentionMask: windows must be an integer 0..0, got 1'); // prettier-ignore
    expect(() => graph.attentionMask(line, { global: [12] })).toThrow('graph.attentionMask: global nodes must be an integer 0..11, got 12'); // prettier-ignore
  });

  test('[mesh-transformer] what is outside of the mask has a Jacobian of 0; a dilated window takes the field as far as is computed', () => {
    expect(reach(graph.attentionMask(line, { hops: 2 }), 1, 5)).toEqual([3, 4, 5, 6, 7]);
    expect(reach(graph.attentionMask(line, { hops: 1 }), 3, 0)).toEqual([0, 1, 2, 3]);
    // Steps of 1 and 4: in two layers 0, 1, 2, 3 (4 - 1), 4, 5 and 8.
    expect(reach(graph.attentionMask(line, { hops: 1, dilation: 4 }), 2, 0)).toEqual([0, 1, 2, 3, 4, 5, 8]);
    expect(reach(graph.attentionMask(line, { hops: 0, global: [6] }), 2, 0)).toHaveLength(12);
  });

  test('[mesh-transformer] a mask of all steps is attention of all nodes', () => {
    const mesh = graph.generators.grid({ rows: 3, columns: 3 });
    const layer = new graph.GraphTransformer({ inputWidth: 3, outputWidth: 4, heads: 2, random });
    const whole = graph.withLoops(graph.generators.complete({ nodes: 9 }));
    tf.tidy(() => {
      const x = spread([9, 3]);
      expectClose(passOn(graph.attentionMask(mesh, { hops: 4 }), layer, x), passOn(whole, layer, x), 1e-5);
    });
    layer.dispose();
  });

  test('[mesh-transformer] heat on a grid, rolled out over three steps: attention over two steps errs less than convolutions of as many parameters', () => {
    const { attention, convolutions } = heatErrors(1);
    expect(attention).toBeLessThan(0.7 * convolutions);
  });
});
