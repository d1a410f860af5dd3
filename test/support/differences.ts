import { core, graph, models, tf, train } from '@switchyard/kernel-lib';
import { drawnGraph } from './graphs';

/** Accuracy on nodes not known of a drawn graph whose class is the sign of what they hold less three times the mean of their neighbours, of a network of these layers. */
export async function differenceAccuracy(layer: graph.GraphLayerSpec, seed: number): Promise<number> {
  const size = 240;
  const drawn = drawnGraph(size, 0.05, core.Random.fromSeed(seed + 6));
  const values = tf.tidy(() =>
    Array.from(
      core.Random.fromSeed(seed + 7)
        .normal([size, 1])
        .dataSync()
    )
  );
  // Neighbours stand on both sides of what a node holds: its sign alone says little of the difference to all of them.
  const own = values.map((value, node) => {
    const { starts, neighbours } = drawn.incoming;
    const near = [...neighbours.subarray(starts[node], starts[node + 1])];
    return [value + (3 * near.reduce((sum, each) => sum + values[each], 0)) / Math.max(1, near.length)];
  });
  const labels = values.map((value) => Number(value > 0));
  const data = graph.fromEdges({ ...drawn.directedOptions, nodeFeatures: own });
  const training = labels.map((_, i) => i % 2 === 0);
  const task = train.tasks.nodeClassification({ graph: data, labels, training });
  const model = models.graphNetwork({ inputWidth: 1, hidden: 8, outputWidth: 2, layers: 2, layer, seed });
  await train.fit(model, task, { steps: 150, learningRate: 0.02, seed, progress: false });
  const result = task.measure(model, training.map((is) => !is)).accuracy; // prettier-ignore
  model.dispose();
  return result;
}
