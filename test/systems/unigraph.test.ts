import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';
import { LENGTH, textGraph, VOCAB } from '../support/textTopics';

const GRAPH = core.stateKey<graph.Graph>('graph');

function within<T>(g: graph.Graph, f: (ctx: core.Context) => T): T {
  const ctx = core.Context.create();
  ctx.setState(GRAPH, g);
  const found = f(ctx);
  ctx.dispose();
  return found;
}

const model = (): models.TextGraph => new models.TextGraph({ vocabSize: VOCAB, length: LENGTH, width: 16, graphLayers: [graph.sage()], seed: 2 }); // prettier-ignore
const domain = (seed: number) => textGraph([[0], [1], [2], [3], [4], [5], [6], [7]], { size: 14, within: 0.35, between: 0.01, noise: 0.3, seed }); // prettier-ignore
const [A, UNSEEN] = [domain(1), domain(2)];
const bare = graph.fromEdges({ numNodes: A.texts.length, edges: [] });

/** Pre-trained on domain A by masks, and the share of masked words that it tells on other texts of it. */
function pretrained(g: graph.Graph, other: graph.Graph): { net: models.TextGraph; right: number } {
  const net = model();
  minimise(net, (ctx, step) => (ctx.setState(GRAPH, g), net.maskedLoss(net.masked(A.texts, 0.85, core.Random.fromSeed(step + 1)), ctx)), { steps: 100, learningRate: 0.02 }); // prettier-ignore
  const asked = net.masked(UNSEEN.texts, 0.85, core.Random.fromSeed(9999));
  const found = within(other, (ctx) => tf.tidy(() => net.logits(asked, ctx).argMax(1).dataSync()));
  // Of words of noise nothing can be told.
  const words = Array.from(asked.tokens.keys()).filter((i) => asked.tokens[i] < 48);
  return { net, right: words.filter((i) => found[i] === asked.tokens[i]).length / words.length };
}

/** Share of nodes of another domain told right from five of each class by the nearest mean. */
function fewShot(net: models.TextGraph, data: ReturnType<typeof textGraph>): number {
  const rows = within(data.g, (ctx) => tf.tidy(() => net.nodes(data.texts, ctx).arraySync() as never)) as number[][];
  const classes = [...new Set(data.labels)];
  const known = classes.map((label) => rows.map((_, i) => i).filter((i) => data.labels[i] === label).slice(0, 5)); // prettier-ignore
  const means = known.map((of) => rows[0].map((_, f) => of.reduce((sum, i) => sum + rows[i][f] / of.length, 0)));
  const asked = rows.map((_, i) => i).filter((i) => !known.flat().includes(i));
  const right = asked.filter((i) => {
    const away = means.map((mean) => Math.hypot(...mean.map((value, f) => value - rows[i][f])));
    return away.indexOf(Math.min(...away)) === data.labels[i];
  });
  return right.length / asked.length;
}

describe('UniGraph', () => {
  test('[unigraph] masks hide what they say, and nothing else; tokens are told from the text around them and from neighbours', () => {
    const net = model();
    const { texts, places, tokens } = net.masked(A.texts, 0.3, core.Random.fromSeed(3));
    const hidden = new Set(places);
    expect(Math.abs(places.length / (A.texts.length * LENGTH) - 0.3)).toBeLessThan(0.05);
    A.texts.forEach((text, i) => text.forEach((token, at) => expect(texts[i][at]).toBe(hidden.has(i * LENGTH + at) ? VOCAB : token))); // prettier-ignore
    expect([...tokens]).toEqual(Array.from(places, (place) => A.texts[Math.floor(place / LENGTH)][place % LENGTH]));
    expect(net.masked([[1, 2, 3, 4, 5, 6]], 1e-6, core.Random.fromSeed(1)).places).toHaveLength(1);
    // One node with a mask, and a neighbour that says another thing.
    const two = graph.fromEdges({ numNodes: 2, edges: [[1, 0]] }); // prettier-ignore
    const logits = (own: number, other: number, g = two): number[] => within(g, (ctx) => tf.tidy(() => [...net.logits({ texts: [[VOCAB, own, 3, 3, 3, 3], [other, 3, 3, 3, 3, 3]], places: Int32Array.of(0), tokens: Int32Array.of(1) }, ctx).dataSync()] as never)) as unknown as number[]; // prettier-ignore
    const [base, text, neighbour] = [logits(1, 1), logits(2, 1), logits(1, 2)];
    const apart = (a: number[], b: number[]): number => Math.max(...a.map((value, i) => Math.abs(value - b[i])));
    expect(base).toHaveLength(VOCAB);
    expect([apart(base, text) > 1e-3, apart(base, neighbour) > 1e-3]).toEqual([true, true]);
    const none = graph.fromEdges({ numNodes: 2, edges: [] });
    expectClose(logits(1, 1, none), logits(1, 2, none), 1e-6);
    expectNoLeak(() => within(A.g, (ctx) => net.maskedLoss({ texts, places, tokens }, ctx).dispose()));
    expect(() => within(two, (ctx) => net.nodes([[1]], ctx))).toThrow('models.TextGraph: texts must be an integer 2..2, got 1'); // prettier-ignore
    expect(() => within(two, (ctx) => net.nodes([[1], [2]], ctx))).toThrow('models.TextGraph: texts must be of 6 tokens, got 1'); // prettier-ignore
    expect(() => new models.TextGraph({ vocabSize: 5, length: 2, width: 4, graphLayers: [] })).toThrow('models.TextGraph: graph layers must be an integer of at least 1, got 0'); // prettier-ignore
    net.dispose();
  });

  test('[unigraph] masked words of other texts of the domain are told better with neighbours than without; what was pre-trained there tells classes of another domain from five texts better than what was not', () => {
    const [joined, alone] = [pretrained(A.g, UNSEEN.g), pretrained(bare, bare)];
    const B = [1, 2, 3].map((seed) => textGraph([[0, 5], [1, 6], [2, 7], [3, 4]], { size: 20, within: 0.1, between: 0.05, noise: 0.6, seed: 10 + seed })); // prettier-ignore
    const start = model();
    const mean = (net: models.TextGraph): number => B.reduce((sum, data) => sum + fewShot(net, data) / 3, 0);
    const found = { joined: joined.right, alone: alone.right, pretrained: mean(joined.net), start: mean(start) };
    expect(found.joined).toBeGreaterThan(found.alone + 0.05);
    expect(found.pretrained).toBeGreaterThan(found.start + 0.05);
    [joined.net, alone.net, start].forEach((each) => each.dispose());
  });
});
