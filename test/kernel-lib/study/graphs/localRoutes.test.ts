import { core, graph, type tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const { localRoutes, shortestLengths, learnedForwarding, forwardingSamples } = graph.probes;
type Hop = graph.probes.LocalHop;

/** A unit grid of 3 x 3 nodes, row by row, of which the middle one is joined to no other. */
const POINTS = Array.from({ length: 9 }, (_, i) => [i % 3, Math.floor(i / 3)]);
const RING = [[0, 1], [1, 2], [2, 5], [5, 8], [8, 7], [7, 6], [6, 3], [3, 0]] as [number, number][]; // prettier-ignore
const ring = graph.fromEdges({ numNodes: 9, edges: RING, undirected: true, nodeFeatures: POINTS });
/** The same in one direction only. */
const oneWay = graph.fromEdges({ numNodes: 9, edges: RING, nodeFeatures: POINTS });

describe('routes by local rules', () => {
  test('shortest lengths by hand: both ways round, against the direction of edges, and none to a node alone', () => {
    expect([...shortestLengths(ring, 8)]).toEqual([4, 3, 2, 3, Infinity, 1, 2, 1, 0]);
    expect([...shortestLengths(oneWay, 8)]).toEqual([4, 3, 2, 5, Infinity, 1, 6, 7, 0]);
    expect([...shortestLengths(ring, 4)].map(Number.isFinite)).toEqual(POINTS.map((_, node) => node === 4));
    // Lengths are of coordinates, in any number of them; weights do not count.
    const line = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [1, 2], [0, 2]], weights: [9, 9, 1], nodeFeatures: [[0, 0, 0], [1, 2, 2], [1, 2, 4]] }); // prettier-ignore
    expect(shortestLengths(line, 2)[0]).toBeCloseTo(Math.sqrt(21), 9);
  });

  test('a packet takes the best hop, the first of equal ones, and never goes back; a rule is told of hops that are left', () => {
    const told: number[] = [];
    const score = (hops: readonly Hop[]): number[] => (told.push(hops.length), hops.map(() => 0));
    const [all] = localRoutes(ring, { pairs: [[0, 8]], score });
    // From 0 to the lower of its neighbours, and then on, as the way back is no hop.
    expect(all).toEqual({ path: [0, 1, 2, 5, 8], delivered: true, length: 4, stretch: 1 });
    expect(told).toEqual([2, 1, 1, 1]);
    const [other] = localRoutes(ring, { pairs: [[1, 2]], score: (hops) => hops.map(({ neighbourToDestination }) => neighbourToDestination) }); // prettier-ignore
    // The longer way round, of seven hops.
    expect([other.path.length, other.length, other.stretch]).toEqual([8, 7, 7]);
    // Scores of a typed array do as well.
    expect(localRoutes(ring, { pairs: [[0, 8]], score: (hops) => new Float32Array(hops.length) })[0]).toEqual(all);
  });

  test('lost: where no score is above -Infinity, after its time to live, where edges lead elsewhere, and where nothing leads on', () => {
    const lost = (options: graph.probes.LocalRoutesOptions, on = ring): unknown[] => localRoutes(on, options).map(({ path, delivered, length, stretch }) => [path, delivered, length, stretch]); // prettier-ignore
    expect(lost({ pairs: [[0, 8]], score: (hops) => hops.map(() => -Infinity) })).toEqual([[[0], false, 0, NaN]]);
    // The last hop of four is one too many.
    expect(lost({ pairs: [[0, 8]], timeToLive: 3 })).toEqual([[[0, 1, 2, 5], false, 3, NaN]]);
    expect(lost({ pairs: [[0, 8]], timeToLive: 4 })).toEqual([[[0, 1, 2, 5, 8], true, 4, 1]]);
    // Greedily from 5 to 2, whose edge leads the other way.
    expect(lost({ pairs: [[5, 2]] }, oneWay)).toEqual([[[5], false, 0, NaN]]);
    expect(lost({ pairs: [[4, 0], [0, 4], [4, 4]] })).toEqual([[[4], false, 0, NaN], [[0, 1], false, 1, NaN], [[4], true, 0, 1]]); // prettier-ignore
    expect(localRoutes(ring, { pairs: [] })).toEqual([]);
  });

  test('a learnt rule takes the hop whose way is the least, and the destination where it is one; what it reads has no units', () => {
    const asked: number[][] = [];
    /** What is left from the neighbour, as a rule that goes greedily. */
    class Left extends core.Module {
      readonly kind = 'left';
      override apply(x: tf.Tensor): tf.Tensor {
        asked.push(...(x.arraySync() as number[][]));
        return x.slice([0, 0], [-1, 1]);
      }
    }
    const score = learnedForwarding(new Left(), { range: 2 });
    const hops: Hop[] = [{ toDestination: 4, neighbourToDestination: 3, hop: 1 }, { toDestination: 4, neighbourToDestination: 2, hop: 3 }]; // prettier-ignore
    expectNoLeak(() => expect([...(score(hops) as number[])]).toEqual([-0.75, -0.5]));
    expectClose(asked.flat(), [0.75, 0.25, 2, 0.5, 0.75, 2], 1e-6);
    expect(score([])).toEqual([]);
    // Nothing is better than to be there.
    const [, there] = Array.from(score([hops[1], { toDestination: 4, neighbourToDestination: 0, hop: 4 }]));
    expect(there).toBe(Number.MAX_VALUE);
    expect(localRoutes(ring, { pairs: [[0, 8]], score })[0].delivered).toBe(true);
  });

  test('samples are ways that there are, of any hop and destination, each once, in an order of the seed', () => {
    const { x, y } = forwardingSamples(ring, { range: 0.5, count: 1000 });
    // Sixteen edges, and of each node seven others that it comes to.
    expect([x.length, y.length]).toEqual([16 * 7, 16 * 7]);
    const rows = x.map((row, i) => [...row, y[i][0]].map((value) => value.toFixed(4)).join());
    // From 0 by 1 to 2: half of what is left, a half, four ranges of 0.5, no detour; to 8 of the way 4 over what is left, sqrt(8).
    expect(rows).toContain([0.5, 0.5, 4, 1].map((value) => value.toFixed(4)).join());
    expect(rows).toContain([Math.sqrt(5 / 8), 1 / Math.sqrt(8), 2 * Math.sqrt(8), Math.sqrt(2)].map((value) => value.toFixed(4)).join()); // prettier-ignore
    expect(y.every(([way]) => way >= 1 - 1e-9)).toBe(true);
    const few = (seed: number): string => JSON.stringify(forwardingSamples(ring, { range: 0.5, count: 5, seed }));
    expect(few(1)).toBe(few(1));
    expect(few(1)).not.toBe(few(2));
  });

  test('what is refused', () => {
    const where = 'graph.probes.';
    expect(() => localRoutes(ring, { pairs: [[0, 1]], timeToLive: 0 })).toThrow(`${where}localRoutes: timeToLive must be an integer of at least 1, got 0`); // prettier-ignore
    expect(() => localRoutes(ring, { pairs: [[-1, 1]] })).toThrow(`${where}localRoutes: pairs must be an integer 0..8, got -1`); // prettier-ignore
    expect(() => shortestLengths(ring, 9)).toThrow(`${where}shortestLengths: destination must be an integer 0..8, got 9`); // prettier-ignore
    const bare = graph.fromEdges({ numNodes: 2, edges: RING.slice(0, 1) });
    expect(() => shortestLengths(bare, 0)).toThrow(`${where}shortestLengths: nodes must have coordinates as features, got none`); // prettier-ignore
    expect(() => forwardingSamples(bare, { range: 1, count: 1 })).toThrow('nodes must have coordinates as features, got none'); // prettier-ignore
    expect(() => forwardingSamples(ring, { range: 1, count: 0 })).toThrow(`${where}forwardingSamples: count must be an integer of at least 1, got 0`); // prettier-ignore
    expect(() => learnedForwarding(undefined as never, { range: 0 })).toThrow(`${where}learnedForwarding: range must be a number of at least`); // prettier-ignore
  });
});
