import { graph, models, train } from '@switchyard/kernel-lib';

/** Nodes of a graph of contacts. */
export const NODES = 200;
/** States of SEIR, of which SIR has three. */
export const STATES = 4;

const drawn = new Map<number, graph.Graph>();
/** An Erdos-Renyi graph of mean degree 5; drawn once. */
const contacts = (seed: number): graph.Graph =>
  drawn.get(seed) ?? drawn.set(seed, graph.generators.erdosRenyi({ nodes: NODES, probability: 5 / NODES, seed })).get(seed)!; // prettier-ignore

/** Snapshots of SIR after so many steps, each on a graph of its own, in which three nodes or more have been reached; states are all that is seen. */
export function snapshots(count: number, steps: number, seed: number) {
  const graphs: graph.Graph[] = [];
  const sources: number[] = [];
  const reached: number[][] = [];
  for (let i = 0; graphs.length < count; i++) {
    const g = contacts(1000 * seed + i);
    const { source, states } = graph.generators.epidemic(g, { steps, infection: 0.3, recovery: 0.3, seed: 1000 * seed + i }); // prettier-ignore
    const nodes = [...states[steps].keys()].filter((node) => states[steps][node] > 0);
    if (nodes.length >= 3) {
      const nodeFeatures = Array.from(states[steps], (state) => Array.from({ length: STATES }, (_, s) => (s === state ? 1 : 0))); // prettier-ignore
      graphs.push(graph.fromEdges({ ...g.directedOptions, nodeFeatures }));
      sources.push(source);
      reached.push(nodes);
    }
  }
  return { graphs, sources, reached };
}

/** A network that gives a logit of each node. */
export const network = (seed: number) => models.graphNetwork({ inputWidth: STATES, hidden: 16, outputWidth: 1, layers: 3, layer: graph.sage(), seed }); // prettier-ignore

/** Shares of sources found on 100 snapshots never seen: by a network after 30 steps on others, and by the distance centre. */
export function sourceFound(steps: number, seed: number) {
  const task = train.tasks.sourceLocalization({ ...snapshots(75, steps, 2 * seed - 1), batchSize: 5 });
  const unseen = snapshots(100, steps, 2 * seed);
  const model = network(seed);
  const training = train.stepper(model, task, { steps: 30, learningRate: 0.03, seed, schedule: 'constant', warmup: 0, weightDecay: 0 }); // prettier-ignore
  while (training.steps < 30) {
    training.step();
  }
  training.dispose();
  const { accuracy, loss } = task.measure(model, unseen);
  model.dispose();
  const central = unseen.graphs.filter((g, i) => graph.probes.distanceCentre(g, unseen.reached[i])[0] === unseen.sources[i]); // prettier-ignore
  return { accuracy, loss, centre: central.length / unseen.graphs.length };
}
