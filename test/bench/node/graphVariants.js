/** @file Sums over a graph's edges, with gradients, and a training step of a graph network of two convolutions. */
'use strict';

const { graph, models, tf, train } = require('@switchyard/kernel-lib');

const COMPARED_STEPS = 3;
const LEARNING_RATE = 1e-3;

function graphOf({ tensors, sizes: { numNodes, width } }) {
  const [sources, targets, weights, x] = ['sources', 'targets', 'weights', 'x'].map((name) => tensors.get(name).values);
  return graph.fromEdges({ numNodes, edges: { sources, targets }, weights, nodeFeatures: { values: x, width } });
}

/** y, and the gradients of what `learnt` names. */
function sum(learnt) {
  return (opened) => {
    const g = graphOf(opened);
    const { numNodes, width } = opened.sizes;
    const [x, upstream] = ['x', 'upstream'].map((name) =>
      tf.keep(tf.tensor2d(opened.tensors.get(name).values, [numNodes, width]))
    );
    const weights = learnt.includes('weights') ? tf.keep(tf.tensor1d(g.weights)) : g.weights;
    const inputs = learnt.includes('weights') ? [x, weights] : [x];
    const forward = (x, w = weights) => graph.neighbourSum(x, g, w);
    const all = () => {
      if (learnt.length === 0) {
        return { y: forward(x) };
      }
      const { value, grads } = tf.valueAndGrads(forward)(inputs, upstream);
      return { y: value, dx: grads[0], ...(grads.length > 1 && { dweights: grads[1] }) };
    };
    const read = (tensor) => ({ shape: tensor.shape, values: tensor.dataSync() });
    /** Weights are compared as they were given. */
    const given = ({ shape, values }) => {
      const out = new Float32Array(values.length);
      g.given.forEach((edge, at) => (out[edge] = values[at]));
      return { shape, values: out };
    };
    // Values are read outside of the tidy, which looks for tensors among all that it returns, value by value.
    const results = () => {
      const made = tf.tidy(all);
      const { dweights, ...rest } = Object.fromEntries(Object.entries(made).map(([name, each]) => [name, read(each)]));
      tf.dispose(made);
      return { ...rest, ...(dweights && { dweights: given(dweights) }) };
    };
    return { run: () => tf.tidy(() => void all()), results, dispose: () => tf.dispose([x, upstream, weights]) };
  };
}

/** Two graph convolutions with the loops and degrees of the graph without weights, AdamW, and the loss read. */
function step(opened) {
  const { tensors, sizes } = opened;
  const { weights: _, ...options } = graphOf(opened).directedOptions;
  const g = graph.fromEdges(options);
  const labels = tensors.get('labels').values;
  const task = train.tasks.nodeClassification({ graph: g, labels, training: Array.from(labels.keys()) });
  const start = () => {
    const model = models.graphNetwork({ inputWidth: sizes.width, hidden: sizes.hidden, outputWidth: sizes.classes, layers: 2, layer: graph.gcn({ bias: false }) }); // prettier-ignore
    for (const [path, name] of [
      ['0.map.weight', 'first'],
      ['1.map.weight', 'second']
    ]) {
      const { variable } = model.parameters().get(path);
      tf.tidy(() => variable.assign(tf.tensor(tensors.get(name).values, variable.shape)));
    }
    const options = { steps: 1e6, learningRate: LEARNING_RATE, warmup: 0, schedule: 'constant', seed: 1 };
    return { model, stepper: train.stepper(model, task, options) };
  };
  let current = start();
  const dispose = () => (current.stepper.dispose(), current.model.dispose());
  const results = () => {
    dispose();
    current = start();
    const values = Float32Array.from({ length: COMPARED_STEPS }, () => current.stepper.step()['loss/train']);
    return { losses: { shape: [COMPARED_STEPS], values } };
  };
  return { run: () => void current.stepper.step(), results, dispose };
}

module.exports = {
  VARIANTS: {
    'ours forward': sum([]),
    'ours both': sum(['x']),
    'ours weights': sum(['x', 'weights']),
    'ours step': step
  }
};
