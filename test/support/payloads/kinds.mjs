/** @file One example of each kind besides routing and training; seeded, with numbers that agree with each other. */
import { envelope, mulberry32, round, shares } from './parts.mjs';

/** Payloads by name of the example. */
export function kindExamples() {
  return {
    'depth-usage': depthUsage(),
    'router-confidence': routerConfidence(),
    masks: masks(),
    'merge-tree': mergeTree(),
    pareto: pareto(),
    'graph-rewiring': graphRewiring(),
    timeline: timeline(),
    trial: trial(),
    'layer-amounts': layerAmounts(),
    'pruning-groups': pruningGroups(),
    choices: choices()
  };
}

const range = (n) => Array.from({ length: n }, (_, i) => i);
const over = (kind, title, seed, data) => envelope(kind, title, seed, 500, true, data);

/** Six layers; hard tokens take the big module, the more so in the middle. */
function depthUsage() {
  const random = mulberry32(11);
  const layers = range(6).map((i) => `layers.${i}`);
  const modules = ['skip', 'small', 'big'];
  const flops = layers.map(() => [0, 8192, 65536]);
  const words = 'for item in items : if item > 0 : total += item # sum of what is above zero ⏎'.split(' ');
  const text = range(60).map((t) => words[t % words.length]);
  const difficulty = text.map((word) => round(Math.max(0, 0.15 * word.length + 0.4 * random() - 0.3)));
  const executed = layers.map((_, i) =>
    difficulty.map((d) => {
      const score = d * (1 - Math.abs(i - 2.5) / 4) + 0.5 * (random() - 0.5);
      return score > 0.5 ? 2 : score > 0.12 ? 1 : 0;
    })
  );
  const usage = executed.map((row) => shares(modules.map((_, m) => row.filter((x) => x === m).length)));
  const spent = executed.flat().reduce((sum, m) => sum + flops[0][m], 0);
  const cost = round(spent / (flops[0][2] * text.length * layers.length));
  const domain = text.map((_, t) => (t < 30 ? 0 : 1));
  return over('depth-usage', 'Duo-LLM, 6 layers, budget 0.4', 11, {
    layers,
    modules,
    usage,
    flops,
    cost,
    budget: 0.4,
    tokens: { text, domain, executed, difficulty, truncated: false },
    domains: ['python', 'prose']
  });
}

/** Routers grow surer with depth, and surer choices agree more with the oracle. */
function routerConfidence() {
  const bins = 20;
  const random = mulberry32(12);
  const edges = range(bins + 1).map((i) => round(i / bins));
  const layers = range(4).map((i) => {
    const counts = new Array(bins).fill(0);
    const right = new Array(bins).fill(0);
    let sum = 0;
    for (let t = 0; t < 1000; t++) {
      const top = Math.min(0.999, 0.25 + 0.15 * i + 0.45 * ((random() + random()) / 2));
      const bin = Math.floor(top * bins);
      counts[bin]++;
      right[bin] += random() < 0.3 + 0.6 * top ? 1 : 0;
      sum += top;
    }
    return {
      path: `layers.${i}.router`,
      router: 'path',
      tokens: shares(counts),
      agreement: counts.map((n, b) => (n > 0 ? round(right[b] / n) : null)),
      mean: round(sum / 1000)
    };
  });
  return over('router-confidence', 'path routers against the oracle', 12, { edges, reference: 'oracle', layers });
}

function masks() {
  const random = mulberry32(13);
  const group = (path, granularity, rows, columns, kept) => {
    const size = 16;
    const grid = range(size).map((r) =>
      range(size).map((c) => {
        const near = 1 - Math.abs(r - c) / size;
        return round(Math.min(1, Math.max(0, kept * (0.5 + near) + 0.3 * (random() - 0.5))));
      })
    );
    const mean = grid.flat().reduce((a, b) => a + b, 0) / size ** 2;
    const importance = range(64).map((i) => round(Math.exp(-i / 24) + 0.1 * random()));
    return { path, granularity, shape: [rows, columns], kept: round(mean), grid, importance };
  };
  const heads = { of: 'heads', kept: [1, 0.75, 0, 1, 1, 0.5, 1, 0.75], count: 8 };
  const experts = (kept) => ({ of: 'experts', kept, count: 4 });
  return over('masks', 'magnitude pruning to half', 13, {
    mode: 'mask',
    groups: [
      { ...group('layers.0.attention.qkv', 'head', 128, 384, 0.75), parts: heads },
      { ...group('layers.0.moe.experts.w1', 'channel', 128, 256, 0.5), parts: experts([0.25, 0.75, 1, 0]) },
      { ...group('layers.1.moe.experts.w1', 'channel', 128, 256, 0.4), parts: experts([0.5, 0.5, 0.1, 0.5]) },
      group('unembed', 'weight', 128, 512, 0.35)
    ],
    before: { parameters: 1_228_800, flops: 2_457_600, milliseconds: 1.84, bytes: 4_915_200 },
    after: { parameters: 614_400, flops: 1_228_800, milliseconds: 1.12, bytes: 2_457_600 },
    metric: { name: 'validation loss', before: 1.83, after: 1.87 }
  });
}

/** Single linkage of points on a line, so that distances can be checked by hand. */
function mergeTree() {
  const layer = (path, positions) => {
    const clusters = new Map(positions.map((x, i) => [i, [x]]));
    const merges = [];
    for (let join = 0; join < positions.length - 1; join++) {
      let best = null;
      for (const [a, xs] of clusters) {
        for (const [b, ys] of clusters) {
          const distance = Math.min(...xs.flatMap((x) => ys.map((y) => Math.abs(x - y))));
          if (a < b && (best === null || distance < best.distance)) best = { left: a, right: b, distance };
        }
      }
      const joined = [...clusters.get(best.left), ...clusters.get(best.right)];
      clusters.delete(best.left);
      clusters.delete(best.right);
      clusters.set(positions.length + join, joined);
      merges.push({ ...best, distance: round(best.distance), size: joined.length });
    }
    const groups = positions.map((x) => Math.floor(x / 2.5));
    return { path, experts: positions.map((_, i) => `expert ${i}`), merges, groups };
  };
  return over('merge-tree', 'experts merged from 8 to 4', 14, {
    metric: 'distance of mean outputs',
    layers: [
      layer('layers.0.moe', [0.2, 0.9, 2.6, 3.1, 5.2, 6.6, 8.1, 8.3]),
      layer('layers.1.moe', [1.1, 8.9, 2.0, 4.0, 6.1, 7.2, 3.3, 0.4])
    ]
  });
}

function pareto() {
  const random = mulberry32(15);
  const series = ['search', 'best single model', 'oracle'];
  const points = range(60).map((i) => {
    const x = round(1 + 9 * random());
    const y = round(0.9 - 0.55 / x - 0.25 * random() * Math.exp(-i / 25));
    return { label: `trial ${i}`, series: 0, x, y, low: round(y - 0.01), high: round(y + 0.01) };
  });
  points.push({ label: 'large', series: 1, x: 8, y: 0.8, low: null, high: null });
  points.push({ label: 'oracle', series: 2, x: 3, y: 0.88, low: null, high: null });
  const beaten = (p) => points.some((q) => q.x <= p.x && q.y >= p.y && (q.x < p.x || q.y > p.y));
  const front = points
    .map((_, i) => i)
    .filter((i) => !beaten(points[i]))
    .sort((a, b) => points[a].x - points[b].x);
  return over('pareto', 'cost and accuracy of 60 trials', 15, {
    x: { name: 'cost', unit: 'MFLOP', better: 'lower' },
    y: { name: 'accuracy', unit: '', better: 'higher' },
    series,
    points,
    front,
    trajectory: range(60),
    // Half of several searches attain less than this one.
    lines: [
      { label: '3 of 5 studies', x: front.map((i) => points[i].x), y: front.map((i) => round(points[i].y - 0.03)) }
    ]
  });
}

/** Two rings joined by one bridge: the bridge is the most negative edge, and the added edges relieve it. */
function graphRewiring() {
  const random = mulberry32(16);
  const ring = (cx) =>
    range(10).map((i) => [cx + 0.4 * Math.cos((i * Math.PI) / 5), 0.4 * Math.sin((i * Math.PI) / 5)]);
  const nodes = [...ring(-0.55), ...ring(0.55)].map(([x, y], i) => ({
    label: `node ${i}`,
    class: i < 10 ? 0 : 1,
    x: round(x),
    y: round(y)
  }));
  const edges = [0, 10].flatMap((start) =>
    range(10).flatMap((i) => [
      { from: start + i, to: start + ((i + 1) % 10), curvature: round(0.2 + 0.2 * random()), state: 'kept' },
      {
        from: start + i,
        to: start + ((i + 3) % 10),
        curvature: round(0.1 * random()),
        state: i === 5 ? 'removed' : 'kept'
      }
    ])
  );
  edges.push({ from: 0, to: 15, curvature: -1.4, state: 'kept' });
  edges.push(
    { from: 1, to: 14, curvature: -0.3, state: 'added' },
    { from: 9, to: 16, curvature: -0.2, state: 'added' }
  );
  return over('graph-rewiring', 'two communities, one bridge', 16, {
    measure: 'balanced Forman curvature',
    classes: ['left', 'right'],
    nodes,
    edges,
    sensitivity: sensitivityAcross()
  });
}

/** Of three nodes: what is a step farther around a ring counts a third of a decade less, what is beyond the bridge two decades; node 12 reaches nobody. */
function sensitivityAcross() {
  const targets = [0, 3, 15];
  const around = (a, b) => Math.min(Math.abs(a - b) % 10, 10 - (Math.abs(a - b) % 10));
  const isLeft = (node) => node < 10;
  const steps = (a, b) =>
    isLeft(a) === isLeft(b) ? around(a, b) / 3 : (around(a, isLeft(a) ? 0 : 5) + around(b, isLeft(b) ? 0 : 5)) / 3 + 2;
  const decadesBelow = targets.map((target) =>
    range(20).map((node) =>
      node === 12 ? null : Math.round(10 * steps((target % 10) + (isLeft(target) ? 0 : 10), node)) / 10
    )
  );
  return { targets, decadesBelow };
}

/** Four devices, two micro-batches: the second's sending hides behind the first's computing. */
function timeline() {
  const devices = range(4).map((i) => `GPU ${i}`);
  const activities = ['attention', 'all-to-all', 'experts'];
  const spans = range(4).flatMap((device) => {
    const work = [2.2, 1.6, 2.9, 1.9][device];
    const at = (activity, start, length, label) => ({
      device,
      activity,
      start: round(start),
      end: round(start + length),
      label
    });
    return [
      at(0, 0, 1, 'batch 0'),
      at(1, 1, 0.8, 'batch 0'),
      at(0, 1.8, 1, 'batch 1'),
      at(2, 2.8, work, 'batch 0'),
      at(1, 5.7, 0.8, 'batch 1'),
      at(2, 6.5, work, 'batch 1')
    ];
  });
  return over('timeline', 'two micro-batches on four devices', 17, { devices, activities, spans });
}

/** Forty trials that get better, each made from a good one; every fifth is pruned half-way, one failed, one is under way. */
function trial() {
  const random = mulberry32(18);
  const trials = [];
  for (const number of range(40)) {
    const good = trials.filter(({ state }) => state === 'complete').sort((a, b) => a.values[0] - b.values[0])[0];
    const state = number === 39 ? 'running' : number === 11 ? 'failed' : number % 5 === 4 ? 'pruned' : 'complete';
    const end = round(0.9 - 0.5 * (number / 40) + 0.4 * random());
    const until = { complete: 8, pruned: 4, failed: 2, running: 3 }[state];
    const steps = range(until).map((i) => 50 * (i + 1));
    const values = steps.map((step) => round(end + 1.4 * Math.exp(-step / 120) + 0.03 * random()));
    trials.push({
      number,
      state,
      parameters: {
        experts: [4, 8, 16, 32][Math.floor(4 * random())],
        router: ['top-k', 'expert-choice', 'soft'][Math.floor(3 * random())],
        learningRate: round(10 ** (-4 + 2 * random())),
        sharedExpert: random() < 0.5
      },
      values: [state === 'complete' ? values[7] : state === 'pruned' ? values[3] : null],
      intermediate: { steps, values },
      duration: round(until * (2 + random())),
      parent: number < 8 || !good ? null : good.number
    });
  }
  // Three go on from a trial that had paused.
  for (const number of [15, 25, 35]) {
    trials[number].parent = number - 1;
    trials[number].parameters = trials[number - 1].parameters;
  }
  const networks = new Map();
  trials.forEach((trial) => {
    const { experts, router } = trial.parameters;
    const key = `${experts} ${router}`;
    networks.set(key, networks.get(key) ?? routedBlock(experts, router));
    trial.resource = { complete: 400, pruned: 200, failed: 200, running: 400 }[trial.state];
    trial.architecture = [...networks.keys()].indexOf(key);
  });
  const complete = range(40).filter((i) => trials[i].state === 'complete');
  const best = complete.reduce((a, b) => (trials[b].values[0] < trials[a].values[0] ? b : a));
  const study = envelope('trial', 'experts and routers, 40 trials', 18, 40, true, {
    study: 'experts and routers',
    objectives: [{ name: 'validation loss', unit: 'nats', better: 'lower' }],
    trials,
    architectures: [...networks.values()],
    best: [best]
  });
  return { ...study, source: { ...study.source, totalSteps: 40 } };
}

/** A block with a mixture of experts beside a shared one, and an edge past both. */
function routedBlock(experts, router) {
  const node = (label, layer, place, detail = '') => ({ label, detail, layer, place });
  const edge = (from, to, via = []) => ({ from, to, via });
  return {
    nodes: [
      ...[node('input', 0, 0, 'width 128'), node('attention', 1, 0, '4 heads')],
      ...[node('experts', 2, -1, `${experts} experts, ${router}`), node('shared expert', 2, 0, 'hidden 256')],
      ...[node('add', 3, 0), node('output', 4, 0, 'width 128')]
    ],
    edges: [edge(0, 1), edge(1, 2), edge(1, 3), edge(1, 4, [1]), edge(2, 4), edge(3, 4), edge(4, 5)]
  };
}

/** Importances of five choices, with the mean loss of each option. */
function choices() {
  const random = mulberry32(19);
  const of = (label, value, options) => ({
    ...{ label, value },
    options: options.map((option, i) => ({
      label: String(option),
      value: round(2 + value * (Math.abs(i - 1) - 0.5) + 0.05 * random()),
      count: 4 + Math.floor(12 * random())
    }))
  });
  const data = {
    ...{ measure: 'importance', outcome: 'mean loss', method: 'PED-ANOVA, 40 trials' },
    choices: [
      of('learningRate', 0.52, ['1e-4 to 3e-4', '3e-4 to 1e-3', '1e-3 to 1e-2']),
      of('experts', 0.26, [4, 8, 16, 32]),
      of('router', 0.15, ['top-k', 'expert-choice', 'soft']),
      of('layers', 0.05, [1, 2, 3, 4, 5, 6]),
      of('sharedExpert', 0.02, [true, false])
    ]
  };
  const shown = envelope('choices', 'what the loss of experts and routers depends on', 19, 0, true, data);
  return { ...shown, source: { ...shown.source, totalSteps: null } };
}

/** Eight layers that thin out along a cubic schedule, those in the middle further; the loss rises a little at the end. */
function layerAmounts() {
  const random = mulberry32(19);
  const steps = range(50).map((i) => 10 * (i + 1));
  const layers = range(4).flatMap((i) => [`layers.${i}.attention.output.weight`, `layers.${i}.feedForward.w1.weight`]);
  const pruned = steps.map((step) => 1 - (1 - Math.min(1, Math.max(0, (step - 50) / 350))) ** 3);
  const amounts = layers.map((_, l) => {
    const most = 0.95 - 0.08 * Math.abs(l - 3.5) - 0.05 * random();
    return pruned.map((part) => round(1 - most * part));
  });
  const mean = steps.map((_, s) => round(amounts.reduce((sum, row) => sum + row[s], 0) / layers.length));
  return over('layer-amounts', 'gradual pruning, density by layer', 19, {
    ...{ measure: 'density', unit: '', share: true, layers, steps, states: [], amounts, most: [] },
    scalars: {
      'loss/train': steps.map((step, s) => round(1.6 + 2 * Math.exp(-step / 90) + 0.3 * pruned[s] + 0.05 * random())),
      density: mean
    }
  });
}

/** A transformer of twelve blocks that are alike: folded into one. */
function pruningGroups() {
  const block = ['attentionNorm', 'attention.query', 'attention.keyValue', 'attention.output', 'feedForwardNorm', 'feedForward.w1', 'feedForward.w2']; // prettier-ignore
  const modules = [
    { path: 'tokens', repeats: 1 },
    ...block.map((name) => ({ path: `layers.0–11.${name}`, repeats: 12 })),
    { path: 'norm', repeats: 1 },
    { path: 'head', repeats: 1 }
  ];
  const member = (module, parameters) => ({ module, parameters });
  const group = (name, size, values, column, members, more = {}) => ({
    ...{ name, axis: name.split('.').pop(), size, values, repeats: 12, pinned: null, column, members },
    ...more
  });
  return over('pruning-groups', 'pruning groups', 20, {
    modules,
    groups: [
      group('vocabulary', 512, 256, 0, [member(0, 'weight 0'), member(9, 'weight 1')], { repeats: 1, pinned: 'token ids name its positions' }), // prettier-ignore
      group(
        'width',
        128,
        7_940,
        1,
        range(10).map((m) => member(m, 'weight 0')),
        { repeats: 1 }
      ),
      group('layers.0–11.attention.heads', 8, 4_096, 2, [member(2, 'weight 1'), member(4, 'weight 0')]),
      group('layers.0–11.attention.groups', 2, 24_576, 3, [member(2, 'weight 1'), member(3, 'weight 1'), member(4, 'weight 0')]), // prettier-ignore
      group('layers.0–11.feedForward.hidden', 512, 257, 2, [member(6, 'weight 1, bias 0'), member(7, 'weight 0')])
    ]
  });
}
