import { core, layers, peft, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeConflict, recordsOf } from '../support/conflict';
import { makeTokens, outputOf } from '../support/networks';
import { expectClose } from '../support/numeric';
import { errorOf, mean, regress } from '../support/regression';

const { Random } = core;

const WIDTH = 16;
const RANK = 8;
const SEEDS = [1, 2, 3];

function frozenLinear(seed: number): core.Module {
  const random = Random.fromSeed(seed);
  return new layers.Sequential([new layers.Linear({ inputWidth: WIDTH, outputWidth: WIDTH, bias: false, random })]);
}

/** Adapters with a second factor that is not 0. */
function moved(adapters: peft.Adapters): peft.Adapters {
  const b = adapters.parameters().get('0.low.b')!;
  tf.tidy(() => b.assign(Random.fromSeed(3).normal(b.shape)));
  return adapters;
}

/** The parts of a mixture on the host of the test: factors, and what the router gives each block. */
function pieces(adapters: peft.Adapters, x: tf.Tensor, experts: number) {
  const [{ indices, weights, k }] = recordsOf(adapters, x);
  const gate = tf.tidy(() => {
    const dense = tf.buffer([x.shape[0], experts]);
    indices.forEach((e, i) => dense.set(weights[i], Math.floor(i / k), e));
    return dense.toTensor() as tf.Tensor2D;
  });
  const read = (name: string) => adapters.parameters().get(`0.low.${name}`)!.read() as tf.Tensor2D;
  return { gate, a: read('a'), b: read('b') };
}

describe('[smora]', () => {
  test('ranks gated in blocks are a mixture of separate adapters', () => {
    const network = frozenLinear(1);
    const x = makeTokens(20, WIDTH);
    const plain = outputOf(network, x);
    const adapters = moved(peft.moeLora(network, { targets: ['0'], granularity: 'adapter', experts: 4, rank: 2 }));
    const { gate, a, b } = pieces(adapters, x, 4);
    const expected = tf.tidy(() => {
      const each = [0, 1, 2, 3].map((e) => {
        const own = x.matMul(a.slice([0, 2 * e], [-1, 2])).matMul(b.slice([2 * e, 0], [2, -1]));
        return own.mul(gate.slice([0, e], [-1, 1]));
      });
      return tf
        .addN(each)
        .add(tf.tensor2d(plain, [20, WIDTH]))
        .dataSync();
    });
    expectClose(outputOf(adapters, x), expected, 1e-6);
    tf.dispose([x, gate]);
    adapters.remove();
    network.dispose();
  });

  test('with all ranks chosen it is one gated adapter', () => {
    const network = frozenLinear(1);
    const x = makeTokens(20, WIDTH);
    const plain = outputOf(network, x);
    const router = routers.topK({ k: RANK, renormalize: false, balance: {} });
    const adapters = moved(peft.moeLora(network, { targets: ['0'], granularity: 'rank', rank: RANK, router }));
    const { gate, a, b } = pieces(adapters, x, RANK);
    const logits = tf.tidy(() => x.matMul(adapters.parameters().get('0.router.weight')!.read() as tf.Tensor2D));
    expectClose(gate, tf.softmax(logits), 1e-6);
    const expected = tf.tidy(() =>
      tf
        .softmax(logits)
        .mul(x.matMul(a))
        .matMul(b)
        .add(tf.tensor2d(plain, [20, WIDTH]))
        .dataSync()
    );
    expectClose(outputOf(adapters, x), expected, 1e-6);
    tf.dispose([x, gate, logits]);
    adapters.remove();
    network.dispose();
  });

  test('on two tasks in conflict it loses less than an adapter of as many active ranks, and tasks take different ranks', () => {
    const runs = SEEDS.map((seed) => {
      const network = frozenLinear(seed);
      const { batches, tasks } = makeConflict(frozenLinear(seed), { seed });
      const single = peft.lora(network, { targets: ['0'], rank: 2, seed });
      regress(single, batches, { steps: 250, seed });
      const plain = errorOf(single, batches);
      single.remove();
      const adapters = peft.moeLora(network, { targets: ['0'], granularity: 'rank', rank: RANK, k: 2, seed });
      regress(adapters, batches, { steps: 250, seed });
      const error = errorOf(adapters, batches);
      const { x, y } = batches(9_000_000);
      const [{ indices, k }] = recordsOf(adapters, x);
      const use = [0, 1].map(() => new Array<number>(RANK).fill(0));
      indices.forEach((rank, i) => (use[tasks[Math.floor(i / k)]][rank] += 2 / indices.length));
      // Total variation: 0 where both tasks take the same ranks, 1 where they share none.
      const distance = use[0].reduce((sum, share, rank) => sum + Math.abs(share - use[1][rank]) / 2, 0);
      tf.dispose([x, y]);
      adapters.remove();
      network.dispose();
      return { plain, error, distance };
    });
    expect(mean(runs.map(({ plain, error }) => plain - error))).toBeGreaterThan(0);
    runs.forEach(({ distance }) => expect(distance).toBeGreaterThan(0.5));
  });
});
