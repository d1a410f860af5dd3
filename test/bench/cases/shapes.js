'use strict';

const TOKENS = [32, 512, 4096];
const WIDTHS = [
  [64, 128],
  [256, 512],
  [512, 2048]
];
const EXPERTS = [8, 16, 64, 128];
const CHOICES = [1, 2, 8];

/** The one-hot layer does T^2 E C D work: only where that stays bearable. */
const ONE_HOT_LIMIT = 512;

function shape(numTokens, width, hidden, numExperts, k, routing = 'uniform') {
  return { numTokens, width, hidden, numExperts, k, routing };
}

/** "T512 d64 h128 E16 k2 uniform" */
function shapeName({ numTokens, width, hidden, numExperts, k, routing }) {
  return `T${numTokens} d${width} h${hidden} E${numExperts} k${k}${routing ? ` ${routing}` : ''}`;
}

/** What a run without --full measures: each T, width, E and K at least once. */
const DEFAULT_SHAPES = [
  shape(32, 64, 128, 8, 2),
  shape(32, 256, 512, 16, 2),
  shape(512, 64, 128, 16, 2),
  shape(512, 64, 128, 128, 1, 'skewed'),
  shape(512, 256, 512, 64, 2),
  shape(512, 512, 2048, 8, 2),
  shape(4096, 64, 128, 16, 2, 'skewed'),
  shape(4096, 64, 128, 64, 8),
  shape(4096, 256, 512, 64, 2),
  shape(4096, 256, 512, 64, 2, 'skewed'),
  shape(4096, 512, 2048, 8, 2),
  shape(4096, 512, 2048, 64, 2)
];

/** The sizes of a transformer whose training steps are timed. */
const TRAINING = { layers: 4, width: 128, numExperts: 16, k: 2, batchSize: 16, length: 128, vocabSize: 256 };

function allShapes() {
  const each = (values, f) => values.flatMap(f);
  return each(TOKENS, (numTokens) =>
    each(WIDTHS, ([width, hidden]) =>
      each(EXPERTS, (numExperts) =>
        each(CHOICES, (k) =>
          ['uniform', 'skewed'].map((routing) => shape(numTokens, width, hidden, numExperts, k, routing))
        )
      )
    )
  );
}

/** For parity alone. */
const SMOKE_SHAPES = [shape(32, 16, 32, 8, 2), shape(64, 24, 40, 16, 1), shape(48, 32, 64, 8, 8)];

/** What each section measures. */
const WHOLE = {
  layers: DEFAULT_SHAPES,
  memory: DEFAULT_SHAPES.filter(({ numTokens, routing }) => numTokens === 4096 && routing === 'uniform'),
  router: [shape(512, 256, 512, 16, 2, ''), shape(4096, 256, 512, 64, 2, ''), shape(4096, 512, 2048, 64, 8, '')],
  /** Its T, E and K are doubled one at a time. */
  scaling: shape(1024, 256, 512, 16, 2),
  training: TRAINING,
  starts: 5,
  graphs: [
    { numNodes: 20_000, numEdges: 400_000, width: 64, hidden: 64 },
    { numNodes: 100_000, numEdges: 1_000_000, width: 128, hidden: 64 }
  ],
  /** Edges of a graph that grows, of as many nodes as a tenth of them. */
  growing: { edges: [1e5, 1e6, 1e7], width: 16 },
  real: { prompt: 512, tokens: 128, rounds: 5 },
  // The sizes of OLMoE-1B-7B.
  search: {
    some: 300,
    many: 10_000,
    busy: { trials: 64, seconds: 0.5, workers: 8 },
    latency: { size: 64, passes: 31, candidates: 20 }
  },
  large: {
    ...{ name: 'olmoe-1b-7b-shaped', layers: 16, width: 2048, hidden: 1024, experts: 64, k: 8, heads: 16 },
    ...{ vocabulary: 50304, context: 4096, shardBytes: 4e9, cacheBytes: 4e9, tokens: 32 }
  }
};

/** The same sections on shapes so small that what they measure means nothing: to see that all of them end well. */
const SMALL = {
  layers: SMOKE_SHAPES.slice(0, 1),
  memory: SMOKE_SHAPES.slice(0, 1),
  router: SMOKE_SHAPES.slice(0, 1),
  scaling: SMOKE_SHAPES[0],
  training: { ...TRAINING, layers: 1, width: 16, numExperts: 4, batchSize: 2, length: 16 },
  starts: 1,
  graphs: [{ numNodes: 50, numEdges: 200, width: 16, hidden: 8 }],
  growing: { edges: [100, 1000], width: 4 },
  real: { prompt: 16, tokens: 4, rounds: 1 },
  search: {
    some: 10,
    many: 60,
    busy: { trials: 4, seconds: 0.05, workers: 2 },
    latency: { size: 16, passes: 6, candidates: 3 }
  },
  large: {
    ...{ name: 'olmoe-small-shaped', layers: 2, width: 32, hidden: 16, experts: 8, k: 2, heads: 2 },
    ...{ vocabulary: 64, context: 64, shardBytes: 2e4, cacheBytes: 2e4, tokens: 4 }
  }
};

module.exports = { ONE_HOT_LIMIT, SMALL, SMOKE_SHAPES, WHOLE, allShapes, shapeName };
