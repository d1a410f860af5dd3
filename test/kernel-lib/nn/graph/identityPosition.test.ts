import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectParameterGradients, spread } from '../../../support/gradients';
import { setValue } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { expectSaves } from '../../../support/saved';

/** Three nodes, two anonymous walks, two buckets of degrees, positions of two values; node 0 meets itself once and 1 thrice, node 1 meets 2, and node 2 nobody. */
const STATISTICS = (): graph.WalkStatistics => ({
  anonymous: { values: Float32Array.of(1, 0, 0.25, 0.75, 0, 1), width: 2 },
  degrees: { values: Float32Array.of(0.5, 0.5, 1, 0, 0, 1), width: 2 },
  position: { values: Float32Array.of(1, -2, 0.5, 3, -1, 0.25), width: 2 },
  met: { sources: [0, 1, 2], targets: [0, 0, 1], counts: [1, 3, 5] }
});
const statistics = STATISTICS();
const make = (random = core.Random.fromSeed(1), options: Partial<graph.IdentityPositionOptions> = {}): graph.IdentityPosition => new graph.IdentityPosition({ anonymous: 2, degrees: 2, positions: 2, width: 3, random, ...options }); // prettier-ignore
const on = <T>(f: (ctx: core.Context) => T): T => {
  const ctx = core.Context.create();
  const found = f(ctx);
  ctx.dispose();
  return found;
};
const DRAWN = Int32Array.of(2, 0, 0);

type Rows = number[][];
const rowsOf = (values: ArrayLike<number>, width: number): Rows => Array.from({ length: values.length / width }, (_, i) => Array.from(values).slice(i * width, (i + 1) * width)); // prettier-ignore
const dot = (a: number[], b: number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
const softmax = (scores: number[]): number[] => {
  const raised = scores.map((score) => Math.exp(score - Math.max(...scores)));
  return raised.map((each) => each / raised.reduce((a, b) => a + b, 0));
};

/** Both embeddings in plain numbers. */
function byHand(model: graph.IdentityPosition) {
  const of = (path: string): Rows => tf.tidy(() => model.parameters().get(path)!.read().arraySync() as Rows);
  const map = (name: string, rows: Rows): Rows => {
    const [weight, bias] = [of(`${name}.weight`), of(`${name}.bias`) as unknown as number[]];
    return rows.map((row) => bias.map((start, p) => start + row.reduce((sum, value, f) => sum + value * weight[f][p], 0))); // prettier-ignore
  };
  const [anonymous, degrees, position] = (['anonymous', 'degrees', 'position'] as const).map((name) => rowsOf(statistics[name].values, 2)); // prettier-ignore
  const walks = of('walks');
  const [keys, values, asked, passed] = [map('key', walks), map('value', walks), map('query', anonymous), map('degrees', degrees)]; // prettier-ignore
  const identity = anonymous.map((row, n) => {
    const shares = softmax(row.map((share, walk) => dot(asked[n], keys[walk]) / Math.sqrt(3) + Math.log(share + 1e-6)));
    return passed[n].map((value, d) => Math.tanh(value + shares.reduce((sum, share, walk) => sum + share * values[walk][d], 0))); // prettier-ignore
  });
  const nodes = identity.map((row, n) => [...row, ...position[n]]);
  const [ask, answer, place] = [map('ask', nodes), map('answer', nodes), map('place', position)];
  const { sources, targets, counts } = statistics.met;
  const found = nodes.map((_, n) => {
    const pairs = targets.flatMap((target, pair) => (target === n ? [pair] : []));
    const shares = softmax(pairs.map((pair) => dot(answer[sources[pair]], ask[n]) / Math.sqrt(3) + Math.log(counts[pair]))); // prettier-ignore
    return [0, 1, 2].map((d) => pairs.reduce((sum, pair, i) => sum + shares[i] * place[sources[pair]][d], 0));
  });
  return { identity, position: found, decoded: map('decode', identity), wanted: anonymous.map((row, n) => [...row, ...degrees[n]]) }; // prettier-ignore
}

describe('identity and position', () => {
  test('both attentions in plain numbers, and of a node that meets nobody a position of 0', () => {
    const model = make();
    model.parameters().forEach((_, path) => path.endsWith('bias') && setValue(model, path, (old) => spread(old.shape)));
    tf.tidy(() => on((ctx) => {
      const { identity, position } = model.states(statistics, ctx);
      const wanted = byHand(model);
      expectClose(identity, wanted.identity.flat(), 1e-5);
      expectClose(position, wanted.position.flat(), 1e-5);
      expect(position.arraySync()[2]).toEqual([0, 0, 0]);
    })); // prettier-ignore
    model.dispose();
  });

  test('where nothing is asked, shares are how often: an anonymous walk that does not occur is not heard, nodes count as they are met', () => {
    const model = make();
    ['query', 'ask'].forEach((name) => setValue(model, `${name}.weight`, (old) => tf.zerosLike(old)));
    tf.tidy(() => on((ctx) => {
      const { identity, position } = model.states(statistics, ctx);
      const read = (name: string): tf.Tensor2D => model.parameters().get(name)!.read() as tf.Tensor2D;
      const values = tf.matMul(read('walks'), read('value.weight')).add(read('value.bias')).arraySync() as Rows;
      const passed = tf.matMul(tf.tensor2d([[0.5, 0.5]]), read('degrees.weight')).add(read('degrees.bias')).arraySync() as Rows;
      expectClose(identity.slice([0, 0], [1, 3]), passed[0].map((value, d) => Math.tanh(value + values[0][d])), 1e-5);
      const place = tf.matMul(tf.tensor2d([[1, -2], [0.5, 3]]), read('place.weight')).add(read('place.bias')).arraySync() as Rows;
      expectClose(position.slice([0, 0], [1, 3]), place[0].map((value, d) => (value + 3 * place[1][d]) / 4), 1e-5);
    })); // prettier-ignore
    model.dispose();
  });

  test('both losses by hand: a node that meets itself tells nothing, what is drawn is told from what is met', () => {
    const model = make();
    tf.tidy(() => on((ctx) => {
      const losses = model.losses(statistics, DRAWN, ctx);
      const { position, decoded, wanted } = byHand(model);
      const square = decoded.reduce((sum, row, n) => sum + row.reduce((all, value, i) => all + (value - wanted[n][i]) ** 2, 0), 0) / 3;
      const softplus = (x: number): number => Math.log(1 + Math.exp(x));
      // Of pairs 1 -> 0 and 2 -> 1, and of all three what was drawn.
      const met = (softplus(-dot(position[1], position[0])) + softplus(-dot(position[2], position[1]))) / 2;
      const not = [[2, 0], [0, 0], [0, 1]].reduce((sum, [drawn, node]) => sum + softplus(dot(position[drawn], position[node])), 0) / 3;
      expectClose(losses.identity.reshape([1]), [square], 1e-5);
      expectClose(losses.position.reshape([1]), [met + not], 1e-5);
    })); // prettier-ignore
    model.dispose();
  });

  test('every parameter has the gradient of finite differences', () => {
    const model = make();
    // The bias of keys and of answers adds the same to all scores of a node.
    expectParameterGradients(model, () => tf.tidy(() => on((ctx) => {
      const { identity, position } = model.losses(statistics, DRAWN, ctx);
      return identity.add(position.mul(4));
    })), { still: ['key.bias', 'answer.bias'] }); // prettier-ignore
    model.dispose();
  });

  test('what is saved computes the same; nothing is left behind; what is refused', () => {
    const run = (model: graph.IdentityPosition): Float32Array => tf.tidy(() => on((ctx) => model.states(statistics, ctx).position.dataSync<'float32'>().slice() as never)); // prettier-ignore
    expectSaves((random) => make(random), run);
    const model = make();
    expectNoLeak(() => void run(model));
    expectNoLeak(() => on((ctx) => tf.dispose(model.losses(statistics, DRAWN, ctx))));
    expectNoLeak(() => make().dispose());
    const where = 'graph.IdentityPosition: ';
    for (const name of ['anonymous', 'degrees', 'positions', 'width'] as const) {
      expect(() => make(undefined, { [name]: 0 })).toThrow(`${where}${name} must be an integer of at least 1, got 0`);
    }
    const other = { ...STATISTICS(), position: { values: new Float32Array(9), width: 3 } };
    expect(() => on((ctx) => void model.states(other, ctx))).toThrow(`${where}width of position must be an integer 2..2, got 3`); // prettier-ignore
    const far = { ...STATISTICS(), met: { sources: [3], targets: [0], counts: [1] } };
    expect(() => tf.tidy(() => on((ctx) => void model.states(far, ctx)))).toThrow(where);
    expect(() => tf.tidy(() => on((ctx) => model.losses(statistics, Int32Array.of(1), ctx)))).toThrow(`${where}drawn must be an integer 3..3, got 1`); // prettier-ignore
    expect(() => tf.tidy(() => on((ctx) => model.losses(statistics, Int32Array.of(1, 2, 3), ctx)))).toThrow(`${where}drawn nodes must be an integer 0..2, got 3`); // prettier-ignore
    expect(() => model.apply()).toThrow('identity-position: statistics of walks are embedded (states), got a tensor');
    model.dispose();
  });
});
