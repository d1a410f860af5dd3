'use strict';

const fs = require('fs');
const path = require('path');

const FOLDER = path.join(__dirname, '../../support/payloads');

/** Names of the committed example payloads. */
const EXAMPLES = fs
  .readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => path.basename(file, '.json'));

/** An example by name, or a simulated run by its size: "48x128" has 48 layers of 128 experts, "16x64x2048" so many tokens too. */
async function payload(name) {
  const size = /^(\d+)x(\d+)(?:x(\d+))?$/.exec(name);
  if (size) {
    return simulated(...size.slice(1).map((text) => (text === undefined ? 128 : Number(text))));
  }
  if (!EXAMPLES.includes(name)) {
    throw new Error(`gallery: payload must be one of ${EXAMPLES.join(', ')}, or a size like 48x128, got ${name}`);
  }
  return JSON.parse(fs.readFileSync(path.join(FOLDER, `${name}.json`), 'utf8'));
}

/** Bounded to 64 kB as the recorder does it. */
async function simulated(layers, numExperts, sampled, seed = 3) {
  const { routing } = await import('../../support/payloads/generate.mjs');
  const { bound } = require('../../../kernel-lib/dist/show/bound');
  const k = Math.min(2, numExperts);
  return bound(routing({ seed, layers, numExperts, k, steps: 8, sampled, domains: ['prose', 'python'] }));
}

/**
 * Points in a square, each joined to those near it, some 100,000 edges of 40,000 nodes unless told otherwise: the payload, and what
 * its kernel tells a panel of the whole, the buffers in base64. With `long` they are joined to any; with `changed` each hundredth edge was added and each hundredth removed.
 */
function largeGraph({ nodes = 40_000, radius = 0.00634, long = false, changed = true } = {}) {
  const { graph, show } = require('../../../kernel-lib');
  const { detailsOf } = require('../../../kernel-lib/dist/show/stillDetails');
  const drawn = graph.generators.randomGeometric({ nodes, radius, seed: 1 });
  const { values } = drawn.nodeFeatures;
  const places = Array.from({ length: nodes }, (_, i) => [values[2 * i], values[2 * i + 1]]);
  const edges = Array.from(drawn.sources, (source, e) => [source, drawn.targets[e]]).filter(([a, b]) => a < b).map(([a, b], e) => (long ? [a, (a + 1 + (7919 * e) % (nodes - 1)) % nodes] : [a, b])); // prettier-ignore
  const without = (share, part) => edges.filter((_, e) => e % share !== part);
  const of = (list) => graph.fromEdges({ numNodes: nodes, edges: list, undirected: true, nodeTypes: places.map(([x, y]) => Math.floor(2 * x) + 2 * Math.floor(2 * y)) }); // prettier-ignore
  const [before, after] = changed ? [of(without(100, 0)), of(without(100, 50))] : [undefined, of(edges)];
  const payload = show.graph(after, { before, places, title: 'points in a square' });
  const { data, buffers } = detailsOf(payload);
  const coded = buffers.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength).toString('base64')); // prettier-ignore
  return { payload, details: { data, buffers: coded } };
}

/**
 * 2,048 tokens in 16 layers, top-1, which is about what fits into a payload: token t is the letter t mod 26, and layer l
 * sends it to expert (t + l) mod 16.
 */
function longSample() {
  const { packChoices } = require('../../../kernel-lib/dist/protocol');
  const payload = JSON.parse(fs.readFileSync(path.join(FOLDER, 'small.json'), 'utf8'));
  const load = Array(16).fill(1 / 16);
  const parts = { numExperts: 16, k: 1, experts: [], load, importance: [], domainLoad: [], coActivation: null };
  const layers = Array.from({ length: 16 }, (_, l) => ({
    ...payload.data.layers[0],
    ...parts,
    path: `layers.${l}.moe`
  }));
  const tokens = Array.from({ length: 2048 }, (_, t) => t);
  const none = layers.map(() => []);
  const history = { steps: [], maxVio: none, cv: none, entropy: none, dropped: none, loadSteps: [], load: none };
  payload.data = {
    domains: ['letters'],
    layers,
    history: { ...history, scalars: {} },
    tokens: {
      text: tokens.map((t) => String.fromCharCode(97 + (t % 26))),
      domain: tokens.map(() => 0),
      experts: layers.map((_, l) => packChoices(tokens.map((t) => [(t + l) % 16]))),
      weights: none,
      truncated: false
    }
  };
  return payload;
}

module.exports = { largeGraph, EXAMPLES, longSample, payload, simulated };
