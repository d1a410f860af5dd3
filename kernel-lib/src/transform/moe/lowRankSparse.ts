import { tf } from '../../base/backend';
import { svd } from '../../base/math/svd';
import { takeNeurons } from './denseWeights';
import type { NetworkWeights } from './denseWeights';

// The low-rank part and the choice of neurons are each fitted to what the other leaves.
const ROUNDS = 4;

/**
 * Splits the matrices of a network into `U V + S`, S for `dense` of its hidden neurons only, which come first in a new order
 * of the neurons (arXiv 2306.11222 fits S by training; here both parts are fitted to the weights in turns).
 *
 * @returns Values as `lowRankExperts` names them, and the squared error over the squared norm.
 */
export function lowRankSparse(network: NetworkWeights, { rank, dense }: { rank: number; dense: number }) {
  const [, hidden] = (network.get('w1') as tf.Tensor).shape;
  let order = Array.from({ length: hidden }, (_, neuron) => neuron);
  for (let round = 0; round < ROUNDS && dense > 0; round++) {
    const parts = split(takeNeurons(network, order), rank, round === 0 ? 0 : dense);
    const loss = tf.addN(parts.map(({ rest }) => rest.square().sum(1))).dataSync();
    const worst = Array.from(loss.keys()).sort((a, b) => loss[b] - loss[a]);
    order = worst.map((at) => order[at]);
  }
  const parts = split(takeNeurons(network, order), rank, dense);
  const factors: NetworkWeights = new Map();
  let [lost, norm] = [0, 0];
  for (const { name, byNeuron, u, v, rest } of parts) {
    // By neuron is [H, D]: w2 as it is, w1 and w3 transposed.
    const transposed = name !== 'w2';
    factors.set(`${name}.u`, transposed ? v.transpose() : u);
    factors.set(`${name}.v`, transposed ? u.transpose() : v);
    const sparse = rest.slice([0, 0], [dense, -1]);
    if (dense > 0) {
      factors.set(`${name}.s`, transposed ? sparse.transpose() : sparse);
    }
    lost += rest.slice([dense, 0]).square().sum().dataSync()[0];
    norm += byNeuron.square().sum().dataSync()[0];
  }
  return { factors, error: lost / norm };
}

/** Factors of each matrix when the first `dense` neurons are left to S. */
function split(network: NetworkWeights, rank: number, dense: number) {
  return [...network].map(([name, value]) => {
    const byNeuron = (name === 'w2' ? value : value.transpose()) as tf.Tensor2D;
    const [hidden] = byNeuron.shape;
    const served =
      dense === 0 ? byNeuron : byNeuron.mul<tf.Tensor2D>(tf.range(0, hidden).greaterEqual(dense).expandDims(1));
    const { u, s, v } = svd(served);
    const root = s.slice([0], [rank]).sqrt();
    const left = u.slice([0, 0], [-1, rank]).mul<tf.Tensor2D>(root);
    const right = v.slice([0, 0], [-1, rank]).mul<tf.Tensor2D>(root).transpose<tf.Tensor2D>();
    const rest = byNeuron.sub<tf.Tensor2D>(tf.matMul(left, right));
    return { name, byNeuron, u: left, v: right, rest };
  });
}
