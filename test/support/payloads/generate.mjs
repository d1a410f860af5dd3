/**
 * @file Writes the example payloads beside it: `node test/support/payloads/generate.mjs`. Seeded, so the files are the
 * same each time. The routing is simulated token by token; all shares are counted from it.
 */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { kindExamples } from './kinds.mjs';
import { envelope, mulberry32, round, shares } from './parts.mjs';

const FOLDER = dirname(fileURLToPath(import.meta.url));
const WORDS = {
  prose: 'The statement is used to test a value; an object may be compared, and the result is true or false. '.split(
    /(?<=\s)/
  ),
  python: 'def load(self, name):\n    return self.items.get(name, None)\n'.split(/(?<=[\s(.,):])/),
  typescript: 'export const load = (name: string): Item => items.get(name) ?? none;\n'.split(/(?<=[\s(.,):])/)
};

/** Text of each example by file name. */
export function examples() {
  const texts = {};
  const put = (name, payload) => (texts[`${name}.json`] = `${JSON.stringify(payload)}\n`);
  put('small', routing({ seed: 1, layers: 1, numExperts: 4, k: 2, steps: 5, sampled: 12, domains: [] }));
  put(
    'running',
    routing({ seed: 2, layers: 4, numExperts: 16, k: 2, steps: 120, sampled: 64, domains: Object.keys(WORDS) })
  );
  put(
    'finished',
    routing({
      seed: 2,
      layers: 4,
      numExperts: 16,
      k: 2,
      steps: 500,
      sampled: 64,
      domains: Object.keys(WORDS),
      final: true,
      rich: true
    })
  );
  put('training', training());
  Object.entries(kindExamples()).forEach(([name, payload]) => put(name, payload));
  return texts;
}

/**
 * A run of so many layers and experts. `rich` adds what later minor versions brought: classes, top tokens, transitions,
 * earlier choices.
 */
export function routing({ seed, layers, numExperts, k, steps, sampled, domains, final = false, rich = false }) {
  const random = mulberry32(seed);
  // At most 125 steps of history and 25 of load, as a recorder that thins would keep.
  const kept = every(steps, Math.ceil(steps / 125));
  const loadKept = every(steps, Math.ceil(steps / 25));
  const routers = Array.from({ length: layers }, () => layerRouter({ random, numExperts, k, domains: domains.length }));
  const simulated = routers.map((router) => router.run(2000, 1));
  const history = routers.map((router) => kept.map((step) => router.run(200, step / steps)));
  const series = (f) => history.map((row) => row.map(f));
  const text = sampleText(domains, sampled);
  const chosen = routers.map((router) => text.map(({ domain }) => router.choose(domain, 1)));
  const earlier = rich ? [0, 0.25, 0.5].map((at) => earlierChoices(routers, text, at, steps)) : null;
  const described = simulated.map((counts, i) => ({
    ...layer(`layers.${i}.moe`, counts, numExperts, k),
    ...(rich ? specialised(routers, i, numExperts, random) : {})
  }));
  const loads = routers.map((router) => loadKept.map((step) => shares(router.run(200, step / steps).load)));
  const losses = scalars(random, kept, steps);
  const scored = rich ? scoresOf(routers, random, every(steps, steps / 5), steps) : null;
  return envelope('routing', `MoE transformer, top-${k} of ${numExperts}`, seed, steps, final, {
    layers: described.map((each, i) => ({
      ...each,
      // There is room for those of one layer.
      ...(scored && i === 0 ? { contexts: contextsOf(described[0], domains, steps) } : {}),
      ...(scored ? { internals: scored.layers[i] } : {}),
      // The last layer has a capacity, and a shared expert.
      ...(scored && i + 1 === layers ? roomOf(each) : {})
    })),
    history: {
      steps: kept,
      maxVio: series((c) => round(metrics(c.load).maxVio)),
      cv: series((c) => round(metrics(c.load).cv)),
      entropy: series((c) => c.entropy),
      dropped: series((c) => c.dropped),
      loadSteps: loadKept,
      load: loads,
      scalars: losses,
      ...(scored ? { internals: scored.history } : {})
    },
    tokens: {
      text: text.map((token) => token.text),
      domain: text.map((token) => token.domain),
      experts: chosen.map((rows) => rows.map((row) => row.experts)),
      weights: chosen.map((rows) => rows.map((row) => row.weights)),
      ...(scored ? lossesOf(text, random) : {}),
      ...(earlier ? { earlier } : {}),
      truncated: false
    },
    domains,
    ...(rich ? { tokenClasses: TOKEN_CLASSES, scoreBins: SCORE_BINS } : {})
  });
}

/** What experts of a capacity of one and a quarter times the fair share have no room for. */
function roomOf({ load, numExperts }) {
  const capacity = 1.25;
  const lost = load.map((share) => Math.max(0, share - capacity / numExperts));
  return {
    overflow: load.map((share, e) => (share > 0 ? round(lost[e] / share) : null)),
    dropped: round(lost.reduce((sum, x) => sum + x, 0)),
    capacity,
    sharedExperts: 1
  };
}

/** Where the most frequent tokens of each expert stand in the texts. */
function contextsOf({ topTokens }, domains, steps) {
  return topTokens.map((tokens, e) =>
    tokens.slice(0, e === 3 ? 3 : e < 8 ? 1 : 0).map(({ text }, i) => {
      const domain = Object.values(WORDS).findIndex((words) => words.includes(text));
      const words = Object.values(WORDS)[domain];
      const at = words.indexOf(text);
      return {
        before: words.slice(0, at).join('').slice(-24),
        token: text,
        after: words
          .slice(at + 1)
          .join('')
          .slice(0, 16),
        weight: round(0.9 - 0.1 * i),
        domain: Math.min(domain, domains.length - 1),
        step: steps - 3 * i
      };
    })
  );
}

/** Losses of the sample's tokens, and what they are without an expert. */
function lossesOf(text, random) {
  const last = (t) => t === text.length - 1;
  const loss = text.map((_, t) => (last(t) ? null : round(0.2 + 3 * random() ** 2)));
  const without = loss.map((x) => (x === null ? null : round(x + 0.8 * random() ** 3)));
  return { loss, ablation: { layer: 'layers.0.moe', expert: 3, mode: 'without', loss: without } };
}

const EDGES = Array.from({ length: 41 }, (_, i) => Number(Math.sinh((i - 20) / 5).toFixed(4)));
const SCORE_BINS = { logits: EDGES, margins: EDGES.slice(20) };

/** What the routers decide by: of tokens of all domains in the end, and over the steps. */
function scoresOf(routers, random, steps, last) {
  const bin = (edges, x) =>
    Math.max(
      0,
      edges.findLastIndex((edge, i) => edge <= x && i < edges.length - 1)
    );
  const of = (router, progress, tokens) => {
    const logits = new Array(40).fill(0);
    const margins = new Array(20).fill(0);
    let [margin, zLoss] = [0, 0];
    for (let t = 0; t < tokens; t++) {
      const row = router.choose(t % 3, progress).logits;
      const [first, second] = row.toSorted((a, b) => b - a);
      row.forEach((x) => logits[bin(SCORE_BINS.logits, x)]++);
      margins[bin(SCORE_BINS.margins, first - second)]++;
      margin += (first - second) / tokens;
      zLoss += Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) ** 2 / tokens;
    }
    const coarse = (counts) => shares(counts).map((share) => Number(share.toFixed(3)));
    return { logits: coarse(logits), margins: coarse(margins), margin: round(margin), zLoss: round(zLoss) };
  };
  // The last layer is balanced by a loss, and has no bias.
  const biased = (i) => i + 1 < routers.length;
  const series = routers.map((router) => steps.map((step) => of(router, step / last, 50)));
  return {
    layers: routers.map((router, i) => ({
      ...of(router, 1, 300),
      ...(biased(i)
        ? {
            bias: router.taste[0].map((t) => round(-0.03 * t)),
            biasFlips: router.taste[0].map((t) => Math.floor((2 * random()) / (0.05 + Math.abs(t))))
          }
        : {})
    })),
    history: {
      steps,
      zLoss: series.map((row) => row.map(({ zLoss }) => zLoss)),
      margin: series.map((row) => row.map(({ margin }) => margin)),
      biasSize: series.map((_, i) =>
        steps.map((step) => (biased(i) ? round((0.015 + 0.002 * i) * (1 - Math.exp((-4 * step) / last))) : null))
      ),
      biasFlips: series.map((_, i) => steps.map((step) => (biased(i) ? round((0.05 * random() * step) / last) : null)))
    }
  };
}

const TOKEN_CLASSES = ['letters', 'digits', 'spaces', 'punctuation'];

/** What every expert of a layer is for, counted over tokens of all domains. */
function specialised(routers, depth, numExperts, random) {
  const zeros = (n) => new Array(n).fill(0);
  const words = Object.values(WORDS).map((list) => list.slice(0, 10));
  const classLoad = TOKEN_CLASSES.map(() => zeros(numExperts));
  const weight = zeros(numExperts);
  const times = zeros(numExperts);
  const tokens = Array.from({ length: numExperts }, () => new Map());
  const next = routers.at(depth + 1);
  const transitions = Array.from({ length: numExperts }, () => zeros(numExperts));
  for (let t = 0; t < 1500; t++) {
    const domain = t % words.length;
    const text = words[domain][Math.floor(random() * words[domain].length)];
    const { experts, weights } = routers[depth].choose(domain, 1);
    experts.forEach((e, i) => {
      times[e]++;
      weight[e] += weights[i];
      classLoad[classOf(text)][e]++;
      tokens[e].set(text, (tokens[e].get(text) ?? 0) + 1);
    });
    if (next) transitions[experts[0]][next.choose(domain, 1).experts[0]]++;
  }
  const top = (map, total) =>
    [...map]
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      .slice(0, 5)
      .map(([text, n]) => ({ text, share: round(n / total) }));
  return {
    meanWeight: weight.map((sum, e) => (times[e] > 0 ? round(sum / times[e]) : null)),
    classLoad: classLoad.map(shares),
    topTokens: tokens.map((map, e) => top(map, times[e])),
    ...(next ? { transitions: transitions.map(shares) } : {})
  };
}

function classOf(text) {
  if (/^\s*$/.test(text)) return 2;
  if (/\p{L}/u.test(text)) return 0;
  return /\d/.test(text) ? 1 : 3;
}

/** The same text's choices at an earlier moment, packed. */
function earlierChoices(routers, text, progress, steps) {
  const experts = routers.map((router) => {
    const bytes = text.flatMap(({ domain }) => router.choose(domain, progress).experts);
    return Buffer.from(bytes).toString('base64');
  });
  return { step: Math.floor(progress * steps), experts };
}

/** One layer's router: each domain prefers some experts, more so as `progress` goes from 0 to 1. */
function layerRouter({ random, numExperts, k, domains }) {
  const taste = Array.from({ length: Math.max(1, domains) }, () =>
    Array.from({ length: numExperts }, () => random() * 2 - 1)
  );
  const choose = (domain, progress) => {
    const logits = taste[Math.max(0, domain)].map((t) => (0.3 + 1.2 * progress) * t + 1.5 * (random() + random() - 1));
    const scores = logits.map(Math.exp);
    const total = scores.reduce((a, b) => a + b, 0);
    const probs = scores.map((s) => s / total);
    const experts = probs
      .map((_, i) => i)
      .sort((a, b) => probs[b] - probs[a])
      .slice(0, k);
    const mass = experts.reduce((sum, e) => sum + probs[e], 0);
    return { logits, probs, experts, weights: experts.map((e) => round(probs[e] / mass)) };
  };
  const run = (tokens, progress) => {
    const load = new Array(numExperts).fill(0);
    const importance = new Array(numExperts).fill(0);
    const domainLoad = Array.from({ length: domains }, () => new Array(numExperts).fill(0));
    const together = Array.from({ length: numExperts }, () => new Array(numExperts).fill(0));
    let entropy = 0;
    for (let t = 0; t < tokens; t++) {
      const domain = domains > 0 ? t % domains : -1;
      const { probs, experts } = choose(domain, progress);
      probs.forEach((p, e) => (importance[e] += p));
      entropy -= probs.reduce((sum, p) => sum + p * Math.log(p), 0) / Math.log(numExperts);
      for (const e of experts) {
        load[e]++;
        if (domain >= 0) domainLoad[domain][e]++;
        experts.forEach((other) => together[e][other]++);
      }
    }
    return { load, importance, domainLoad, together, entropy: round(entropy / tokens), dropped: 0 };
  };
  return { choose, run, taste };
}

function layer(path, counts, numExperts, k) {
  const { maxVio, cv, effectiveExperts, deadFraction } = metrics(counts.load);
  return {
    path,
    router: 'top-k',
    numExperts,
    k,
    experts: Array.from({ length: numExperts }, (_, i) => `expert ${i}`),
    load: shares(counts.load),
    importance: shares(counts.importance),
    maxVio: round(maxVio),
    cv: round(cv),
    entropy: counts.entropy,
    effectiveExperts: round(effectiveExperts),
    dropped: counts.dropped,
    deadFraction: round(deadFraction),
    domainLoad: counts.domainLoad.map(shares),
    coActivation: counts.together.map((row, i) =>
      row.map((n) => (counts.load[i] > 0 ? round(n / counts.load[i]) : null))
    )
  };
}

function metrics(counts) {
  const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
  const variance = counts.reduce((sum, c) => sum + (c - mean) ** 2, 0) / counts.length;
  const entropy = -counts.reduce(
    (sum, c) => sum + (c > 0 ? (c / mean / counts.length) * Math.log(c / mean / counts.length) : 0),
    0
  );
  return {
    maxVio: Math.max(...counts) / mean - 1,
    cv: Math.sqrt(variance) / mean,
    effectiveExperts: Math.exp(entropy) / counts.length,
    deadFraction: counts.filter((c) => c === 0).length / counts.length
  };
}

function training() {
  const random = mulberry32(3);
  const steps = every(200, 2);
  return envelope('training', 'dense transformer', 3, 200, true, { steps, scalars: scalars(random, steps, 200) });
}

function scalars(random, kept, steps) {
  const loss = (step) => 1.6 + 3.9 * Math.exp((-4 * step) / steps);
  return {
    'loss/train': kept.map((step) => round(loss(step) + 0.1 * (random() - 0.5))),
    'loss/validation': kept.map((step, i) => (i % 5 === 4 ? round(loss(step) + 0.05) : null)),
    'auxiliary/switch': kept.map((step) => round(1 + 0.3 * Math.exp((-5 * step) / steps) + 0.02 * random())),
    learningRate: kept.map((step) => round(3e-3 * Math.min(1, (step + 1) / 20))),
    gradientNorm: kept.map(() => round(0.4 + 0.6 * random()))
  };
}

function sampleText(domains, count) {
  const names = domains.length > 0 ? domains : ['prose'];
  return Array.from({ length: count }, (_, t) => {
    const g = Math.floor((t * names.length) / count);
    const words = WORDS[names[g]];
    return { text: words[t % words.length], domain: domains.length > 0 ? g : -1 };
  });
}

function every(steps, stride) {
  return Array.from({ length: Math.floor(steps / stride) }, (_, i) => (i + 1) * stride);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [name, text] of Object.entries(examples())) {
    writeFileSync(join(FOLDER, name), text);
  }
}
