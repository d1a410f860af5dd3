import type { tf } from '../../../base/backend';
import { fail } from '../../../base/core';
import type { Parameter } from '../../../base/core';
import { Mlp } from '../../../models/mlp';

/** Part of a graph that is one layer: its edges run from all nodes before it to all of its own. */
export interface GraphLayer {
  /** Paths of its weight and its bias. */
  weight: string;
  bias: string;
  /** D and H. */
  shape: [number, number];
  /** Number of its first edge, row by row of the weight, and of its first node. */
  edge: number;
  node: number;
}

/** A network as a graph: neurons are nodes, the inputs first, and weights are edges. */
export interface NetworkGraph {
  layers: readonly GraphLayer[];
  /** N. */
  nodes: number;
  /** Source and target of each edge; [M] each. */
  from: Int32Array;
  to: Int32Array;
  /** Weight of each edge; [M]. */
  weights: Float32Array;
  /** Bias of each node, 0 of the inputs; [N]. */
  biases: Float32Array;
}

/**
 * Graph of a multilayer perceptron. {@link networkValues} is the way back, bit for bit.
 *
 * @throws {SwitchyardError} where the model is another one, masked, cut in a mask or factored.
 */
export function networkGraph(where: string, model: Mlp): NetworkGraph {
  if (!(model instanceof Mlp)) {
    fail(where, 'the network must be a models.mlp', (model as { kind?: string } | undefined)?.kind);
  }
  if (model.options.batchNorm) {
    fail(where, 'the network must have linear layers alone', 'batch norms');
  }
  const parameters = model.parameters();
  const layers: GraphLayer[] = [];
  let [edge, node] = [0, model.options.inputWidth];
  for (const name of model.children.keys()) {
    const [weight, bias] = [`${name}.weight`, `${name}.bias`];
    const [inputs, outputs] = wholeAt(where, model, parameters, weight).shape;
    layers.push({ weight, bias, shape: [inputs, outputs], edge, node });
    edge += inputs * outputs;
    node += outputs;
  }
  const graph = { layers, nodes: node, from: new Int32Array(edge), to: new Int32Array(edge) };
  const [weights, biases] = [new Float32Array(edge), new Float32Array(node)];
  layers.forEach(({ weight, bias, shape: [inputs, outputs], edge: first, node: own }) => {
    weights.set(parameters.get(weight)!.variable.dataSync<'float32'>(), first);
    biases.set(parameters.get(bias)!.variable.dataSync<'float32'>(), own);
    for (let i = 0; i < inputs * outputs; i++) {
      graph.from[first + i] = own - inputs + Math.floor(i / outputs);
      graph.to[first + i] = own + (i % outputs);
    }
  });
  return { ...graph, weights, biases };
}

/** Parameters of the network that a graph is of, by path, from values of its edges [M] and nodes [N]. Differentiable. */
export function networkValues(graph: NetworkGraph, weights: tf.Tensor, biases: tf.Tensor): Map<string, tf.Tensor> {
  return new Map(
    graph.layers.flatMap(({ weight, bias, shape, edge, node }): [string, tf.Tensor][] => [
      [weight, weights.slice([edge], [shape[0] * shape[1]]).reshape(shape)],
      [bias, biases.slice([node], [shape[1]])]
    ])
  );
}

function wholeAt(where: string, model: Mlp, parameters: ReadonlyMap<string, Parameter>, path: string): Parameter {
  const parameter = parameters.get(path) ?? fail(where, 'layers must not be factored', path);
  const cut = parameter.axes.some(({ selection }) => selection !== null);
  return cut || model.buffers().has(`${path}Mask`)
    ? fail(where, 'the network must be whole, before it is pruned', `a mask at "${path}"`)
    : parameter;
}
