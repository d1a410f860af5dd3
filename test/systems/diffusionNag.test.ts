import { core, generative, nas, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { CELL_OPERATIONS, deviation, mean, worthOf } from '../support/plantedCells';
import { expectClose } from '../support/numeric';

const space = nas.space.dag({ nodes: 2, operations: CELL_OPERATIONS });

/** The network that says the noise in the graphs of some rows exactly, and the exact guide of values of theirs. */
class Exact extends core.Module {
  readonly kind = 'exact';
  private readonly score: generative.Score;

  constructor(
    private readonly rows: readonly number[][],
    private readonly sde: generative.Sde
  ) {
    super();
    const components = rows.map((mean) => ({ weight: 1 / rows.length, mean, deviation: 0 }));
    this.score = generative.gaussianScore(components, sde);
  }

  override apply(x: tf.Tensor): tf.Tensor {
    const width = this.rows[0].length;
    const t = x.slice([0, width], [1, 1]).dataSync()[0];
    return this.score(x.slice([0, 0], [-1, width]) as tf.Tensor2D, t).mul(-this.sde.marginal(t).deviation);
  }

  /** Log of the mean of exp(strength value) over what a point may have been, over the strength. */
  guide(values: readonly number[], strength: number): generative.Guide {
    return (x, t) => {
      const { scale, deviation: noise } = this.sde.marginal(t);
      const ends = tf.tensor2d(this.rows.map((row) => [...row])).mul(scale);
      const logits = x.expandDims(1).sub(ends).square().sum(2).mul(-0.5 / noise ** 2); // prettier-ignore
      const tilted = logits.add(tf.tensor1d([...values]).mul(strength));
      return tilted.logSumExp(1).sub(logits.logSumExp(1)).div<tf.Tensor1D>(Math.max(strength, 1));
    };
  }
}

describe('Predictor-guided neural architecture generation with diffusion models [diffusionnag]', () => {
  test('a space of directed graphs: each node is on a way from the input to the output', () => {
    const small = nas.space.dag({ nodes: 1, operations: ['a', 'b'] });
    expect(small.pairs).toEqual([[0, 1], [0, 2], [1, 2]]); // prettier-ignore
    const found = [...small.points()].map((point) => small.candidate(point).edges);
    // Node 1 must be entered and left; the straight edge is free.
    expect(found).toEqual([[1, 0, 1], [1, 1, 1], [1, 0, 1], [1, 1, 1]]); // prettier-ignore
    expect(small.encode([...small.points()][2])).toEqual([0, 1, 1, 0, 1]);
    expect(() => nas.space.dag({ nodes: 0, operations: ['a', 'b'] })).toThrow('nas.space.dag: nodes must be an integer of at least 1, got 0'); // prettier-ignore
    expect(() => nas.space.dag({ nodes: 1, operations: ['a', 'a'] })).toThrow('nas.space.dag: operations must be two names or more, each once'); // prettier-ignore
  });

  test('with the exact score the reverse process draws every graph of a space alike, and guided as the tilt says', () => {
    const small = nas.space.dag({ nodes: 2, operations: ['a', 'b'] });
    const points = [...small.points()];
    const rows = points.map((point) => small.encode(point).map((value) => 2 * value - 1));
    const ofB = (point: nas.Point): number => (small.candidate(point).operations as string[]).filter((each) => each === 'b').length; // prettier-ignore
    const sde = generative.variancePreserving();
    const exact = new Exact(rows, sde);
    const diffusion = new nas.generate.GraphDiffusion(small, sde, exact);
    const draw = (strength: number): nas.generate.Generated =>
      diffusion.sample({ count: 400, predictor: exact.guide(points.map(ofB), strength), guidance: strength, seed: 2 });
    const [plain, some, much] = [0, 1, 3].map(draw);
    [plain, some, much].forEach(({ valid }) => expect(valid).toBeGreaterThan(0.99));
    const counts = new Map(points.map((point) => [small.hash(point), 0]));
    plain.points.forEach((point) => counts.set(small.hash(point), counts.get(small.hash(point))! + 1));
    expect(counts.size).toBe(points.length);
    const even = plain.points.length / points.length;
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - even) ** 2 / even, 0);
    const freedom = points.length - 1;
    expect(chiSquared).toBeLessThan(freedom + 4 * Math.sqrt(2 * freedom));
    // Each of the two operations is "b" with odds exp(strength).
    [plain, some, much].forEach((drawn, i) =>
      expect(Math.abs(mean(drawn.points.map(ofB)) - 2 / (1 + Math.exp(-[0, 1, 3][i])))).toBeLessThan(0.12)
    );
    const unguided = plain.points.map(ofB);
    expect(mean(much.points.map(ofB))).toBeGreaterThan(mean(unguided) + deviation(unguided));
  });

  test('an edge is where its place is above the middle', () => {
    const small = nas.space.dag({ nodes: 1, operations: ['a', 'b'] });
    const [point] = small.points();
    const places = small.encode(point).map((value) => 0.2 * (2 * value - 1));
    const sde = generative.variancePreserving();
    const diffusion = new nas.generate.GraphDiffusion(small, sde, new Exact([places], sde));
    expect(diffusion.sample({ count: 4, steps: 50 })).toEqual({ points: [point, point, point, point], valid: 1 });
  });

  test('trained on graphs it draws graphs, and guided better ones', async () => {
    const before = tf.memory().numTensors;
    const next = core.Random.fromSeed(9).generator();
    const diffusion = await nas.generate.diffusion({
      space,
      steps: 60,
      batchSize: 256,
      width: 24,
      layers: 2,
      learningRate: 0.02
    });
    const known = Array.from({ length: 100 }, () => space.sample(next));
    const worth = (point: nas.Point): number => worthOf(space, point);
    const predictor = await diffusion.predictor(known, known.map(worth), { steps: 100, batchSize: 256 });
    const sample = (of: Partial<nas.generate.DiffusionSampleOptions>) => diffusion.sample({ count: 200, steps: 40, seed: 5, ...of }); // prettier-ignore
    const [unguided, guided] = [sample({}), sample({ predictor: predictor.at, guidance: 4 })];
    // Of points drawn choice by choice few are graphs.
    const anything = Array.from({ length: 300 }, () => space.complete({}, next)).filter((point) => space.isFeasible(point)); // prettier-ignore
    expect(anything.length / 300).toBeLessThan(0.35);
    [unguided, guided].forEach(({ valid }) => expect(valid).toBeGreaterThan(0.6));
    const values = unguided.points.map(worth);
    [values, known.map(worth)].forEach((others) =>
      expect(mean(guided.points.map(worth))).toBeGreaterThan(mean(others) + deviation(others))
    );
    predictor.network.dispose();
    diffusion.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('the denoiser reads edges and operations of all the graph', async () => {
    const diffusion = await nas.generate.diffusion({ space, steps: 0, points: [...space.points()].slice(0, 4) });
    const x = core.Random.fromSeed(3).normal([2, 12]) as tf.Tensor2D;
    const at = (y: tf.Tensor2D): tf.Tensor2D => diffusion.score(y, 0.5);
    const whole = at(x);
    // One graph of a batch hears nothing of the other.
    const [alone, first] = [at(x.slice([0, 0], [1, 12])), whole.slice([0, 0], [1, 12])];
    expectClose(alone, first, 1e-5);
    for (const place of [0, 5, 6, 11]) {
      const moved = at(x.add(tf.oneHot(tf.tensor1d([place], 'int32'), 12).toFloat()));
      const apart = moved.sub(whole).abs().slice([0, 0], [1, 12]).dataSync();
      expect([...apart].filter((each) => each > 0).length).toBeGreaterThan(10);
    }
    diffusion.dispose();
  });

  test('what is refused', async () => {
    const plain = nas.space({ a: nas.integer(0, 1) });
    await expect(nas.generate.diffusion({ space: plain as never })).rejects.toThrow('nas.generate.diffusion: space must be one of graphs (nas.space.dag)'); // prettier-ignore
    await expect(nas.generate.diffusion({ space, points: [{}] })).rejects.toThrow('nas.space.check');
    const diffusion = await nas.generate.diffusion({ space, steps: 0, points: [...space.points()].slice(0, 2) });
    expect(() => diffusion.sample({ count: 0 })).toThrow('nas.generate.diffusion: sample: count must be an integer of at least 1, got 0'); // prettier-ignore
    const two = [...space.points()].slice(0, 2);
    await expect(diffusion.predictor(two, [1])).rejects.toThrow('nas.generate.diffusion: predictor: there must be as many values as points (2), two or more, got 1'); // prettier-ignore
    await expect(diffusion.predictor(two, [1, 1])).rejects.toThrow('nas.generate.diffusion: predictor: values must be finite and differ'); // prettier-ignore
    diffusion.dispose();
  });
});
