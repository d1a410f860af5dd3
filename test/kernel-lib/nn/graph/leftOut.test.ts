import { core, graph, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const g = graph.generators.ring({ nodes: 4 });
const none = undefined as never;

/** Calls without options, by door. */
const CALLS: Record<string, () => unknown> = {
  'graph.fromEdges': () => graph.fromEdges(none),
  'graph.messagePassing': () => graph.messagePassing(none),
  'graph.egoNetworks': () => graph.egoNetworks(g, none),
  'graph.labelled': () => graph.labelled(g, none),
  'graph.OverLabellings': () => new graph.OverLabellings(none),
  'graph.GraphParsing': () => new graph.GraphParsing(none),
  'graph.SubgraphEquivariant': () => new graph.SubgraphEquivariant(none),
  'graph.PdeSolver': () => new graph.PdeSolver(none),
  'graph.EwaldMessages': () => new graph.EwaldMessages(none),
  'graph.TopKPooling': () => new graph.TopKPooling(none),
  'graph.radiusGraph': () => graph.radiusGraph([[0]], none),
  'graph.neighbourhoodTokens': () => graph.neighbourhoodTokens(g, none),
  'graph.CoordinateTransformer': () => new graph.CoordinateTransformer(none),
  'graph.Mamba': () => new graph.Mamba(none),
  'graph.InducedSumProduct': () => new graph.InducedSumProduct(none),
  'graph.NeuroSat': () => new graph.NeuroSat(none),
  'graph.AlgorithmNetwork': () => new graph.AlgorithmNetwork(none),
  'graph.PatchMixer': () => new graph.PatchMixer(none),
  'graph.patches': () => graph.patches(g, none),
  'graph.probes.localRoutes': () => graph.probes.localRoutes(g, none),
  'graph.InfluenceSearch': () => new graph.InfluenceSearch(none),
  'graph.PrecodingNetwork': () => new graph.PrecodingNetwork(none),
  'graph.precode': () => graph.precode({ real: tf.ones([1, 1, 1]), imaginary: tf.ones([1, 1, 1]) }, none),
  'graph.propagationGraph': () => graph.propagationGraph(graph.generators.gridField({ size: 3 }), none),
  'graph.generators.independentCascade': () => graph.generators.independentCascade(g, none),
  'graph.probes.greedySeeds': () => graph.probes.greedySeeds(g, none),
  'graph.radialBasis': () => graph.radialBasis(none, none),
  'graph.Mace': () => new graph.Mace(none),
  'graph.virgoVariances': () => graph.virgoVariances(g, none),
  'graph.heatKernel': () => graph.heatKernel(none, g, none),
  'graph.bellmanFord': () => graph.bellmanFord(none, g, none),
  'graph.sheafLaplacian': () => graph.sheafLaplacian(none, g, none, none),
  'graph.pLaplacianWeights': () => graph.pLaplacianWeights(none, g, none),
  'graph.metaNodeContrast': () => graph.metaNodeContrast(none, g, none),
  'graph.rewire.delay': () => graph.rewire.delay(g, none),
  'graph.samplers.saint': () => graph.samplers.saint(g, none),
  'graph.samplers.balancedNeighbours': () => graph.samplers.balancedNeighbours(g, none),
  'graph.samplers.neighbours': () => graph.samplers.neighbours(g, none),
  'graph.samplers.adaptiveFanOut': () => graph.samplers.adaptiveFanOut(none),
  'graph.rewire.densify': () => graph.rewire.densify(g, none),
  'graph.splits.negatives': () => graph.splits.negatives(g, none),
  'graph.probes.usableInformation': () => graph.probes.usableInformation(g, none),
  'graph.probes.runInRounds': () => graph.probes.runInRounds(g, none)
};
for (const [name, generate] of Object.entries(graph.generators)) {
  if (generate.length === 1 && typeof generate === 'function' && !['rook', 'shrikhande', 'family'].includes(name)) {
    CALLS[`graph.generators.${name}`] = () => (generate as (options: never) => unknown)(none);
  }
}
CALLS['graph.generators.epidemic'] = () => graph.generators.epidemic(g, none);
for (const name of ['borf', 'effectiveResistance', 'fosr', 'laser', 'probabilistic', 'sdrf'] as const) {
  CALLS[`graph.rewire.${name}`] = () => graph.rewire[name](g, none);
}
for (const name of [
  'egoEdges',
  'egoNodes',
  'fastRP',
  'gte',
  'randomFeaturePropagation',
  'recoverPositions',
  'relationProjection'
] as const) {
  CALLS[`graph.embed.${name}`] = () => graph.embed[name](g, none);
}
// Every layer by its kind.
for (const name of graph.layerSpecs.names) {
  const spec = graph.layerSpecs.of({ kind: name, options: {} });
  CALLS[spec.kind] = () => new (layerClass(name) as new (options: never) => unknown)(none);
}

function layerClass(kind: string): unknown {
  const name = kind.replace(/-/g, '').toLowerCase();
  const classes = Object.entries(graph).filter(([, value]) => typeof value === 'function' && (value.prototype as unknown) instanceof core.Module); // prettier-ignore
  return classes.find(([each]) => each.toLowerCase() === name)?.[1];
}

test.each(Object.keys(CALLS))('%s without options says so', (door) => {
  expect(CALLS[door]).toThrow(/^[\w.]+: options must be given, got undefined$/);
});

test('a layer that is applied without a pass says so', () => {
  const layer = new graph.GCN({ inputWidth: 2, outputWidth: 2, random: core.Random.fromSeed(1) });
  tf.tidy(() => {
    expect(() => layer.apply(tf.ones([4, 2]), none)).toThrow('gcn: the pass (ctx) must be given, got undefined');
    expect(() => new graph.OnGraph(g, layer).apply(tf.ones([4, 2]), none)).toThrow('graph.OnGraph: the pass (ctx) must be given'); // prettier-ignore
  });
  expect(() => new graph.OnGraph(none, layer)).toThrow('graph.OnGraph: the graph must be given');
  layer.dispose();
});

test("weights that are given out are the caller's own: what a graph convolution computes by stays", () => {
  const looped = graph.withLoops(g);
  for (const weights of [graph.symmetricWeights, graph.balancedWeights]) {
    const before = [...weights(looped)];
    weights(looped).fill(7);
    expect([...weights(looped)]).toEqual(before);
  }
});
