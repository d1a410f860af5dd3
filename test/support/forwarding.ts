import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { minimise } from './regression';

const { localRoutes } = graph.probes;
/** Length up to which nodes hear each other. */
export const RANGE = 0.25;

/** Pairs of nodes between which there is a path. */
function pairsOf(g: graph.Graph, count: number, seed: number): [number, number][] {
  const next = core.Random.fromSeed(seed).generator();
  const hops = new Map<number, ArrayLike<number>>();
  const out: [number, number][] = [];
  for (let tries = 0; out.length < count && tries < 20 * count; tries++) {
    const [from, to] = [Math.floor(next() * g.numNodes), Math.floor(next() * g.numNodes)];
    const of = hops.get(from) ?? graph.probes.hopDistances(g, from);
    hops.set(from, of);
    if (from !== to && of[to] > 0 && Number.isFinite(of[to])) {
      out.push([from, to]);
    }
  }
  return out;
}

/** Packets on 100 graphs of 50 to 200 nodes, of a rule that is learnt on one of 50 and of the greedy one: how many arrive, and the stretch of those that both deliver, summed. */
export function forwardedPackets(seed: number) {
  const first = graph.generators.randomGeometric({ nodes: 50, radius: RANGE, seed: seed + 6 });
  const { x, y } = graph.probes.forwardingSamples(first, { range: RANGE, count: 3000, seed });
  const network = models.mlp({ inputWidth: graph.probes.FORWARDING_WIDTH, hidden: [16], outputWidth: 1, seed });
  const [inputs, targets] = [tf.tensor2d(x), tf.tensor2d(y)];
  // Long ways round count by their logarithm, so that the common ones are learnt.
  minimise(network, (ctx) => network.apply(inputs, ctx).sub(targets.log()).square().mean(), { steps: 150, learningRate: 0.02 }); // prettier-ignore
  tf.dispose([inputs, targets]);
  const score = graph.probes.learnedForwarding(network, { range: RANGE });
  const totals = { learnt: 0, greedy: 0, packets: 0, learntStretch: 0, greedyStretch: 0, both: 0 };
  for (let i = 0; i < 100; i++) {
    const g = graph.generators.randomGeometric({ nodes: 50 + Math.floor((150 * i) / 99), radius: RANGE * Math.sqrt(100 / (100 + 1.5 * i)), seed: 1000 * (seed - 1) + 100 + i }); // prettier-ignore
    const pairs = pairsOf(g, 4, i);
    const [mine, theirs] = [localRoutes(g, { pairs, score }), localRoutes(g, { pairs })];
    pairs.forEach((_, p) => {
      totals.packets++;
      totals.learnt += Number(mine[p].delivered);
      totals.greedy += Number(theirs[p].delivered);
      if (mine[p].delivered && theirs[p].delivered) {
        totals.both++;
        totals.learntStretch += mine[p].stretch;
        totals.greedyStretch += theirs[p].stretch;
      }
    });
  }
  network.dispose();
  return totals;
}
