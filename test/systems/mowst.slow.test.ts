import { core, ops, routers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { byFeatures, type Graph, makeGraph, Mowst, Network } from '../support/mowst';
import { overTenSeeds } from '../support/paired';
import { mean, minimise } from '../support/regression';

const { Context, Random } = core;

const OPTIONS = { steps: 200, learningRate: 0.02 };

/** Share of the nodes that training did not see and that are told right, by what makes scores. */
function accuracy({ features, labels, trained }: Graph, module: core.Module): number {
  return tf.tidy(() => {
    const right = module.apply(features, Context.create()).argMax(1).equal(labels).toFloat();
    const unseen = tf.sub(1, trained);
    return right.mul(unseen).sum().div(unseen.sum()).dataSync()[0];
  });
}

/** Nodes for which the strong expert is asked, of those that features tell and of the others. */
function askedOf(mowst: Mowst, { features }: Graph): { told: number; other: number } {
  const asked = tf.tidy(() => {
    const logits = mowst.weak.apply(features, Context.create());
    const weights = routers.denseWeights(mowst.router.route(logits, Context.create()));
    return weights.arraySync().map(([, strong]) => strong > 0);
  });
  const rate = (wanted: boolean) => mean(asked.flatMap((a, n) => (byFeatures(n) === wanted ? [a ? 1 : 0] : [])));
  return { told: rate(true), other: rate(false) };
}

test('[mowst] share of nodes asked of the strong expert, others less those that features tell; accuracy of both less the better one alone', async () => {
  const { asked, gain } = await overTenSeeds('mowst', (seed) => {
    const graph = makeGraph(seed);
    const { features, labels, trained } = graph;
    const over = (losses: tf.Tensor) => losses.mul(trained).sum().div(trained.sum());
    const mowst = new Mowst(graph, seed);
    minimise(mowst, (ctx) => over(mowst.loss(graph, ctx)), OPTIONS);
    const { told, other } = askedOf(mowst, graph);
    const alone = [null, graph.adjacency].map((adjacency) => {
      const network = new Network(Random.fromSeed(seed).child('alone'), adjacency);
      minimise(network, (ctx) => over(ops.crossEntropy(network.apply(features, ctx), labels)), OPTIONS);
      const share = accuracy(graph, network);
      network.dispose();
      return share;
    });
    const both = accuracy(graph, mowst);
    mowst.dispose();
    tf.dispose(Object.values(graph));
    return { asked: other - told, gain: both - Math.max(...alone) };
  });
  expect([asked.verdict, gain.verdict]).toEqual(['above', 'above']);
});
