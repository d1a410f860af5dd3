import { graph, routers } from '@switchyard/kernel-lib';

/** Width of nodes that come in and go out, and of edges. */
export const [INPUTS, OUTPUTS, EDGE] = [6, 4, 3];

export interface GraphLayerCase {
  name: string;
  spec: graph.GraphLayerSpec;
  parameters: string[];
  /** Operations on a node, by hand: matrix products, a multiplication and an addition counted as two. */
  flops: number;
  /** Whether nodes hear themselves, whatever the edges. */
  hearsItself: boolean;
  /** Whether it counts parallel edges. Default true; a maximum does not, nor does a mean of alike ones. */
  counts?: boolean;
  /** Whether it takes choices, whose gradients go straight through, so that none of finite differences is theirs. */
  jumps?: boolean;
  /** Whether the source of an edge hears its target as well. */
  bothWays?: boolean;
  /** Whether the order in which edges are given matters: only as far as a learnt aggregation is not associative. */
  ordered?: boolean;
  /** Parameters whose gradient is 0 at first. */
  still?: string[];
  pinned?: string[];
}

const linear = (name: string, bias = true): string[] => [`${name}.weight`, ...(bias ? [`${name}.bias`] : [])];
const statistics = { meanLogDegree: 0.8 };

export const MEMBERS: GraphLayerCase[] = [
  { name: 'GCN', spec: graph.gcn(), parameters: ['bias', 'map.weight'], flops: 48, hearsItself: true },
  {
    name: 'GCN',
    spec: graph.gcn({ loops: false, bias: false }),
    ...{ parameters: ['map.weight'], flops: 48, hearsItself: false }
  },
  {
    name: 'GAT',
    spec: graph.gat({ heads: 2 }),
    ...{ parameters: ['bias', 'attendSource', 'attendTarget', 'map.weight'], flops: 64, hearsItself: true }
  },
  {
    name: 'GAT',
    spec: graph.gat({ heads: 2, combine: 'mean', loops: false, dropout: 0.2 }),
    ...{ parameters: ['bias', 'attendSource', 'attendTarget', 'map.weight'], flops: 128, hearsItself: false }
  },
  {
    name: 'GATv2',
    spec: graph.gatv2({ heads: 2 }),
    parameters: ['bias', 'attend', ...linear('source'), ...linear('target')],
    ...{ flops: 96, hearsItself: true }
  },
  {
    name: 'SAGE',
    spec: graph.sage(),
    parameters: [...linear('neighbours'), ...linear('own', false)],
    ...{ flops: 96, hearsItself: true }
  },
  {
    name: 'SAGE',
    spec: graph.sage({ aggregation: 'max', normalized: true }),
    parameters: [...linear('neighbours'), ...linear('own', false)],
    ...{ flops: 96, hearsItself: true, counts: false }
  },
  {
    name: 'GIN',
    spec: graph.gin({ epsilon: 0.5, learnt: true, hidden: 5 }),
    parameters: ['epsilon', ...linear('first'), ...linear('second')],
    ...{ flops: 100, hearsItself: true }
  },
  {
    name: 'GINE',
    spec: graph.gine({ edgeWidth: EDGE }),
    parameters: [...linear('first'), ...linear('second'), ...linear('edge')],
    // Two maps of a node, and 36 of the map of edges, which is counted as of one edge a node.
    ...{ flops: 116, hearsItself: true }
  },
  {
    name: 'PNA',
    spec: graph.pna(statistics),
    parameters: [...linear('source'), ...linear('target', false), ...linear('all'), ...linear('last')],
    // Two maps 6 x 6, one 78 x 4, one 4 x 4.
    ...{ flops: 800, hearsItself: true }
  },
  {
    name: 'RGCN',
    spec: graph.rgcn({ relations: 3 }),
    ...{ parameters: ['weight', ...linear('own')], flops: 192, hearsItself: true, pinned: ['relations'] }
  },
  {
    name: 'RGCN',
    spec: graph.rgcn({ relations: 3, bases: 2, bias: false }),
    parameters: ['weight', 'mix', ...linear('own', false)],
    ...{ flops: 192, hearsItself: true, pinned: ['relations'] }
  },
  {
    name: 'RelationalAttention',
    spec: graph.relationalAttention({ relations: 3, heads: 2 }),
    parameters: ['weight', 'attendSource', 'attendTarget', 'own', 'bias'],
    // A product of 6 to 4 messages and 2 scores, one of 6 to 2, and the own map.
    ...{ flops: 72 + 24 + 48, hearsItself: true, pinned: ['relations', 'nodeKinds'] }
  },
  {
    name: 'RelationalAttention',
    spec: graph.relationalAttention({ relations: 3, heads: 2, combine: 'mean', layout: 'edges', fuse: false, nodeKinds: 0, bias: false }), // prettier-ignore
    parameters: ['weight', 'attendSource', 'attendTarget'],
    // Two products of 6 to 8, and their scores.
    ...{ flops: 2 * 96 + 4 * 8, hearsItself: false, pinned: ['relations'] }
  },
  {
    name: 'HGT',
    spec: graph.hgt({ relations: 3, heads: 2 }),
    parameters: ['attend', 'message', 'prior', ...['key', 'query', 'value', 'last'].flatMap((name) => linear(name))],
    // Three maps 6 x 4 and one 4 x 4, and keys and values through two products 2 x 2.
    ...{ flops: 3 * 48 + 32 + 32, hearsItself: false, pinned: ['relations', 'nodeKinds'] }
  },
  {
    name: 'HGT',
    spec: graph.hgt({ relations: 3, bias: false, dropout: 0.2 }),
    parameters: ['attend', 'message', 'prior', ...['key', 'query', 'value', 'last'].flatMap((name) => linear(name, false))], // prettier-ignore
    ...{ flops: 3 * 48 + 32 + 64, hearsItself: false, pinned: ['relations', 'nodeKinds'] }
  },
  {
    name: 'GraphTransformer',
    spec: graph.graphTransformer({ heads: 2 }),
    parameters: [...linear('query'), ...linear('key'), ...linear('value'), ...linear('skip')],
    ...{ flops: 192, hearsItself: true, still: ['key.bias'] }
  },
  {
    name: 'GraphTransformer',
    spec: graph.graphTransformer({ heads: 2, combine: 'mean', edgeWidth: EDGE, gated: true, bias: false }),
    parameters: [...['query', 'key', 'value', 'skip', 'edge', 'gate'].flatMap((name) => linear(name, false))],
    // Three maps to 8, a skip to 4, a map of edges, and a gate of 12.
    ...{ flops: 3 * 96 + 48 + 48 + 24, hearsItself: true }
  },
  {
    name: 'Chebyshev',
    spec: graph.chebyshev({ order: 2 }),
    ...{ parameters: ['bias', ...[0, 1, 2].flatMap((k) => linear(`${k}`, false))], flops: 144, hearsItself: true }
  },
  {
    name: 'ChebyshevFilter',
    spec: graph.chebyshevFilter({ order: 3 }),
    ...{ parameters: ['coefficients', ...linear('map')], flops: 48, hearsItself: true }
  },
  {
    name: 'APPNP',
    spec: graph.appnp({ steps: 3, teleport: 0.2 }),
    ...{ parameters: linear('map'), flops: 48, hearsItself: true }
  },
  {
    name: 'AdaptiveChannels',
    spec: graph.adaptiveChannels(),
    parameters: ['mix', ...['low-pass', 'high-pass', 'identity'].flatMap((each) => [`${each}.weight`, `${each} score.weight`])], // prettier-ignore
    // Three maps, three scores, and a mix of three.
    ...{ flops: 3 * 48 + 3 * 8 + 18, hearsItself: true }
  },
  {
    name: 'Sheaf',
    spec: graph.sheaf(),
    parameters: ['mixStalk', ...linear('map'), ...linear('own'), ...linear('other', false), 'mixChannels.weight'],
    // A map, two maps to a diagonal, and mixtures of channels and of the stalk.
    ...{ flops: 48 + 2 * 16 + 16 + 16, hearsItself: true, pinned: ['stalk', 'maps'] }
  },
  {
    name: 'Sheaf',
    spec: graph.sheaf({ maps: 'general', stalkWidth: 2, activation: 'gelu' }),
    parameters: ['mixStalk', ...linear('map'), ...linear('own'), ...linear('other', false), 'mixChannels.weight'],
    ...{ flops: 48 + 2 * 32 + 16 + 16, hearsItself: true, pinned: ['stalk', 'maps'] }
  },
  {
    name: 'TimeDiffusion',
    spec: graph.timeDiffusion({ time: 0.7, derivative: 0.5, order: 12 }),
    ...{ parameters: ['derivative', 'logTime', ...linear('map')], flops: 48, hearsItself: true }
  },
  {
    name: 'Contextual',
    spec: graph.contextual({ hidden: 5, aggregation: 'mean', activation: 'silu' }),
    parameters: ['bias', ...['query', 'key', 'context', 'last'].map((each) => `${each}.weight`)],
    // Three maps 6 x 5 and one 5 x 4.
    ...{ flops: 3 * 60 + 40, hearsItself: false }
  },
  {
    name: 'Contextual',
    spec: graph.contextual({ context: false }),
    parameters: ['bias', ...['query', 'key', 'last'].map((each) => `${each}.weight`)],
    ...{ flops: 2 * 48 + 32, hearsItself: false }
  },
  {
    name: 'Convergent',
    spec: graph.convergent({ heads: 2, contraction: 0.5 }),
    ...{ parameters: ['attendSource', 'attendTarget', ...linear('map')], flops: 64, hearsItself: true }
  },
  {
    name: 'TotalVariation',
    spec: graph.totalVariation({ delta: 0.05, floor: 0.1, activation: 'silu' }),
    ...{ parameters: linear('map'), flops: 48, hearsItself: true }
  },
  {
    name: 'NeuralBellmanFord',
    spec: graph.neuralBellmanFord({ relations: 3, steps: 2 }),
    parameters: ['relations0', 'relations1', ...linear('map'), ...linear('0'), ...linear('1')],
    // A map, and an update 8 x 4 in each step.
    ...{ flops: 48 + 2 * 64, hearsItself: true, pinned: ['relations'] }
  },
  {
    name: 'DirectedPatterns',
    spec: graph.directedPatterns({ order: 2, steps: 2 }),
    parameters: ['patternScores', 'stepScores', ...linear('map')],
    // A map, six scores in each of two steps, and three of the steps.
    ...{ flops: 48 + 2 * 6 * 8 + 3 * 8, hearsItself: true, bothWays: true, pinned: ['patterns', 'steps'] }
  },
  {
    name: 'MultiModule',
    spec: graph.multiModule({ modules: 3, hidden: 5, activation: 'silu' }),
    parameters: ['slope', 'offset', ...[0, 1, 2].flatMap((k) => [...linear(`${k}.first`), ...linear(`${k}.second`)])],
    ...{ flops: 3 * (60 + 40), hearsItself: true, pinned: ['modules'] }
  },
  {
    name: 'MultiModule',
    spec: graph.multiModule({ gate: 'learned', aggregation: 'mean', activation: 'gelu' }),
    parameters: [...linear('gate'), ...[0, 1].flatMap((k) => [...linear(`${k}.first`), ...linear(`${k}.second`)])],
    ...{ flops: 24 + 2 * (48 + 32), hearsItself: true, pinned: ['modules'] }
  },
  {
    name: 'LearnedMonoid',
    spec: graph.learnedMonoid({ associativity: 0.1 }),
    parameters: [...linear('element'), ...linear('own', false), ...linear('input'), ...linear('recurrent')],
    // Two maps 6 x 4, and two of 4 to three gates of 4, counted as of one pair a node.
    ...{ flops: 2 * 48 + 2 * 96, hearsItself: true, ordered: true }
  },
  {
    name: 'EnergyLayer',
    spec: graph.energyLayer({ edgeWidth: 3, stiffness: 5 }),
    parameters: ['source', 'target', ...linear('map')],
    // A map, and two of 4 x 3 for what an edge has of its ends.
    ...{ flops: 48 + 48, hearsItself: true, bothWays: true }
  },
  {
    name: 'AdaptiveDepth',
    spec: graph.adaptiveDepth({ propagation: 3, transformation: 2, activation: 'silu' }),
    parameters: ['score', ...linear('map'), ...linear('0'), ...linear('1')],
    // A map, four scores, and two maps 4 x 4.
    ...{ flops: 48 + 4 * 8 + 2 * 32, hearsItself: true }
  },
  {
    name: 'Natural',
    spec: graph.natural({ hidden: 3, activation: 'silu' }),
    parameters: ['message0.bias', 'message0.map.weight', 'message1.bias', 'message1.map.weight', 'own.weight'],
    // Message layers 8 x 3 and 3 x 4, and the node's own 6 x 4.
    ...{ flops: 48 + 24 + 48, hearsItself: true, pinned: ['marks'] }
  },
  {
    name: 'DRew',
    spec: graph.drew({ layers: 2, nu: 1 }),
    parameters: [...linear('first'), ...[0, 1].flatMap((t) => Array.from({ length: t + 1 }, (_, i) => linear(`${t}.${i + 1}`, i === 0)).flat())], // prettier-ignore
    ...{ flops: 48 + 3 * 32, hearsItself: true, counts: false }
  },
  {
    name: 'Cooperative',
    spec: graph.cooperative({ environment: graph.gin(), temperature: 0.5 }),
    parameters: [
      ...['first', 'second'].flatMap((each) => linear(`environment.${each}`)),
      ...[...linear('action.neighbours'), ...linear('action.own', false)]
    ],
    ...{ flops: 80 + 96, hearsItself: true, jumps: true, pinned: ['outputs'] }
  },
  {
    name: 'MatrixFunction',
    spec: graph.matrixFunction(),
    parameters: [...['real', 'logImaginary', 'weight', 'turned'], ...linear('diagonal'), ...linear('source'), ...['target', 'value', 'own'].flatMap((name) => linear(name, false)), ...linear('last')], // prettier-ignore
    // Five maps 6 x 4 and one 8 x 4; of four poles and matrices three products of 4 x 4 matrices, over four nodes.
    ...{
      flops: 5 * 48 + 64 + 16 * 6 * 16,
      hearsItself: true,
      bothWays: true,
      pinned: ['channels', 'poles', 'degrees', 'paths', 'degrees, heard', 'length']
    }
  },
  {
    name: 'MatrixFunction',
    spec: graph.matrixFunction({ channels: 2, poles: 1, lMax: 1 }),
    parameters: [...['real', 'logImaginary', 'weight', 'turned'], ...linear('diagonal'), ...linear('source'), ...['target', 'value', 'own', 'length'].flatMap((name) => linear(name, false)), ...linear('last')], // prettier-ignore
    // Five paths: of 0 with 0, 0 with 1 both ways, and 1 with 1 by degrees 0 and 2; matrices of four orbitals a node.
    ...{ flops: 48 + 2 * 120 + 24 + 48 + 20 + 48 + 2 * 6 * 16 * 64, hearsItself: true, bothWays: true, pinned: ['channels', 'poles', 'degrees', 'paths', 'degrees, heard', 'length'] } // prettier-ignore
  },
  {
    name: 'LayerMixture',
    spec: graph.layerMixture({ experts: [graph.sage(), graph.gcn()], router: routers.topK({ k: 2 }) }),
    parameters: ['router.weight', ...linear('0.neighbours'), ...linear('0.own', false), '1.bias', '1.map.weight'],
    // A router of two, and both layers.
    ...{ flops: 24 + 96 + 48, hearsItself: true, pinned: ['outputs', 'experts'] }
  }
];

/** Classes of the folder that are no layer with a spec; each has a test of its own. */
export const ELSEWHERE = {
  AlgorithmNetwork: 'systems/neuralCompilation.test.ts',
  CoordinateTransformer: 'systems/graphFreeTransformer.test.ts',
  CausalVae: 'causalVae.test.ts',
  CommonNeighbourScore: 'systems/ncn.test.ts',
  ConeQueries: 'coneQueries.test.ts',
  Deconvolution: 'systems/gdn.test.ts',
  Epistemic: 'systems/epignn.test.ts',
  EwaldMessages: 'systems/ewaldMp.test.ts',
  FeatureFilter: 'messagePassing.test.ts',
  GraphParsing: 'systems/gpn.test.ts',
  HistoricalPipeline: 'systems/gnnPipe.test.ts',
  InfluenceSearch: 'systems/deepIm.test.ts',
  InducedSumProduct: 'systems/gspn.test.ts',
  IdentityPosition: 'identityPosition.test.ts',
  LatentCells: 'latentCells.test.ts',
  LayerLocal: 'systems/forwardGnn.test.ts',
  Mace: 'systems/mace.test.ts',
  Mamba: 'systems/graphMamba.test.ts',
  MessagePassing: 'messagePassing.test.ts',
  MetaPathViews: 'metaPathViews.test.ts',
  MetaRelations: 'systems/latte.test.ts',
  NeighbourAggregation: 'messagePassing.test.ts',
  NeuroSat: 'systems/neuroSat.test.ts',
  OnGraph: 'messagePassing.test.ts',
  OverLabellings: 'systems/klWl.test.ts',
  PairTransformer: 'systems/grit.test.ts',
  PatchMixer: 'systems/graphMixer.test.ts',
  PairwiseMrf: 'pairwiseMrf.test.ts',
  PdeSolver: 'systems/mpPde.test.ts',
  PrecodingNetwork: 'operators/precoding.test.ts',
  Preconditioner: 'systems/learnedPreconditioner.test.ts',
  QueryEmbedding: 'systems/starqe.test.ts',
  RandomNodeFeatures: 'systems/rni.test.ts',
  RelationAggregation: 'relations.test.ts',
  RelationLearning: 'relations.test.ts',
  SubgraphEquivariant: 'systems/spen.test.ts',
  TopKPooling: 'topKPooling.test.ts'
};
