import { core, peft, routers, tf } from '@switchyard/kernel-lib';
import { describe, test } from 'vitest';
import { recordsOf } from '../support/conflict';
import { frozenLinear, makeTokens, outputOf } from '../support/networks';
import { expectClose } from '../support/numeric';

const { Random } = core;

const WIDTH = 16;
const RANK = 8;

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
});
